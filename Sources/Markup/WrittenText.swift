/// What a person typed, taken apart: words, links, mentions and hashtags.
///
/// One pass without backtracking, so no input takes more than linear time (N85).
public struct WrittenText: Sendable {
    public enum Piece: Sendable, Equatable {
        case text(String)
        case link(String)
        /// Without its leading `@`: `ada`, `ada@lima.example`.
        case mention(String)
        /// Without its `#`.
        case hashtag(String)
    }

    public let pieces: [Piece]

    /// - Parameter text: whatever was typed; line ends of any kind become line feeds.
    public init(_ text: String) {
        let text = String(text.map { $0 == "\r\n" || $0 == "\r" ? "\n" : $0 })
        var pieces: [Piece] = []
        var plain = ""
        var rest = text[...]
        var previous: Character?
        while let character = rest.first {
            let startsWord = previous.map { !$0.isLetter && !$0.isNumber && $0 != "/" && $0 != "_" } ?? true
            if startsWord, let (piece, length) = Self.piece(at: rest) {
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = ""
                pieces.append(piece)
                let taken = rest.prefix(length)
                previous = taken.last
                rest = rest[taken.endIndex...]
            } else {
                plain.append(character)
                previous = character
                rest = rest.dropFirst()
            }
        }
        if !plain.isEmpty { pieces.append(.text(plain)) }
        self.pieces = pieces
    }

    public var mentions: [String] {
        pieces.compactMap { if case .mention(let name) = $0 { name } else { nil } }
    }

    /// Each tag once, in lower case.
    public var hashtags: [String] {
        var seen: Set<String> = []
        return pieces.compactMap { piece in
            guard case .hashtag(let tag) = piece, seen.insert(tag.lowercased()).inserted else { return nil }
            return tag.lowercased()
        }
    }

    /// The text as HTML of paragraphs. `mention`: the page and the shown name of a mention; nil leaves it as
    /// plain text. `tag`: the page of a hashtag.
    public func html(
        mention: (String) -> (url: String, name: String)?, tag: (String) -> String
    ) -> String {
        var out = ""
        for piece in pieces {
            switch piece {
            case .text(let text): out += text.escapedHTML
            case .link(let url): out += Self.link(url)
            case .mention(let handle):
                if let (url, name) = mention(handle) {
                    out +=
                        "<span class=\"h-card\"><a href=\"\(url.escapedHTML)\" class=\"u-url mention\">@<span>"
                        + "\(name.escapedHTML)</span></a></span>"
                } else {
                    out += "@\(handle.escapedHTML)"
                }
            case .hashtag(let name):
                out +=
                    "<a href=\"\(tag(name.lowercased()).escapedHTML)\" class=\"mention hashtag\" rel=\"tag\">#<span>"
                    + "\(name.escapedHTML)</span></a>"
            }
        }
        return Self.paragraphs(out)
    }

    private static func paragraphs(_ html: String) -> String {
        var blocks: [[Substring]] = [[]]
        for line in html.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) {
                if blocks.last?.isEmpty == false { blocks.append([]) }
            } else {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks.filter { !$0.isEmpty }.map { "<p>\($0.joined(separator: "<br>"))</p>" }.joined()
    }

    private static func link(_ url: String) -> String {
        let shown = url.drop { $0 != ":" }.dropFirst(3)
        let short = shown.count > 40 ? "\(shown.prefix(39))…" : String(shown)
        return "<a href=\"\(url.escapedHTML)\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">"
            + "\(short.escapedHTML)</a>"
    }

    private static func piece(at rest: Substring) -> (Piece, length: Int)? {
        switch rest.first {
        case "@": mention(at: rest)
        case "#": hashtag(at: rest)
        case "h", "H": link(at: rest)
        default: nil
        }
    }

    private static func mention(at rest: Substring) -> (Piece, length: Int)? {
        var name = rest.dropFirst().prefix { isASCIIWord($0) || $0 == "." || $0 == "-" }
        while let last = name.last, last == "." || last == "-" { name = name.dropLast() }
        guard (1...100).contains(name.count) else { return nil }
        let after = rest[name.endIndex...]
        guard after.first == "@" else { return (.mention(String(name)), name.count + 1) }
        var host = after.dropFirst().prefix { isASCIIWord($0) || $0 == "." || $0 == "-" || $0 == ":" }
        while let last = host.last, !isASCIIWord(last) { host = host.dropLast() }
        guard (1...253).contains(host.count) else { return (.mention(String(name)), name.count + 1) }
        return (.mention("\(name)@\(host)"), name.count + host.count + 2)
    }

    private static func hashtag(at rest: Substring) -> (Piece, length: Int)? {
        let name = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        // By bytes as well: a letter may carry any number of marks.
        guard (1...100).contains(name.count), name.utf8.count <= 400,
            !name.allSatisfy({ $0.isNumber || $0 == "_" })
        else { return nil }
        return (.hashtag(String(name)), name.count + 1)
    }

    private static func link(at rest: Substring) -> (Piece, length: Int)? {
        let lower = rest.prefix(8).lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return nil }
        var url = rest.prefix { !$0.isWhitespace && $0 != "<" && $0 != ">" && $0 != "\"" }.prefix(2048)
        // Punctuation that ends a sentence is not part of the address, nor is a bracket that was opened before it.
        while let last = url.last {
            guard ".,;:!?'".contains(last) || (last == ")" && !url.contains("(")) else { break }
            url = url.dropLast()
        }
        guard url.count > (lower.hasPrefix("https") ? 8 : 7) else { return nil }
        return (.link(String(url)), url.count)
    }

    private static func isASCIIWord(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
}
