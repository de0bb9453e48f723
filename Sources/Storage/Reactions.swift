public import Domain

extension Transaction {
    /// Keeps a reaction; false when this actor gave the post this emoji already.
    public func insert(_ reaction: Reaction) throws -> Bool {
        try run(
            """
            INSERT INTO reaction (post, emoji, actor, uri, created_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            [
                .id(reaction.post), .text(reaction.emoji), .id(reaction.actor), .uri(reaction.uri),
                .date(reaction.createdAt),
            ]) > 0
    }

    /// Ends a reaction; nil when there was none.
    public func deleteReaction(_ emoji: String, of post: PostID, by actor: ActorID) throws -> Reaction? {
        let values: [SQLValue] = [.id(post), .text(Reaction.plain(emoji)), .id(actor)]
        guard
            let reaction = try first(
                "\(Self.reactionQuery) WHERE post = $1 AND emoji = $2 AND actor = $3", values, Self.reaction)
        else { return nil }
        try run("DELETE FROM reaction WHERE post = $1 AND emoji = $2 AND actor = $3", values)
        return reaction
    }

    public func reaction(_ uri: ObjectURI) throws -> Reaction? {
        try first("\(Self.reactionQuery) WHERE uri = $1", [.uri(uri)], Self.reaction)
    }

    /// How many emoji an actor gave a post.
    public func countReactions(of post: PostID, by actor: ActorID) throws -> Int {
        try number("SELECT COUNT(*) FROM reaction WHERE post = $1 AND actor = $2", [.id(post), .id(actor)])
    }

    /// What posts were given, of each the most given first; at most 20 kinds a post. `person`: the reader.
    public func reactions(of posts: [PostID], for person: ActorID?) throws -> [PostID: [Reaction.Tally]] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        let rows = try all(
            """
            SELECT post, emoji, COUNT(*), MAX(CASE WHEN actor = $1 THEN 1 ELSE 0 END), MIN(created_at) AS since
            FROM reaction WHERE post IN (\(placeholders(posts.count, from: 2)))
            GROUP BY post, emoji ORDER BY COUNT(*) DESC, since, emoji
            """, [.id(person)] + posts.map { .id($0) }
        ) { row in
            (
                row.id(0) as PostID,
                Reaction.Tally(emoji: row.text(1), count: row.number(2), isMine: row.bool(3))
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.prefix(20).map(\.1) }
    }

    /// Who gave a post an emoji.
    public func reactors(_ emoji: String, of post: PostID, after: ActorID? = nil, limit: Int = 40) throws
        -> [ActorID]
    {
        try all(
            "SELECT actor FROM reaction WHERE post = $1 AND emoji = $2 AND actor > $3 ORDER BY actor LIMIT $4",
            [.id(post), .text(Reaction.plain(emoji)), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    private static let reactionQuery = "SELECT post, emoji, actor, uri, created_at FROM reaction"

    private static func reaction(_ row: any SQLRow) throws -> Reaction {
        Reaction(
            actor: row.id(2), post: row.id(0), emoji: row.text(1), uri: try row.uri(3), createdAt: row.date(4)
        )
    }
}
