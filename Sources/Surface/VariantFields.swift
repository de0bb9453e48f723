public import Domain
import Social

extension Fields {
    /// An announcement in other languages: `variants[0][language]`, `[title]` and `[text]`; what is empty altogether is skipped.
    /// Nil where the request says nothing of them.
    public func variants(_ addresses: Addresses) -> [Announcement.Variant]? {
        guard names.contains(where: { $0.hasPrefix("variants") }) else { return nil }
        return (0...Announcement.mostVariants).compactMap { index in
            let words = ["language", "title", "text"].map { self["variants[\(index)][\($0)]"] ?? "" }
            guard words.contains(where: { $0.contains { !$0.isWhitespace } }) else { return nil }
            return Announcement.Variant(
                language: words[0].filter { !$0.isWhitespace }, title: words[1], text: words[2],
                addresses: addresses)
        }
    }
}
