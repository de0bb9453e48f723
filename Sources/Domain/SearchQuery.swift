public import FoundationEssentials

/// What somebody looks for among posts: words, and what narrows them (Spec/features/search.md §2).
public struct SearchQuery: Sendable, Equatable {
    /// What is no operator.
    public var words = ""
    /// Whose: `me`, a name of this node, or a handle.
    public var author: String?
    /// The name of a group, or its handle.
    public var group: String?
    public var kinds: Set<Kind> = []
    public var parts: Set<Part> = []
    /// Posts of that moment or later.
    public var since: Date?
    /// Posts before that moment.
    public var before: Date?
    /// What looked like an operator and was not understood, as it was typed.
    public var misunderstood: [String] = []

    /// Which posts, by what they carry.
    public enum Kind: String, Sendable, CaseIterable {
        case post, article, poll, survey, thanks, question, announcement, event, reply, knowledge
    }

    /// What a post must hold.
    public enum Part: String, Sendable, CaseIterable {
        case link, file, image, video, audio, warning
    }

    private static let dayLength: Double = 86400

    /// Whether nothing at all is asked for.
    public var isEmpty: Bool { self == SearchQuery() }

    public init() {}

    /// Reads what was typed. `zone`: seconds east of Greenwich by which days begin for the reader.
    ///
    /// An operator that is not understood finds nothing rather than everything, and is named in ``misunderstood``.
    public init(_ text: String, zone: Int = 0) {
        var words: [Substring] = []
        for word in text.prefix(1000).split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty,
                let take = Self.operators[parts[0].lowercased()]
            else {
                words.append(word)
                continue
            }
            if !take(&self, String(parts[1]), Double(zone)) { misunderstood.append(String(word)) }
        }
        self.words = words.joined(separator: " ")
    }

    private typealias Take = @Sendable (inout SearchQuery, _ value: String, _ zone: Double) -> Bool

    private static let operators: [String: Take] = [
        "from": { query, value, _ in
            query.author = withoutSign(value)
            return true
        },
        "in": { query, value, _ in
            query.group = withoutSign(value)
            return true
        },
        "type": { query, value, _ in
            guard let kind = Kind(rawValue: value.lowercased()) else { return false }
            query.kinds.insert(kind)
            return true
        },
        "has": { query, value, _ in
            guard let part = Part(rawValue: value.lowercased()) else { return false }
            query.parts.insert(part)
            return true
        },
        "before": { query, value, zone in
            guard let day = day(value) else { return false }
            query.before = day - zone
            return true
        },
        "after": { query, value, zone in
            guard let day = day(value) else { return false }
            query.since = day + dayLength - zone
            return true
        },
        "on": { query, value, zone in
            guard let day = day(value) else { return false }
            (query.since, query.before) = (day - zone, day + dayLength - zone)
            return true
        },
    ]

    private static func withoutSign(_ name: String) -> String {
        name.hasPrefix("@") ? String(name.dropFirst()) : name
    }

    /// The begin of a day that is written as 2026-11-24, in UTC.
    private static func day(_ text: String) -> Date? {
        let style = Date.ISO8601FormatStyle().year().month().day()
        // The parser overlooks what follows a day, and takes 30 February for one of March: a day reads as it was typed.
        guard let day = try? Date(text, strategy: style), day.ISO8601Format(style) == text else { return nil }
        return day
    }
}
