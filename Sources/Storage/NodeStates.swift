import Domain
public import FoundationEssentials

/// Small things that a node knows of itself.
extension Transaction {
    public func nodeState(_ name: String) throws -> [UInt8]? {
        try first("SELECT value FROM node_state WHERE name = $1", [.text(name)]) { $0.bytes(0) }
    }

    public func setNodeState(_ name: String, to value: [UInt8]) throws {
        try run(
            "INSERT INTO node_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [.text(name), .blob(value)]
        )
    }

    /// The newest id that was given to a post, to what was said of it, or to what waits to be handled or delivered: what is
    /// new comes after it. None that is more than a day ahead, by a clock that was wrong.
    public func newestID(at now: Date) throws -> Int64? {
        try first(
            """
            SELECT MAX(id) FROM (
                SELECT MAX(id) AS id FROM post WHERE id < $1
                UNION ALL SELECT MAX(id) FROM activity WHERE id < $1
                UNION ALL SELECT MAX(id) FROM notification WHERE id < $1
                UNION ALL SELECT MAX(id) FROM inbox WHERE id < $1
                UNION ALL SELECT MAX(id) FROM delivery WHERE id < $1
            ) newest
            """,
            [.int(IDSource.firstRaw(at: now + 86400))]
        ) { $0.optionalInt(0) } ?? nil
    }
}
