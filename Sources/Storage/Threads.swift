public import Domain

extension Transaction {
    /// Remembers of a post that it was read where it lives, to complete something, and that nobody was told of it.
    public func markUntold(_ post: PostID) throws {
        try run("UPDATE post SET is_untold = 1 WHERE id = $1", [.id(post)])
    }

    /// Whether a post is here of which nobody was told yet; from now on it is not. `author`: whose it must be.
    public func takeUntold(_ post: PostID, by author: ActorID) throws -> Bool {
        try run(
            """
            UPDATE post SET is_untold = 0
            WHERE id = $1 AND author = $2 AND is_untold = 1 AND deleted_at IS NULL
            """, [.id(post), .id(author)]) > 0
    }

    /// What a post answers, from the start of the thread downwards, as far as the viewer may see.
    public func ancestors(of post: Post, for viewer: Viewer, limit: Int = Limits.threadDepth) throws -> [Post]
    {
        var result: [Post] = []
        var seen: Set<PostID> = [post.id]
        var next = post.reply?.post
        while let id = next, result.count < limit, seen.insert(id).inserted, let parent = try self.post(id) {
            if try maySee(parent, viewer) { result.append(parent) }
            next = parent.reply?.post
        }
        return result.reversed()
    }

    /// Answers to a post and answers to those, each below what it answers.
    public func descendants(of post: Post, for viewer: Viewer, limit: Int = 500) throws -> [Post] {
        let thread = try complete(
            all(
                """
                SELECT \(Self.postColumns) FROM post p
                WHERE p.thread = $2 AND p.id <> $3 AND p.deleted_at IS NULL AND p.announced IS NULL
                    AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1) AND \(Self.seenBy(viewer, place: 1))
                ORDER BY p.id LIMIT $4
                """,
                [.id(viewer.actor), .id(post.thread), .id(post.id), .number(limit)], Self.post
            ))
        var answers = Dictionary(grouping: thread) { $0.reply?.post }
        if case .question(let question) = post.body {
            answers[post.id] = answers[post.id].map(question.ranked)
        }
        var result: [Post] = []
        var stack = Array((answers[post.id] ?? []).reversed())
        var seen: Set<PostID> = [post.id]
        while let next = stack.popLast(), result.count < limit {
            guard seen.insert(next.id).inserted else { continue }
            result.append(next)
            stack += (answers[next.id] ?? []).reversed()
        }
        return result
    }

    /// The posts of a thread that belong to this node's collection of it (FEP-f228), oldest first.
    public func threadPosts(_ thread: PostID, for viewer: Viewer, limit: Int = 500) throws -> [ObjectURI] {
        try all(
            """
            SELECT p.uri FROM post p
            WHERE p.thread = $2 AND p.deleted_at IS NULL AND p.announced IS NULL AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1)
                AND \(Self.seenBy(viewer, place: 1))
            ORDER BY p.id LIMIT $3
            """,
            [.id(viewer.actor), .id(thread), .number(limit)]
        ) { try $0.uri(0) }
    }

    /// Direct answers, oldest first.
    public func replies(to post: PostID, for viewer: Viewer, limit: Int = 100) throws -> [ObjectURI] {
        try all(
            """
            SELECT p.uri FROM post p
            WHERE p.reply_post = $2 AND p.deleted_at IS NULL AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1)
                AND \(Self.seenBy(viewer, place: 1))
            ORDER BY p.id LIMIT $3
            """,
            [.id(viewer.actor), .id(post), .number(limit)]
        ) { try $0.uri(0) }
    }
}
