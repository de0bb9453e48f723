import Domain

extension Transaction {
    func insert(_ question: Question, of post: PostID) throws {
        try run(
            "INSERT INTO question (post, title, accepted, duplicate_of) VALUES ($1, $2, $3, $4)",
            [.id(post), .text(question.title), .id(question.accepted), .id(question.duplicateOf)])
    }

    func update(_ question: Question, of post: PostID) throws {}

    func deleteQuestion(of post: PostID) throws {
        try run("DELETE FROM question WHERE post = $1", [.id(post)])
    }

    func questions(of posts: [PostID]) throws -> [PostID: Question] {
        let rows = try all(
            """
            SELECT post, title, accepted, duplicate_of FROM question WHERE post IN (\(placeholders(posts.count)))
            """, posts.map { .id($0) }
        ) { row in
            (
                row.id(0) as PostID,
                Question(title: row.text(1), accepted: row.optionalID(2), duplicateOf: row.optionalID(3))
            )
        }
        return Dictionary(rows) { first, _ in first }
    }
}
