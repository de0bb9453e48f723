import Markup

/// What is sanitised stays as it is when it is sanitised again, and holds only what the allow-list writes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let html = String(validating: bytes(start, count), as: UTF8.self) else { return -1 }
    let safe = SafeHTML.sanitise(html)
    for tag in tags(of: safe) { check(tag) }
    let again = SafeHTML.sanitise(safe)
    claim(again == safe, "\(safe) reads as \(again)")
    _ = SafeHTML.plainText(html)
    let written = WrittenText(html)
        .html(mention: { ("https://oslo.example/@\($0)", $0) }, tag: { "/tags/\($0)" })
    for tag in tags(of: written) { check(tag) }
    return 0
}

/// What stands between `<` and `>`: the writer escapes both everywhere else.
private func tags(of html: String) -> [Substring.UTF8View] {
    html.utf8.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false).dropFirst().map { part in
        part.prefix { $0 != UInt8(ascii: ">") }
    }
}

private func check(_ tag: Substring.UTF8View) {
    let text = String(Substring(tag))
    let name = String(text.prefix { $0 != " " })
    claim(elements.contains(name.hasPrefix("/") ? String(name.dropFirst()) : name), "<\(text)>")
    // Attributes by their quotes: what is outside them is names, what is inside them values.
    let parts = text.dropFirst(name.count).split(separator: "\"", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() where index % 2 == 0 {
        claim(["", " href=", " class=", " rel=", " target="].contains(String(part)), "<\(text)>")
        guard part == " href=", index + 1 < parts.count else { continue }
        let target = parts[index + 1].lowercased()
        let isHarmless = ["https://", "http://", "mailto:", "/tags/"].contains { target.hasPrefix($0) }
        claim(isHarmless, "<\(text)>")
    }
}

private let elements: Set<String> = [
    "br", "hr", "p", "b", "i", "u", "s", "del", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li",
    "ruby", "rt", "rp", "sub", "sup", "h2", "h3", "h4", "span", "a",
]
