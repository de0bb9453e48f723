public import Domain
public import FoundationEssentials

extension Transaction {
    func insert(_ gathering: Gathering, of post: PostID) throws {
        try run(
            """
            INSERT INTO gathering (
                post, title, starts_at, ends_at, place, call, capacity, offset_minutes, is_cancelled, going, waiting,
                version, sequence
            ) VALUES (\(placeholders(13)))
            """,
            [.id(post)] + Self.values(of: gathering)
                + [
                    .number(gathering.going), .number(gathering.waiting), .number(gathering.version),
                    .int(gathering.sequence),
                ])
        guard let challenge = gathering.challenge else { return }
        try saveGoal(of: gathering, post)
        try run(
            "UPDATE gathering SET reported = $2 WHERE post = $1", [.id(post), .number(challenge.reported)])
    }

    /// Who comes stays as it was; those who are to be reminded are so at the new time.
    func update(_ gathering: Gathering, of post: PostID) throws {
        let before = try gatherings(of: [post])[post]
        try run(
            """
            UPDATE gathering SET title = $2, starts_at = $3, ends_at = $4, place = $5, call = $6, capacity = $7,
                offset_minutes = $8, is_cancelled = $9, version = version + 1 WHERE post = $1
            """, [.id(post)] + Self.values(of: gathering))
        try saveGoal(of: gathering, post)
        guard let before, before.startsAt != gathering.startsAt || gathering.isCancelled else { return }
        try run(
            """
            UPDATE attendance SET next_reminder_at = $2 WHERE post = $1 AND state IN (1, 3)
                AND EXISTS (SELECT 1 FROM actor a WHERE a.id = attendance.actor AND a.host IS NULL)
            """, [.id(post), gathering.isCancelled ? .null : .date(gathering.startsAt - 86400)])
    }

    func deleteGathering(of post: PostID) throws {
        for table in ["gathering", "attendance"] {
            try run("DELETE FROM \(table) WHERE post = $1", [.id(post)])
        }
    }

    func gatherings(of posts: [PostID]) throws -> [PostID: Gathering] {
        let rows = try all(
            """
            SELECT post, title, starts_at, ends_at, place, call, capacity, offset_minutes, is_cancelled, going, waiting,
                version, sequence, goal, reported
            FROM gathering WHERE post IN (\(placeholders(posts.count)))
            """, posts.map { .id($0) }
        ) { row in
            var gathering = Gathering(
                title: row.text(1), startsAt: row.date(2), endsAt: row.optionalDate(3), place: row.text(4),
                call: row.text(5), capacity: row.optionalInt(6).map(Int.init), offsetMinutes: row.number(7))
            gathering.isCancelled = row.bool(8)
            gathering.going = row.number(9)
            gathering.waiting = row.number(10)
            gathering.version = row.number(11)
            gathering.sequence = row.int(12)
            gathering.challenge = row.optionalText(13).map { Challenge(goal: $0, reported: row.number(14)) }
            return (row.id(0) as PostID, gathering)
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Counts who comes and who waits anew, and numbers the change; see ``countChange(of:at:)``.
    public func countAttendance(of post: PostID, at date: Date) throws -> Int64 {
        try run(
            """
            UPDATE gathering SET
                going = (SELECT COUNT(*) FROM attendance a WHERE a.post = $1 AND a.state = 1),
                waiting = (SELECT COUNT(*) FROM attendance a WHERE a.post = $1 AND a.state = 2),
                reported = (SELECT COALESCE(SUM(a.amount), 0) FROM attendance a WHERE a.post = $1 AND a.state = 1),
                sequence = \(larger("sequence + 1", "CAST($2 AS BIGINT)"))
            WHERE post = $1
            """, [.id(post), .date(date)])
        return try gatheringSequence(of: post)
    }

    /// The number of the latest change of the totals.
    public func gatheringSequence(of post: PostID) throws -> Int64 {
        try first("SELECT sequence FROM gathering WHERE post = $1", [.id(post)]) { $0.int(0) } ?? 0
    }

    /// Takes over totals that the organiser's node tells, unless newer ones are known.
    /// `reported`: where it is a challenge, what those who take part reached.
    public func saveTotals(
        of post: PostID, going: Int, waiting: Int, reported: Int? = nil, sequence: Int64
    ) throws {
        try run(
            """
            UPDATE gathering SET going = $2, waiting = $3, sequence = $4,
                reported = COALESCE(CAST($5 AS BIGINT), reported)
            WHERE post = $1 AND sequence < $4
            """, [.id(post), .number(going), .number(waiting), .int(sequence), .number(reported)])
    }

    /// What is still to come, soonest first, as a person may see it. `after`: the last of the page before. `isMine`: only
    /// what they answered with yes or maybe, or organise.
    public func upcoming(
        for person: ActorID, at date: Date, isMine: Bool = false, after: PostID? = nil, limit: Int = 20
    ) throws -> [Post] {
        let mine = """
            AND (p.author = $1 OR EXISTS (SELECT 1 FROM attendance t
                WHERE t.post = p.id AND t.actor = $1 AND t.state IN (0, 1, 2, 3)))
            """
        let posts = try all(
            """
            SELECT \(Self.postColumns) FROM gathering g JOIN post p ON p.id = g.post
            WHERE COALESCE(g.ends_at, g.starts_at) > $2 AND p.deleted_at IS NULL AND \(Self.seenBy(.person(person), place: 1))
                \(isMine ? mine : "")
                AND (CAST($3 AS BIGINT) IS NULL
                    OR (g.starts_at, g.post) > (SELECT c.starts_at, c.post FROM gathering c WHERE c.post = $3))
            ORDER BY g.starts_at, g.post LIMIT $4
            """, [.id(person), .date(date), .id(after), .number(limit)], Self.post)
        return try complete(posts)
    }

    /// What a person's calendar holds: what they said yes or maybe to, or organise, and was not over at a moment.
    public func calendar(of person: ActorID, since date: Date, limit: Int = 500) throws -> [Post] {
        let posts = try all(
            """
            SELECT \(Self.postColumns) FROM gathering g JOIN post p ON p.id = g.post
            WHERE COALESCE(g.ends_at, g.starts_at) > $2 AND p.deleted_at IS NULL AND \(Self.seenBy(.person(person), place: 1))
                AND (p.author = $1 OR EXISTS (SELECT 1 FROM attendance t
                    WHERE t.post = p.id AND t.actor = $1 AND t.state IN (0, 1, 2, 3)))
            ORDER BY g.starts_at, g.post LIMIT $3
            """, [.id(person), .date(date), .number(limit)], Self.post)
        return try complete(posts)
    }
}

extension Transaction {
    private static func values(of gathering: Gathering) -> [SQLValue] {
        [
            .text(gathering.title), .date(gathering.startsAt), .date(gathering.endsAt),
            .text(gathering.place),
            .text(gathering.call), .number(gathering.capacity), .number(gathering.offsetMinutes),
            .bool(gathering.isCancelled),
        ]
    }
}
