public import Domain
import FoundationEssentials

extension Transaction {
    /// Keeps a follow; a second one by the same pair replaces the first, and never turns an accepted one back.
    public func save(_ follow: Follow) throws {
        let before = try self.follow(follow.follower, follow.followee)
        let state = before?.state == .accepted ? .accepted : follow.state
        try run(
            """
            INSERT INTO follow (follower, followee, state, uri, created_at, shows_announces, notifies)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (follower, followee) DO UPDATE SET state = excluded.state, uri = excluded.uri,
                shows_announces = excluded.shows_announces, notifies = excluded.notifies
            """,
            [
                .id(follow.follower), .id(follow.followee), .number(state.rawValue), .uri(follow.uri),
                .date(follow.createdAt), .bool(follow.showsAnnounces), .bool(follow.notifies),
            ]
        )
        if state == .accepted, before?.state != .accepted {
            try countFollow(follow.follower, follow.followee, by: 1)
        }
    }

    public func follow(_ follower: ActorID, _ followee: ActorID) throws -> Follow? {
        try first(
            "\(Self.followQuery) WHERE follower = $1 AND followee = $2", [.id(follower), .id(followee)],
            Self.follow)
    }

    public func follow(_ uri: ObjectURI) throws -> Follow? {
        try first("\(Self.followQuery) WHERE uri = $1", [.uri(uri)], Self.follow)
    }

    /// Ends a follow; nil when there was none.
    @discardableResult
    public func deleteFollow(_ follower: ActorID, _ followee: ActorID) throws -> Follow? {
        try takeOffLists(of: follower, followee)
        guard let follow = try follow(follower, followee) else { return nil }
        try run("DELETE FROM follow WHERE follower = $1 AND followee = $2", [.id(follower), .id(followee)])
        if follow.state == .accepted { try countFollow(follower, followee, by: -1) }
        return follow
    }

    public func isFollowing(_ follower: ActorID, _ followee: ActorID) throws -> Bool {
        try exists(
            "SELECT 1 FROM follow WHERE follower = $1 AND followee = $2 AND state = 1",
            [.id(follower), .id(followee)]
        )
    }

    /// Followers of an actor in the given state, from the given one on.
    public func followers(
        of actor: ActorID, state: Follow.State = .accepted, after: ActorID? = nil, limit: Int = 40
    ) throws -> [ActorID] {
        try all(
            """
            SELECT follower FROM follow WHERE followee = $1 AND state = $2 AND follower > $3
            ORDER BY follower LIMIT $4
            """,
            [.id(actor), .number(state.rawValue), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    public func following(of actor: ActorID, after: ActorID? = nil, limit: Int = 40) throws -> [ActorID] {
        try all(
            """
            SELECT followee FROM follow WHERE follower = $1 AND state = 1 AND followee > $2
            ORDER BY followee LIMIT $3
            """,
            [.id(actor), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    /// Whomever an actor follows or has asked to.
    public func everyoneFollowed(by actor: ActorID) throws -> [ActorID] {
        try all("SELECT followee FROM follow WHERE follower = $1 ORDER BY followee", [.id(actor)]) {
            $0.id(0)
        }
    }

    /// A follower on this node, to whose home timeline posts go.
    public struct LocalFollower: Sendable {
        public var person: ActorID
        public var notifies: Bool
        /// Whether what the author passes on is shown as well.
        public var showsAnnounces: Bool
    }

    /// The followers of an actor on this node.
    public func localFollowers(of actor: ActorID) throws -> [LocalFollower] {
        try all(
            """
            SELECT f.follower, f.notifies, f.shows_announces FROM follow f JOIN actor a ON a.id = f.follower
            WHERE f.followee = $1 AND f.state = 1 AND a.host IS NULL AND a.state = 0
            """,
            [.id(actor)]
        ) { LocalFollower(person: $0.id(0), notifies: $0.bool(1), showsAnnounces: $0.bool(2)) }
    }

    /// Whether anybody on this node follows an actor.
    public func hasLocalFollower(_ actor: ActorID) throws -> Bool {
        try exists(
            """
            SELECT 1 FROM follow f JOIN actor a ON a.id = f.follower
            WHERE f.followee = $1 AND f.state = 1 AND a.host IS NULL AND a.state = 0 LIMIT 1
            """,
            [.id(actor)]
        )
    }

    /// The inboxes of an actor's followers on other nodes, shared ones once.
    public func followerInboxes(of actor: ActorID) throws -> [ObjectURI] {
        try all(
            """
            SELECT DISTINCT COALESCE(a.shared_inbox, a.inbox) FROM follow f JOIN actor a ON a.id = f.follower
            WHERE f.followee = $1 AND f.state = 1 AND a.host IS NOT NULL AND a.state = 0
            """,
            [.id(actor)]
        ) { try $0.uri(0) }
    }

    /// The inboxes of actors on other nodes, shared ones once.
    public func inboxes(of actors: [ActorID]) throws -> [ObjectURI] {
        guard !actors.isEmpty else { return [] }
        let actors = padded(actors)
        return try all(
            """
            SELECT DISTINCT COALESCE(shared_inbox, inbox) FROM actor
            WHERE host IS NOT NULL AND state = 0 AND id IN (\(placeholders(actors.count)))
            """,
            actors.map { .id($0) }
        ) { try $0.uri(0) }
    }

    private func countFollow(_ follower: ActorID, _ followee: ActorID, by step: Int) throws {
        try run(
            "UPDATE actor SET following_count = \(larger("0", "following_count + $2")) WHERE id = $1",
            [.id(follower), .number(step)]
        )
        try run(
            "UPDATE actor SET follower_count = \(larger("0", "follower_count + $2")) WHERE id = $1",
            [.id(followee), .number(step)]
        )
    }

    private static let followQuery =
        "SELECT follower, followee, state, uri, created_at, shows_announces, notifies FROM follow"

    private static func follow(_ row: any SQLRow) throws -> Follow {
        var follow = Follow(
            follower: row.id(0), followee: row.id(1), state: Follow.State(rawValue: row.number(2)) ?? .asked,
            uri: try row.uri(3), createdAt: row.date(4)
        )
        follow.showsAnnounces = row.bool(5)
        follow.notifies = row.bool(6)
        return follow
    }
}
