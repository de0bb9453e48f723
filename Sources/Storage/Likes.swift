public import Domain
public import FoundationEssentials

/// What one person did with a post.
public struct Marks: Sendable, Equatable {
    public var likes = false
    public var announces = false
    public var bookmarks = false

    public init() {}
}

extension Transaction {
    /// Keeps a like; false when this actor likes the post already.
    @discardableResult
    public func insert(_ like: Like) throws -> Bool {
        let isNew =
            try run(
                """
                INSERT INTO liking (post, actor, uri, content, created_at) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT DO NOTHING
                """,
                [
                    .id(like.post), .id(like.actor), .uri(like.uri), .string(like.content),
                    .date(like.createdAt),
                ]
            ) > 0
        if isNew { try run("UPDATE post SET like_count = like_count + 1 WHERE id = $1", [.id(like.post)]) }
        return isNew
    }

    /// Ends a like; nil when there was none.
    @discardableResult
    public func deleteLike(of post: PostID, by actor: ActorID) throws -> Like? {
        guard
            let like = try first(
                "\(Self.likeQuery) WHERE post = $1 AND actor = $2", [.id(post), .id(actor)], Self.like)
        else { return nil }
        try run("DELETE FROM liking WHERE post = $1 AND actor = $2", [.id(post), .id(actor)])
        try run("UPDATE post SET like_count = \(larger("0", "like_count - 1")) WHERE id = $1", [.id(post)])
        return like
    }

    public func like(_ uri: ObjectURI) throws -> Like? {
        try first("\(Self.likeQuery) WHERE uri = $1", [.uri(uri)], Self.like)
    }

    public func likers(of post: PostID, after: ActorID? = nil, limit: Int = 40) throws -> [ActorID] {
        try all(
            "SELECT actor FROM liking WHERE post = $1 AND actor > $2 ORDER BY actor LIMIT $3",
            [.id(post), .int(after?.raw ?? 0), .number(limit)]
        ) { $0.id(0) }
    }

    public func setBookmark(_ isKept: Bool, of post: PostID, by person: ActorID, at date: Date) throws {
        if isKept {
            try run(
                "INSERT INTO bookmark (actor, post, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                [.id(person), .id(post), .date(date)]
            )
        } else {
            try run("DELETE FROM bookmark WHERE actor = $1 AND post = $2", [.id(person), .id(post)])
        }
    }

    /// What a person did with each of some posts, by four queries.
    public func marks(of person: ActorID, on posts: [PostID]) throws -> [PostID: Marks] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        var result: [PostID: Marks] = [:]
        let list = placeholders(posts.count, from: 2)
        let values = [.id(person)] + posts.map { SQLValue.id($0) }
        func each(_ sql: String, _ change: (inout Marks) -> Void) throws {
            for post: PostID in try all(sql, values, { $0.id(0) }) { change(&result[post, default: Marks()]) }
        }
        try each("SELECT post FROM liking WHERE actor = $1 AND post IN (\(list))") { $0.likes = true }
        try each("SELECT post FROM bookmark WHERE actor = $1 AND post IN (\(list))") { $0.bookmarks = true }
        try each(
            "SELECT announced FROM post WHERE author = $1 AND deleted_at IS NULL AND announced IN (\(list))"
        ) { $0.announces = true }
        return result
    }

    private static let likeQuery = "SELECT post, actor, uri, content, created_at FROM liking"

    private static func like(_ row: any SQLRow) throws -> Like {
        Like(
            actor: row.id(1), post: row.id(0), uri: try row.uri(2), content: row.optionalText(3),
            createdAt: row.date(4)
        )
    }
}
