/// Takes off what was put around a text for readers that know notes alone. By bytes: to Swift, a text that begins with a
/// combining mark has taken the `>` before it.
enum AddedText {
    static func take(heading: String, off text: String) -> String {
        guard text.utf8.starts(with: heading.utf8) else { return text }
        return String(decoding: text.utf8.dropFirst(heading.utf8.count), as: UTF8.self)
    }

    static func take(footing: String, off text: String) -> String {
        guard text.utf8.suffix(footing.utf8.count).elementsEqual(footing.utf8) else { return text }
        return String(decoding: text.utf8.dropLast(footing.utf8.count), as: UTF8.self)
    }

    static func take(last line: String, off text: String) -> String {
        guard let range = text.utf8.ranges(of: line.utf8).last else { return text }
        return without(range, text)
    }

    /// The text without the first part that begins and ends so; nil if it has none.
    static func take(from opening: String, to closing: String, off text: String) -> String? {
        guard let start = text.utf8.firstRange(of: opening.utf8),
            let end = text.utf8[start.upperBound...].firstRange(of: closing.utf8)
        else { return nil }
        return without(start.lowerBound..<end.upperBound, text)
    }

    private static func without(_ range: Range<String.Index>, _ text: String) -> String {
        String(decoding: text.utf8[..<range.lowerBound], as: UTF8.self)
            + String(decoding: text.utf8[range.upperBound...], as: UTF8.self)
    }
}
