public import Domain
public import FoundationEssentials

/// Some posts, and how many there are in all.
public struct Missed: Sendable, Equatable {
    public var posts: [Post]
    public var found: Found

    public init(posts: [Post] = [], found: Found = Found(count: 0, isExact: true)) {
        self.posts = posts
        self.found = found
    }
}

extension Transaction {
    /// How a person was here last; nil for one who never was.
    public func away(_ person: ActorID) throws -> Away? {
        try first(
            "SELECT seen_at, since, returned_at FROM away WHERE person = $1", [.id(person)]
        ) { Away(seenAt: $0.date(0), since: $0.optionalDate(1), returnedAt: $0.optionalDate(2)) }
    }

    public func save(_ away: Away, of person: ActorID) throws {
        try run(
            """
            INSERT INTO away (person, seen_at, since, returned_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (person) DO UPDATE SET seen_at = excluded.seen_at, since = excluded.since,
                returned_at = excluded.returned_at
            """,
            [.id(person), .date(away.seenAt), .date(away.since), .date(away.returnedAt)])
    }

    /// What came to this node after a moment and is for a person: of mentions and announcements the latest, of other posts
    /// those that were answered and liked most. Beyond `most` nobody counts.
    public func missed(
        _ part: Away.Part, by person: ActorID, since: Date, limit: Int = 10, most: Int = 1000
    ) throws -> Missed {
        let values: [SQLValue] = [.id(person), .int(IDSource.firstRaw(at: since))]
        let condition = (Self.visibleQuestions(.person(person)) + ["p.author <> $1", Self.sql(part)])
            .joined(separator: " AND ")
        let order =
            switch part {
            case .mentions, .announcements: "p.id DESC"
            case .posts: "p.reply_count + p.like_count DESC, p.id DESC"
            }
        let posts = try all(
            "SELECT \(Self.postColumns) FROM post p WHERE \(condition) ORDER BY \(order) LIMIT \(limit)",
            values,
            Self.post)
        let count = try number(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM post p WHERE \(condition) LIMIT \(most + 1)) AS found",
            values)
        let isWhole = try part != .posts || holdsHome(of: person, since: since)
        return Missed(
            posts: try complete(posts),
            found: Found(count: min(count, most), isExact: count <= most && isWhole))
    }

    /// What a person must still acknowledge, whenever it came, the most urgent first.
    public func missedAnnouncements(by person: ActorID, limit: Int = 10, most: Int = 1000) throws -> Missed {
        let ids = try mustRead(by: person, limit: most + 1)
        let posts = try posts(Array(ids.prefix(most))).filter { try maySee($0, .person(person)) }
        return Missed(
            posts: Array(posts.prefix(limit)), found: Found(count: posts.count, isExact: ids.count <= most))
    }

    /// Whether a home still holds all that came since: the oldest entries of a long one are thrown away.
    private func holdsHome(of person: ActorID, since: Date) throws -> Bool {
        let total = try number("SELECT COUNT(*) FROM home WHERE person = $1", [.id(person)])
        guard total >= Self.homeLimit else { return true }
        return try exists(
            "SELECT 1 FROM home WHERE person = $1 AND entry <= $2",
            [.id(person), .int(IDSource.firstRaw(at: since))])
    }

    /// A condition on `post p`; `$1` is the reader, `$2` the smallest id of the moment.
    private static func sql(_ part: Away.Part) -> String {
        let isAnnouncement = """
            EXISTS (SELECT 1 FROM announcement_reader r WHERE r.post = p.id AND r.person = $1
                AND r.brought_at IS NOT NULL)
            """
        let isMention = """
            p.announced IS NULL AND p.id IN (
                SELECT r.post FROM recipient r WHERE r.actor = $1 AND r.post > $2
                UNION SELECT a.id FROM post o JOIN post a ON a.reply_post = o.id WHERE o.author = $1 AND a.id > $2)
            """
        switch part {
        case .mentions: return "NOT \(isAnnouncement) AND \(isMention)"
        case .announcements:
            return """
                p.id > $2 AND \(isAnnouncement) AND NOT EXISTS (
                    SELECT 1 FROM announcement_reader r JOIN announcement n ON n.post = r.post
                    WHERE r.post = p.id AND r.person = $1 AND n.due_at IS NOT NULL AND r.acknowledged_at IS NULL)
                """
        case .posts:
            return """
                p.id IN (SELECT h.shown FROM home h WHERE h.person = $1 AND h.entry > $2)
                AND NOT \(isAnnouncement) AND NOT (\(isMention))
                """
        }
    }
}
