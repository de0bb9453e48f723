public import Domain
public import FoundationEssentials

extension Transaction {
    public func insertBlock(_ actor: ActorID, _ target: ActorID, uri: ObjectURI, at date: Date) throws {
        try run(
            "INSERT INTO block (actor, target, uri, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [.id(actor), .id(target), .uri(uri), .date(date)]
        )
    }

    /// The id of the Block activity.
    public func blockURI(_ actor: ActorID, _ target: ActorID) throws -> ObjectURI? {
        try first("SELECT uri FROM block WHERE actor = $1 AND target = $2", [.id(actor), .id(target)]) {
            try $0.uri(0)
        }
    }

    /// Ends a block; false when there was none.
    @discardableResult
    public func deleteBlock(_ actor: ActorID, _ target: ActorID) throws -> Bool {
        try run("DELETE FROM block WHERE actor = $1 AND target = $2", [.id(actor), .id(target)]) > 0
    }

    public func isBlocked(_ target: ActorID, by actor: ActorID) throws -> Bool {
        try exists("SELECT 1 FROM block WHERE actor = $1 AND target = $2", [.id(actor), .id(target)])
    }

    public func blocked(by actor: ActorID, after: ActorID? = nil, limit: Int = 40) throws -> [ActorID] {
        try all(
            "SELECT target FROM block WHERE actor = $1 AND target > $2 ORDER BY target LIMIT $3",
            [.id(actor), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    /// Hides an actor from a person. `until`: when it ends by itself; nil for never.
    public func saveMute(
        _ actor: ActorID, _ target: ActorID, notifications: Bool, until: Date?, at date: Date
    ) throws {
        try run(
            """
            INSERT INTO mute (actor, target, notifications, until, created_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (actor, target) DO UPDATE SET notifications = excluded.notifications, until = excluded.until
            """,
            [.id(actor), .id(target), .bool(notifications), .date(until), .date(date)]
        )
    }

    public func deleteMute(_ actor: ActorID, _ target: ActorID) throws {
        try run("DELETE FROM mute WHERE actor = $1 AND target = $2", [.id(actor), .id(target)])
    }

    public func hasMutesToEnd(before date: Date) throws -> Bool {
        try exists("SELECT 1 FROM mute WHERE until IS NOT NULL AND until < $1", [.date(date)])
    }

    public func endMutes(before date: Date) throws {
        try run("DELETE FROM mute WHERE until IS NOT NULL AND until < $1", [.date(date)])
    }

    public func muted(by actor: ActorID, after: ActorID? = nil, limit: Int = 40) throws -> [ActorID] {
        try all(
            "SELECT target FROM mute WHERE actor = $1 AND target > $2 ORDER BY target LIMIT $3",
            [.id(actor), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    /// Whether a person wants to hear nothing that this actor causes.
    public func silences(_ person: ActorID, _ actor: ActorID) throws -> Bool {
        try exists(
            """
            SELECT 1 FROM block WHERE actor = $1 AND target = $2
            UNION ALL SELECT 1 FROM mute WHERE actor = $1 AND target = $2 AND notifications = 1
            """,
            [.id(person), .id(actor)]
        )
    }

    /// How a person stands to another actor.
    public func relation(of person: ActorID, to target: ActorID) throws -> Relation {
        var relation = Relation(target: target)
        if let follow = try follow(person, target) {
            relation.follows = follow.state == .accepted
            relation.hasAsked = follow.state == .asked
            relation.showsAnnounces = follow.showsAnnounces
            relation.notifies = follow.notifies
        }
        if let follow = try follow(target, person) {
            relation.isFollowedBy = follow.state == .accepted
            relation.isAskedBy = follow.state == .asked
        }
        relation.blocks = try isBlocked(target, by: person)
        relation.isBlockedBy = try isBlocked(person, by: target)
        if let notifications = try first(
            "SELECT notifications FROM mute WHERE actor = $1 AND target = $2", [.id(person), .id(target)],
            { $0.bool(0) })
        {
            relation.mutes = true
            relation.mutesNotifications = notifications
        }
        return relation
    }
}
