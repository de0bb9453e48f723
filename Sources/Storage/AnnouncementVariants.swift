import Domain

/// Announcements in other languages than the first.
extension Transaction {
    func save(_ variants: [Announcement.Variant], of post: PostID) throws {
        try deleteVariants(of: post)
        for (position, variant) in variants.enumerated() {
            try run(
                """
                INSERT INTO announcement_variant (post, position, language, title, content, source)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                [
                    .id(post), .number(position), .text(variant.language), .text(variant.title),
                    .text(variant.content), .string(variant.source),
                ])
        }
    }

    func deleteVariants(of post: PostID) throws {
        try run("DELETE FROM announcement_variant WHERE post = $1", [.id(post)])
    }

    func announcementVariants(of posts: [PostID]) throws -> [PostID: [Announcement.Variant]] {
        let rows = try all(
            """
            SELECT post, language, title, content, source FROM announcement_variant
            WHERE post IN (\(placeholders(posts.count))) ORDER BY post, position
            """,
            posts.map { .id($0) }
        ) { row in
            (
                post: row.id(0) as PostID,
                variant: Announcement.Variant(
                    language: row.text(1), title: row.text(2), content: row.text(3),
                    source: row.optionalText(4))
            )
        }
        return Dictionary(grouping: rows, by: \.post).mapValues { $0.map(\.variant) }
    }
}
