import CXML2

/// Writes the allowed part of a parsed document.
struct AllowListWriter {
    private var out = ""
    /// What is open where we write, outermost first.
    private var open: [String] = []
    private let depthLimit: Int

    init(depthLimit: Int) { self.depthLimit = depthLimit }

    mutating func write(childrenOf node: xmlNodePtr, depth: Int) {
        guard depth < depthLimit else { return }
        for child in Children(of: node) {
            if let text = child.text {
                out += text.escapedHTML
            } else if let name = child.elementName {
                write(element: child, named: name, depth: depth)
            }
        }
    }

    func finish() -> String { out.trimmedLines }

    private mutating func write(element node: xmlNodePtr, named name: String, depth: Int) {
        guard !droppedElements.contains(name) else { return }
        switch name {
        case "br": out += "<br>"
        case "hr": out += mayOpen("hr") ? "<hr>" : "<br>"
        case "p", "b", "i", "u", "s", "del", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li",
            "ruby",
            "rt", "rp", "sub", "sup", "h2", "h3", "h4":
            wrap(node, in: name, depth: depth)
        case "h1": wrap(node, in: "h2", depth: depth)
        case "h5", "h6": wrap(node, in: "h4", depth: depth)
        case "strike": wrap(node, in: "s", depth: depth)
        case "span": wrap(node, in: "span", attributes: Self.classes(of: node), depth: depth)
        case "a": write(link: node, depth: depth)
        case "img":
            // A picture in a text would be fetched from wherever its author likes: its words stay.
            if let words = node.attribute("alt"), !words.isEmpty { out += words.escapedHTML }
        default: write(childrenOf: node, depth: depth + 1)
        }
    }

    private mutating func write(link node: xmlNodePtr, depth: Int) {
        guard let target = node.attribute("href").flatMap(Link.safe), mayOpen("a") else {
            return write(childrenOf: node, depth: depth + 1)
        }
        let attributes =
            " href=\"\(target.escapedHTML)\"\(Self.classes(of: node))"
            + " rel=\"nofollow noopener noreferrer\" target=\"_blank\""
        wrap(node, in: "a", attributes: attributes, depth: depth)
    }

    private mutating func wrap(_ node: xmlNodePtr, in name: String, attributes: String = "", depth: Int) {
        guard mayOpen(name) else {
            // The words stay, and stay apart.
            if !out.isEmpty, !out.hasSuffix(">") { out += "<br>" }
            return write(childrenOf: node, depth: depth + 1)
        }
        out += "<\(name)\(attributes)>"
        open.append(name)
        write(childrenOf: node, depth: depth + 1)
        open.removeLast()
        out += "</\(name)>"
    }

    /// Whether every reader would find the element where we write it: an unknown element between an item and an
    /// item, a paragraph and a block, or a link and a link hides from libxml2 that the second ends the first.
    private func mayOpen(_ name: String) -> Bool {
        switch name {
        case "a": !open.contains("a")
        case "li": mayHoldBlocks && lastListPart != "li"
        case "p", "pre", "blockquote", "h2", "h3", "h4", "hr", "ul", "ol":
            mayHoldBlocks && open.last != "ul" && open.last != "ol"
        default: true
        }
    }

    private var mayHoldBlocks: Bool { open.allSatisfy { !Self.holdsWords.contains($0) } }

    private var lastListPart: String? { open.last { Self.listParts.contains($0) } }

    private static let listParts: Set<String> = ["ul", "ol", "li"]

    /// What holds words and their marks, and no blocks.
    private static let holdsWords: Set<String> = [
        "p", "pre", "h2", "h3", "h4", "b", "i", "u", "s", "del", "em", "strong", "code", "ruby", "rt", "rp",
        "sub", "sup", "span", "a",
    ]

    /// Microformats and Mastodon's own marks: nothing else may take on the look of our pages.
    private static func classes(of node: xmlNodePtr) -> String {
        let allowed = (node.attribute("class") ?? "").split(separator: " ").filter { word in
            ["mention", "hashtag", "ellipsis", "invisible"].contains(word)
                || (["h-", "p-", "u-", "dt-", "e-"].contains { word.hasPrefix($0) }
                    && word.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x2d })
        }
        return allowed.isEmpty ? "" : " class=\"\(allowed.joined(separator: " "))\""
    }
}

/// Addresses that a link may lead to.
public enum Link {
    /// The address, if its scheme is one that a browser opens without running anything.
    public static func safe(_ address: String) -> String? {
        let bare = address.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7f }
        let text = String(String.UnicodeScalarView(bare))
        let lower = text.lowercased()
        guard text.utf8.count <= 2048, ["https://", "http://", "mailto:"].contains(where: lower.hasPrefix)
        else {
            return nil
        }
        return text
    }
}

extension String {
    /// Text made safe between tags and in quoted attributes.
    public var escapedHTML: String {
        var out = ""
        out.reserveCapacity(utf8.count + 16)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    var trimmedLines: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
