import FoundationEssentials

/// Dates as Mastodon's clients read them.
enum Moment {
    static func text(_ date: Date) -> String {
        date.ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    static func day(_ date: Date) -> String { String(text(date).prefix(10)) }
}
