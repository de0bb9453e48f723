public import Domain

/// Full-text search. What engines do not share is here, and nowhere else.
extension Transaction {
    /// Actors whose handle, name or work matches all words, people of this node first.
    public func searchActors(_ text: String, limit: Int = 20, followedBy person: ActorID? = nil) throws
        -> [Actor]
    {
        guard let words = Self.match(text) else { return [] }
        switch dialect {
        case .sqlite:
            let ids: [ActorID] = try all(
                """
                SELECT a.id FROM actor_search s JOIN actor a ON a.id = s.rowid
                WHERE actor_search MATCH $1 AND a.state = 0 AND a.kind <> 2
                    AND ($3 IS NULL OR EXISTS (
                        SELECT 1 FROM follow f WHERE f.follower = $3 AND f.followee = a.id AND f.state = 1))
                ORDER BY a.host IS NOT NULL, a.follower_count DESC, a.id LIMIT $2
                """,
                [.text(words), .number(limit), .id(person)]
            ) { $0.id(0) }
            return try actors(ids)
        case .postgres: return []
        }
    }

    /// Posts that hold all words and that the viewer may see, newest first.
    public func searchPosts(_ text: String, for viewer: Viewer, limit: Int = 20, offset: Int = 0) throws
        -> [Post]
    {
        guard let words = Self.match(text) else { return [] }
        switch dialect {
        case .sqlite:
            return try complete(
                all(
                    """
                    SELECT \(Self.postColumns) FROM post_search s JOIN post p ON p.id = s.rowid
                    WHERE post_search MATCH $2 AND p.deleted_at IS NULL AND ($1 IS NULL OR 1 = 1)
                        AND \(Self.seenBy(viewer, place: 1))
                    ORDER BY s.rowid DESC LIMIT $3 OFFSET $4
                    """,
                    [.id(viewer.actor), .text(words), .number(limit), .number(offset)], Self.post
                ))
        case .postgres: return []
        }
    }

    /// Hashtags that begin with a text, of posts that the viewer may see; the most used first.
    public func searchHashtags(_ text: String, for viewer: Viewer, limit: Int = 20) throws -> [String] {
        let start = text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "_" }
        guard !start.isEmpty else { return [] }
        return try all(
            """
            SELECT t.tag FROM hashtag t JOIN post p ON p.id = t.post
            WHERE t.tag >= $2 AND t.tag < $3 AND p.deleted_at IS NULL AND ($1 IS NULL OR 1 = 1)
                AND \(Self.seenBy(viewer, place: 1))
            GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT $4
            """,
            [.id(viewer.actor), .text(start), .text(start + "\u{10ffff}"), .number(limit)]
        ) { $0.text(0) }
    }

    func index(_ actor: Actor) throws {
        let words = [
            actor.name, actor.host ?? "", actor.displayName, actor.work.title, actor.work.department,
            actor.work.office, actor.work.skills.joined(separator: " "),
        ].joined(separator: " ")
        switch dialect {
        case .sqlite:
            try run(
                "DELETE FROM actor_search WHERE rowid = (SELECT id FROM actor WHERE uri = $1)",
                [.uri(actor.uri)])
            try run(
                "INSERT INTO actor_search (rowid, words) SELECT id, $2 FROM actor WHERE uri = $1",
                [.uri(actor.uri), .text(words)]
            )
        case .postgres: break
        }
    }

    func index(_ post: Post) throws {
        guard post.body.announced == nil else { return }
        let words = "\(post.summary) \(Self.wordsOnly(post.content))"
        switch dialect {
        case .sqlite:
            try run("INSERT INTO post_search (rowid, words) VALUES ($1, $2)", [.id(post.id), .text(words)])
        case .postgres: break
        }
    }

    func removeFromIndex(_ post: PostID) throws {
        switch dialect {
        case .sqlite: try run("DELETE FROM post_search WHERE rowid = $1", [.id(post)])
        case .postgres: break
        }
    }

    /// Every word as a quoted prefix, so that nothing typed is taken for an operator.
    static func match(_ text: String) -> String? {
        let words = text.split { !$0.isLetter && !$0.isNumber }.prefix(12).map { "\"\($0.prefix(40))\"*" }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// Content is sanitised HTML: what stands between tags are words.
    private static func wordsOnly(_ html: String) -> String {
        var out = ""
        var isInTag = false
        for character in html {
            switch character {
            case "<":
                isInTag = true
                out.append(" ")
            case ">": isInTag = false
            default: if !isInTag { out.append(character) }
            }
        }
        return out
    }
}
