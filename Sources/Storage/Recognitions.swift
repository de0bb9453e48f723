import Domain

extension Transaction {
    func insert(_ recognition: Recognition, of post: PostID) throws {
        for (position, recipient) in recognition.recipients.enumerated() {
            try run(
                "INSERT INTO recognition (post, recipient, position, value, points) VALUES ($1, $2, $3, $4, $5)",
                [
                    .id(post), .id(recipient), .number(position), .text(recognition.value),
                    .number(recognition.points),
                ])
        }
    }

    func update(_ recognition: Recognition, of post: PostID) throws {}

    func deleteRecognition(of post: PostID) throws {
        try run("DELETE FROM recognition WHERE post = $1", [.id(post)])
    }

    func recognitions(of posts: [PostID]) throws -> [PostID: Recognition] {
        let rows = try all(
            """
            SELECT post, recipient, value, points FROM recognition WHERE post IN (\(placeholders(posts.count)))
            ORDER BY post, position
            """, posts.map { .id($0) }
        ) { row in (row.id(0) as PostID, row.id(1) as ActorID, row.text(2), row.number(3)) }
        return Dictionary(grouping: rows, by: \.0).compactMapValues { rows in
            rows.first.map { Recognition(recipients: rows.map(\.1), value: $0.2, points: $0.3) }
        }
    }
}
