public import Domain
public import FoundationEssentials

/// Which recognitions a wall shows.
public struct RecognitionQuery: Sendable, Equatable {
    /// Only those that a person of this node gave or received.
    public var isOfThisNode = false
    /// Only those for this person.
    public var recipient: ActorID?
    /// Only those given in this group.
    public var group: ActorID?
    /// Only those for this value; empty for any.
    public var value = ""
    /// Only those with a recipient of this office; empty for any.
    public var office = ""

    public init() {}
}

extension Transaction {
    func insert(_ recognition: Recognition, of post: Post) throws {
        for (position, recipient) in recognition.recipients.enumerated() {
            try run(
                """
                INSERT INTO recognition (post, recipient, position, value, points, allowance, giver, month)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                [
                    .id(post.id), .id(recipient), .number(position), .text(recognition.value),
                    .number(recognition.points), .number(recognition.allowance), .id(post.author),
                    .text(Recognition.month(of: post.createdAt)),
                ])
        }
    }

    /// Whom it thanks, for what and with how many points, stays as it was given.
    func update(_ recognition: Recognition, of post: PostID) throws {}

    func deleteRecognition(of post: PostID) throws {
        try run("DELETE FROM recognition WHERE post = $1", [.id(post)])
        try run("DELETE FROM recognition_document WHERE post = $1", [.id(post)])
    }

    func recognitions(of posts: [PostID]) throws -> [PostID: Recognition] {
        let rows = try all(
            """
            SELECT post, recipient, value, points, allowance FROM recognition
            WHERE post IN (\(placeholders(posts.count))) ORDER BY post, position
            """, posts.map { .id($0) }
        ) { row in
            (
                row.id(0) as PostID, row.id(1) as ActorID, row.text(2), row.number(3),
                row.optionalInt(4).map(Int.init)
            )
        }
        return Dictionary(grouping: rows, by: \.0).compactMapValues { rows in
            rows.first.map {
                Recognition(recipients: rows.map(\.1), value: $0.2, points: $0.3, allowance: $0.4)
            }
        }
    }

    /// The points that someone gave in a month (``Recognition/month(of:)``), as far as this node knows. `post`: one that
    /// is not counted.
    public func pointsGiven(by giver: ActorID, in month: String, besides post: PostID? = nil) throws -> Int {
        try number(
            """
            SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM recognition
            WHERE giver = $1 AND month = $2 AND (CAST($3 AS BIGINT) IS NULL OR post <> $3)
            """,
            [.id(giver), .text(month), .id(post)])
    }

    /// One page of a wall, newest first, as the viewer may see it; what a recipient hid or a moderator removed stands
    /// on none but the recipient's own.
    public func recognitions(_ query: RecognitionQuery, for viewer: Viewer, _ page: Page) throws -> [Post] {
        var values: [SQLValue] = [.id(viewer.actor)]
        func bind(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        let isOwn = query.recipient != nil && query.recipient == viewer.actor
        var conditions = ["p.body = \(PostBody.Code.recognition)", Self.shown(to: viewer, isOwn: isOwn)]
        if query.isOfThisNode {
            conditions.append("(p.is_local = 1 OR \(Self.someRecipient("a.host IS NULL")))")
        }
        if let recipient = query.recipient {
            conditions.append(Self.receives(recipient, viewer, bind(.id(recipient))))
        } else {
            conditions.append("NOT \(Self.someRecipient("r.hidden_at IS NOT NULL"))")
        }
        if let group = query.group { conditions.append("p.in_group = \(bind(.id(group)))") }
        if !query.value.isEmpty {
            conditions.append(Self.someRecipient("r.value = \(bind(.text(query.value)))"))
        }
        if !query.office.isEmpty {
            conditions.append(Self.someRecipient("a.office = \(bind(.text(query.office)))"))
        }
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            if let bound { conditions.append("p.id \(sign) \(bind(.int(bound)))") }
        }
        let found = try all(
            """
            SELECT \(Self.postColumns) FROM post p WHERE \(conditions.joined(separator: " AND "))
            ORDER BY p.id \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values, Self.post)
        return try complete(page.after == nil ? found : found.reversed())
    }

    /// What a person was given, as far as the viewer may see it; to themself all of it.
    public func recognitionTally(of person: ActorID, for viewer: Viewer) throws -> RecognitionTally {
        let condition = Self.receives(person, viewer, "$2")
        return try first(
            """
            SELECT COUNT(*), CAST(COALESCE(SUM(t.points), 0) AS BIGINT) FROM recognition t JOIN post p ON p.id = t.post
            WHERE t.recipient = $2 AND \(Self.shown(to: viewer, isOwn: viewer.actor == person)) AND \(condition)
            """, [.id(viewer.actor), .id(person)]
        ) { RecognitionTally(count: $0.number(0), points: $0.number(1)) } ?? RecognitionTally()
    }

    /// For which values a person was thanked and how often, as far as the viewer may see it, the most often first.
    public func recognitionValues(of person: ActorID, for viewer: Viewer) throws -> [(
        value: String, count: Int
    )] {
        let condition = Self.receives(person, viewer, "$2")
        return try all(
            """
            SELECT t.value, COUNT(*) FROM recognition t JOIN post p ON p.id = t.post
            WHERE t.recipient = $2 AND \(Self.shown(to: viewer, isOwn: viewer.actor == person)) AND \(condition)
            GROUP BY t.value ORDER BY COUNT(*) DESC, t.value LIMIT 100
            """, [.id(viewer.actor), .id(person)]
        ) { ($0.text(0), $0.number(1)) }
    }

    /// Takes a recognition off the walls for one of its recipients, or (nil) puts it back; false where nothing changed.
    public func setHidden(at date: Date?, _ post: PostID, for recipient: ActorID) throws -> Bool {
        try run(
            """
            UPDATE recognition SET hidden_at = $3
            WHERE post = $1 AND recipient = $2 AND (hidden_at IS NULL) <> (CAST($3 AS BIGINT) IS NULL)
            """, [.id(post), .id(recipient), .date(date)]) > 0
    }

    public func isHidden(_ post: PostID, for recipient: ActorID) throws -> Bool {
        try exists(
            "SELECT 1 FROM recognition WHERE post = $1 AND recipient = $2 AND hidden_at IS NOT NULL",
            [.id(post), .id(recipient)])
    }

    /// Takes a recognition off this node's walls, and keeps who did so, when and why.
    public func removeRecognition(
        _ post: PostID, by moderator: ActorID, because reason: String, at date: Date
    )
        throws
    {
        try run(
            """
            INSERT INTO recognition_removal (post, moderator, reason, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
            """, [.id(post), .id(moderator), .text(reason), .date(date)])
    }

    /// What moderators took off this node's walls, newest first.
    public func recognitionRemovals(limit: Int = 100) throws -> [(
        post: PostID, moderator: ActorID, reason: String, at: Date
    )] {
        try all(
            "SELECT post, moderator, reason, at FROM recognition_removal ORDER BY at DESC, post DESC LIMIT $1",
            [.number(limit)]
        ) { ($0.id(0), $0.id(1), $0.text(2), $0.date(3)) }
    }

    /// What went between this node and each other one, by this node's books; its own people among themselves come
    /// under an empty name, and members with whom there was nothing are named too: their books may say otherwise.
    public func recognitionLedger() throws -> [RecognitionLedger] {
        var lines: [String: RecognitionLedger] = [:]
        for member in try members() where member.state == .admitted {
            lines[member.authority] = RecognitionLedger(node: member.authority)
        }
        for (own, other, isGiven) in [("giver", "recipient", true), ("recipient", "giver", false)] {
            let rows = try all(
                """
                SELECT o.host, COUNT(*), CAST(SUM(r.points) AS BIGINT) FROM recognition r
                JOIN actor w ON w.id = r.\(own) JOIN actor o ON o.id = r.\(other)
                WHERE w.host IS NULL GROUP BY o.host
                """
            ) { ($0.text(0), RecognitionTally(count: $0.number(1), points: $0.number(2))) }
            for (node, tally) in rows {
                var line = lines[node] ?? RecognitionLedger(node: node)
                if isGiven { line.given = tally } else { line.received = tally }
                lines[node] = line
            }
        }
        return lines.values.sorted { $0.node < $1.node }
    }

    /// How many of this node's people of each department were thanked since a month, where a department has enough
    /// people that no number speaks of one of them.
    ///
    /// - Parameters:
    ///   - month: the first that counts, as ``Recognition/month(of:)`` writes it.
    ///   - least: the smallest department that is told of.
    /// - Returns: the departments by name, with their people and how many of them were thanked.
    /// - Throws: a ``StorageError`` when the disk or the connection fails.
    public func recognitionCoverage(since month: String, least: Int = 5) throws -> [(
        department: String, people: Int, thanked: Int
    )] {
        try all(
            """
            SELECT a.department, COUNT(DISTINCT a.id), COUNT(DISTINCT r.recipient) FROM actor a
            LEFT JOIN recognition r ON r.recipient = a.id AND r.month >= $1
            WHERE a.host IS NULL AND a.kind = 0 AND a.state = 0
            GROUP BY a.department HAVING COUNT(DISTINCT a.id) >= $2 ORDER BY a.department LIMIT 500
            """, [.text(month), .number(least)]
        ) { ($0.text(0), $0.number(1), $0.number(2)) }
    }

    /// Keeps the object as its giver signed it, so that it can be verified later.
    public func keepRecognitionDocument(_ document: [UInt8], of post: PostID) throws {
        try run(
            """
            INSERT INTO recognition_document (post, document) VALUES ($1, $2)
            ON CONFLICT (post) DO UPDATE SET document = excluded.document
            """, [.id(post), .blob(document)])
    }

    public func recognitionDocument(of post: PostID) throws -> [UInt8]? {
        try first("SELECT document FROM recognition_document WHERE post = $1", [.id(post)]) { $0.bytes(0) }
    }

    /// A living post that the viewer (`$1`) may see and no moderator removed. `isOwn`: whether it thanks the viewer, who
    /// sees it whomever its giver blocks, for nobody hides what they cannot find.
    private static func shown(to viewer: Viewer, isOwn: Bool) -> String {
        """
        p.deleted_at IS NULL AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1)
        AND \(isOwn ? "1 = 1" : seenBy(viewer, place: 1))
        AND NOT EXISTS (SELECT 1 FROM recognition_removal m WHERE m.post = p.id)
        """
    }

    /// Whether a condition holds for one of the recipients.
    private static func someRecipient(_ condition: String) -> String {
        """
        EXISTS (SELECT 1 FROM recognition r JOIN actor a ON a.id = r.recipient
            WHERE r.post = p.id AND \(condition))
        """
    }

    /// A post that thanks a person and that they did not hide, unless they are the viewer.
    private static func receives(_ person: ActorID, _ viewer: Viewer, _ place: String) -> String {
        let isOwn = viewer.actor == person
        return """
            p.id IN (SELECT r.post FROM recognition r WHERE r.recipient = \(place)
                \(isOwn ? "" : "AND r.hidden_at IS NULL"))
            """
    }
}
