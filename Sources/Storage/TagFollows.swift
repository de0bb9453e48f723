public import Domain

/// A hashtag that a person follows, with the number by which lists of them are paged.
public struct TagFollow: Sendable, Equatable {
    public var id: Int64
    public var tag: String
}

extension Transaction {
    /// Follows a hashtag; again has no effect.
    public func followTag(_ tag: String, by person: ActorID, id: PostID) throws {
        try run(
            "INSERT INTO tag_follow (id, person, tag) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.id(id), .id(person), .text(tag)])
    }

    /// Ends that, and takes out of the person's home timeline what stood there for it alone.
    public func unfollowTag(_ tag: String, by person: ActorID) throws {
        try run("DELETE FROM tag_follow WHERE person = $1 AND tag = $2", [.id(person), .text(tag)])
        try run(
            """
            DELETE FROM home WHERE person = $1 AND entry IN (
                SELECT t.post FROM hashtag t JOIN post p ON p.id = t.post
                WHERE t.tag = $2 AND p.author <> $1
                    AND NOT EXISTS (SELECT 1 FROM recipient r WHERE r.post = p.id AND r.actor = $1)
                    AND NOT EXISTS (
                        SELECT 1 FROM follow f WHERE f.follower = $1 AND f.followee = p.author AND f.state = 1)
                    AND NOT EXISTS (
                        SELECT 1 FROM hashtag o JOIN tag_follow w ON w.tag = o.tag
                        WHERE o.post = t.post AND w.person = $1))
            """, [.id(person), .text(tag)])
    }

    /// Which of some hashtags a person follows.
    public func followedTags(of person: ActorID, among tags: [String]) throws -> Set<String> {
        guard !tags.isEmpty else { return [] }
        let tags = padded(tags)
        let found = try all(
            """
            SELECT tag FROM tag_follow WHERE person = $1 AND tag IN (\(placeholders(tags.count, from: 2)))
            """, [.id(person)] + tags.map { .text($0) }
        ) { $0.text(0) }
        return Set(found)
    }

    /// A page of the hashtags that a person follows, the latest first.
    public func followedTags(of person: ActorID, _ page: Page) throws -> [TagFollow] {
        var values: [SQLValue] = [.id(person)]
        var conditions = ["person = $1"]
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            guard let bound else { continue }
            values.append(.int(bound))
            conditions.append("id \(sign) $\(values.count)")
        }
        let found = try all(
            """
            SELECT id, tag FROM tag_follow WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values
        ) { TagFollow(id: $0.int(0), tag: $0.text(1)) }
        return page.after == nil ? found : found.reversed()
    }

    /// Everybody who follows any of some hashtags, each once.
    public func followers(ofTags tags: [String]) throws -> [ActorID] {
        guard !tags.isEmpty else { return [] }
        let tags = padded(tags)
        return try all(
            "SELECT DISTINCT person FROM tag_follow WHERE tag IN (\(placeholders(tags.count))) ORDER BY person",
            tags.map { .text($0) }
        ) { $0.id(0) }
    }
}
