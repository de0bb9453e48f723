public import Domain
public import FoundationEssentials

/// Groups on their way between nodes, and what of their history is still to be read.
extension Transaction {
    /// The move of an old group; nil where there is none.
    public func groupMove(from source: ObjectURI) throws -> GroupMove? {
        try first("\(Self.moveQuery) WHERE source = $1", [.uri(source)], Self.move)
    }

    /// The move by which a new group came about, the latest where there were several.
    public func groupMove(to target: ObjectURI) throws -> GroupMove? {
        try first("\(Self.moveQuery) WHERE target = $1 ORDER BY at DESC LIMIT 1", [.uri(target)], Self.move)
    }

    /// Keeps a move; one of the same old group is replaced.
    public func save(_ move: GroupMove) throws {
        try run(
            """
            INSERT INTO group_move (source, target, state, reason, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (source) DO UPDATE SET target = excluded.target, state = excluded.state,
                reason = excluded.reason, at = excluded.at
            """,
            [
                .uri(move.source), .uri(move.target), .number(move.state.rawValue), .text(move.reason),
                .date(move.at),
            ])
    }

    public func groupReading(_ group: ActorID) throws -> GroupReading? {
        try first("\(Self.readingQuery) WHERE in_group = $1", [.id(group)], Self.reading)
    }

    /// The reading that has waited longest of those that are due.
    public func dueGroupReading(at now: Date) throws -> GroupReading? {
        try first(
            "\(Self.readingQuery) WHERE is_done = 0 AND next_at <= $1 ORDER BY next_at, in_group LIMIT 1",
            [.date(now)], Self.reading)
    }

    public func save(_ reading: GroupReading) throws {
        try run(
            """
            INSERT INTO group_reading (in_group, page, is_done, attempts, next_at, pages)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (in_group) DO UPDATE SET page = excluded.page, is_done = excluded.is_done,
                attempts = excluded.attempts, next_at = excluded.next_at, pages = excluded.pages
            """,
            [
                .id(reading.group), .uri(reading.page), .bool(reading.isDone), .number(reading.attempts),
                .date(reading.nextAt), .number(reading.pages),
            ])
    }

    /// What the posts of a group said, by their authors' own activities, oldest first: a page of it.
    public func history(
        of group: ActorID, after: Int64, limit: Int
    ) throws -> [(id: Int64, json: [UInt8])] {
        try all(
            """
            SELECT a.id, a.json FROM activity a JOIN post p ON p.id = a.post
            WHERE p.in_group = $1 AND p.deleted_at IS NULL AND p.announced IS NULL AND a.actor = p.author
                AND a.id > $2 AND \(Self.isOpenToAll)
            ORDER BY a.id LIMIT $3
            """, [.id(group), .int(after), .number(limit)]
        ) { ($0.int(0), $0.bytes(1)) }
    }

    /// A condition on `activity a` about `post p`: it tells no totals that only voters see.
    static let isOpenToAll = """
        NOT (COALESCE(a.is_passing, 0) = 1 AND EXISTS (
            SELECT 1 FROM poll q WHERE q.post = p.id AND q.hides_totals = 1 AND q.is_closed = 0))
        """

    /// Whether an actor's activity about a post is kept.
    public func hasActivity(of post: PostID, by actor: ActorID) throws -> Bool {
        try exists("SELECT 1 FROM activity WHERE post = $1 AND actor = $2", [.id(post), .id(actor)])
    }

    /// Everyone who stands to a group in any way, in the order of their ids: a page of it.
    public func memberships(in group: ActorID, after: Int64, limit: Int) throws -> [Membership] {
        try all(
            "\(Self.membershipQuery) WHERE in_group = $1 AND person > $2 ORDER BY person LIMIT $3",
            [.id(group), .int(after), .number(limit)], Self.membership)
    }

    public func pins(of group: ActorID) throws -> [ObjectURI] {
        try all(
            "SELECT p.uri FROM group_pin g JOIN post p ON p.id = g.post WHERE g.in_group = $1 ORDER BY p.id",
            [.id(group)]
        ) { try $0.uri(0) }
    }

    /// Whether anything was written in a group, or anybody but the one person stands to it.
    public func isEmptyGroup(_ group: ActorID, but person: ActorID) throws -> Bool {
        try !exists("SELECT 1 FROM post WHERE in_group = $1 LIMIT 1", [.id(group)])
            && !exists(
                "SELECT 1 FROM membership WHERE in_group = $1 AND person <> $2", [.id(group), .id(person)])
    }

    /// Whether an actor is a group of this node that has moved away.
    public func isMovedGroup(_ uri: ObjectURI) throws -> Bool {
        try exists(
            "SELECT 1 FROM actor WHERE uri = $1 AND kind = 1 AND host IS NULL AND moved_to IS NOT NULL",
            [.uri(uri)])
    }

    /// The group in which something happens that is said of another: the one to which that has moved, or else itself.
    public func groupNow(_ group: ActorID) throws -> ActorID {
        try first(
            """
            SELECT n.id FROM actor o JOIN actor n ON n.uri = o.moved_to
            WHERE o.id = $1 AND o.kind = 1 AND n.kind = 1
            """, [.id(group)]
        ) { $0.id(0) } ?? group
    }

    /// What people of this node wrote in a group since a moment, oldest first.
    public func ownPosts(in group: ActorID, since: Date, limit: Int = 100) throws -> [PostID] {
        try all(
            """
            SELECT p.id FROM post p JOIN actor a ON a.id = p.author
            WHERE p.in_group = $1 AND p.created_at >= $2 AND p.deleted_at IS NULL AND a.host IS NULL
            ORDER BY p.id DESC LIMIT $3
            """, [.id(group), .date(since), .number(limit)]
        ) { $0.id(0) as PostID }.reversed()
    }

    /// Makes everything that is said of one group said of another: posts, drafts, pins, memberships, what people chose
    /// to be told.
    ///
    /// `isLeaving`: on the node that the group leaves, where the roster stays to be read, and people of other nodes are
    /// none of its business any more. Returns whether there was anything.
    @discardableResult
    public func repoint(_ old: ActorID, to new: ActorID, isLeaving: Bool) throws -> Bool {
        let both: [SQLValue] = [.id(old), .id(new)]
        var changed = try run("UPDATE post SET in_group = $2 WHERE in_group = $1", both)
        changed += try run("UPDATE post SET audience_actor = $2 WHERE audience_actor = $1", both)
        try run(
            """
            INSERT INTO group_pin (in_group, post) SELECT CAST($2 AS BIGINT), post FROM group_pin WHERE in_group = $1
            ON CONFLICT DO NOTHING
            """, both)
        try run("DELETE FROM group_pin WHERE in_group = $1", [.id(old)])
        try run("UPDATE draft SET in_group = $2 WHERE in_group = $1", both)
        try run(
            """
            INSERT INTO notification_level (person, in_group, level)
            SELECT person, CAST($2 AS BIGINT), level FROM notification_level WHERE in_group = $1 ON CONFLICT DO NOTHING
            """, both)
        try run("DELETE FROM notification_level WHERE in_group = $1", [.id(old)])
        let own = isLeaving ? "AND person IN (SELECT id FROM actor WHERE host IS NULL)" : ""
        changed += try run(
            """
            INSERT INTO membership (in_group, person, role, state, uri, is_automatic, created_at)
            SELECT CAST($2 AS BIGINT), person, role, state, uri, is_automatic, created_at FROM membership
            WHERE in_group = $1 \(own) ON CONFLICT DO NOTHING
            """, both)
        if !isLeaving { try run("DELETE FROM membership WHERE in_group = $1", [.id(old)]) }
        return changed > 0
    }

    private static let moveQuery = "SELECT source, target, state, reason, at FROM group_move"

    private static func move(_ row: any SQLRow) throws -> GroupMove {
        var move = GroupMove(
            source: try row.uri(0), target: try row.uri(1),
            state: GroupMove.State(rawValue: row.number(2)) ?? .refused, at: row.date(4))
        move.reason = row.text(3)
        return move
    }

    private static let readingQuery =
        "SELECT in_group, page, is_done, attempts, next_at, pages FROM group_reading"

    private static func reading(_ row: any SQLRow) throws -> GroupReading {
        var reading = GroupReading(group: row.id(0), page: try row.uri(1), nextAt: row.date(4))
        (reading.isDone, reading.attempts, reading.pages) = (row.bool(2), row.number(3), row.number(5))
        return reading
    }
}
