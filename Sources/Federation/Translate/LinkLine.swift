import Markup

/// The line below a text by which whoever reads it as a plain note comes to its page, where there is more to do.
enum LinkLine {
    static let question = "Answer this question"
    static let recognition = "See these thanks"

    static func write(_ words: String, url: String) -> String {
        "<p><a href=\"\(url.escapedHTML)\">\(words)</a></p>"
    }

    /// A text without that line, wherever others added theirs.
    static func remove(_ words: String, url: String?, from text: String) -> String {
        guard let url else { return text }
        return AddedText.take(last: write(words, url: url), off: text)
    }
}
