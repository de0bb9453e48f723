import Domain

extension Transaction {
    func insert(_ gathering: Gathering, of post: PostID) throws {
        try run(
            """
            INSERT INTO gathering (post, title, starts_at, ends_at, place, call, capacity)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .id(post), .text(gathering.title), .date(gathering.startsAt), .date(gathering.endsAt),
                .text(gathering.place), .text(gathering.call), .number(gathering.capacity),
            ])
    }

    func update(_ gathering: Gathering, of post: PostID) throws {}

    func deleteGathering(of post: PostID) throws {
        try run("DELETE FROM gathering WHERE post = $1", [.id(post)])
    }

    func gatherings(of posts: [PostID]) throws -> [PostID: Gathering] {
        let rows = try all(
            """
            SELECT post, title, starts_at, ends_at, place, call, capacity FROM gathering
            WHERE post IN (\(placeholders(posts.count)))
            """, posts.map { .id($0) }
        ) { row in
            (
                row.id(0) as PostID,
                Gathering(
                    title: row.text(1), startsAt: row.date(2), endsAt: row.optionalDate(3),
                    place: row.text(4),
                    call: row.text(5), capacity: row.optionalInt(6).map(Int.init))
            )
        }
        return Dictionary(rows) { first, _ in first }
    }
}
