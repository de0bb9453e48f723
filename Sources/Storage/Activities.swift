public import Domain

extension Transaction {
    /// Keeps an activity at its id; false when it is there already.
    @discardableResult
    public func insert(_ activity: OutgoingActivity) throws -> Bool {
        if activity.isPassing { try forgetPassing(before: activity) }
        return try run(
            """
            INSERT INTO activity (id, uri, actor, post, json, is_listed, created_at, is_passing)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
            """,
            [
                .id(activity.id), .uri(activity.uri), .id(activity.actor), .id(activity.post),
                .blob(activity.json),
                .bool(activity.isListed), .date(activity.createdAt), .bool(activity.isPassing),
            ]
        ) > 0
    }

    /// What is out of date is neither kept nor delivered any more.
    private func forgetPassing(before activity: OutgoingActivity) throws {
        let old = "SELECT id FROM activity WHERE post = $1 AND actor = $2 AND is_passing = 1"
        let values: [SQLValue] = [.id(activity.post), .id(activity.actor)]
        try run("DELETE FROM delivery WHERE activity IN (\(old))", values)
        try run("DELETE FROM activity WHERE id IN (\(old))", values)
    }

    public func activity(_ uri: ObjectURI) throws -> OutgoingActivity? {
        try first("\(Self.activityQuery) WHERE uri = $1", [.uri(uri)], Self.activity)
    }

    public func activity(_ id: ActivityID) throws -> OutgoingActivity? {
        try first("\(Self.activityQuery) WHERE id = $1", [.id(id)], Self.activity)
    }

    /// A page of an outbox, newest first, as the viewer may see it.
    public func outbox(of actor: ActorID, for viewer: Viewer, before: Int64?, limit: Int = 20) throws
        -> [OutgoingActivity]
    {
        try all(
            """
            SELECT a.id, a.uri, a.actor, a.post, a.json, a.is_listed, a.created_at, COALESCE(a.is_passing, 0)
            FROM activity a JOIN post p ON p.id = a.post
            WHERE a.actor = $2 AND a.is_listed = 1 AND a.id < $3 AND p.deleted_at IS NULL
                AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1) AND \(Self.seenBy(viewer, place: 1))
            ORDER BY a.id DESC LIMIT $4
            """,
            [.id(viewer.actor), .id(actor), .int(before ?? .max), .number(limit)], Self.activity
        )
    }

    private static let activityQuery =
        "SELECT id, uri, actor, post, json, is_listed, created_at, COALESCE(is_passing, 0) FROM activity"

    private static func activity(_ row: any SQLRow) throws -> OutgoingActivity {
        var activity = OutgoingActivity(
            id: row.id(0), uri: try row.uri(1), actor: row.id(2), post: row.optionalID(3), json: row.bytes(4),
            isListed: row.bool(5), createdAt: row.date(6)
        )
        activity.isPassing = row.bool(7)
        return activity
    }
}
