import FoundationEssentials
import JSON

/// Dates as Mastodon's clients read them.
enum Moment {
    static func text(_ date: Date) -> String {
        date.ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    static func day(_ date: Date) -> String { String(text(date).prefix(10)) }

    /// null where there is none.
    static func json(_ date: Date?) -> JSONValue { date.map { .string(text($0)) } ?? .null }

    /// A moment that a client gave (RFC 3339); nil for anything else.
    static func date(_ text: String) -> Date? {
        guard text.utf8.count <= 40 else { return nil }
        return (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }
}
