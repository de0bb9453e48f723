public import Domain
public import FoundationEssentials

extension Transaction {
    func insert(_ question: Question, of post: PostID) throws {
        try run(
            """
            INSERT INTO question (post, title, accepted, duplicate_of, is_by_moderator, settled_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .id(post), .text(question.title), .uri(question.accepted?.uri),
                .uri(question.duplicateOf?.uri),
                .bool(question.isByModerator), .date(question.settledAt),
            ])
    }

    func update(_ question: Question, of post: PostID) throws {
        try run("UPDATE question SET title = $2 WHERE post = $1", [.id(post), .text(question.title)])
    }

    func deleteQuestion(of post: PostID) throws {
        try run("DELETE FROM question WHERE post = $1", [.id(post)])
    }

    /// Keeps what was decided about a question.
    public func settle(_ question: Question, of post: PostID) throws {
        try run(
            """
            UPDATE question SET accepted = $2, duplicate_of = $3, is_by_moderator = $4, settled_at = $5
            WHERE post = $1
            """,
            [
                .id(post), .uri(question.accepted?.uri), .uri(question.duplicateOf?.uri),
                .bool(question.isByModerator), .date(question.settledAt),
            ])
    }

    /// Those of the posts that are questions. An answer that is gone, or is none to its question, is not accepted.
    func questions(of posts: [PostID]) throws -> [PostID: Question] {
        guard !posts.isEmpty else { return [:] }
        let rows = try all(
            """
            SELECT q.post, q.title, q.accepted, a.id, a.reply_post, a.deleted_at, q.duplicate_of, d.id,
                q.is_by_moderator, q.settled_at
            FROM question q LEFT JOIN post a ON a.uri = q.accepted
                LEFT JOIN post d ON d.uri = q.duplicate_of AND d.deleted_at IS NULL
            WHERE q.post IN (\(placeholders(posts.count)))
            """, posts.map { .id($0) }
        ) { row in (row.id(0) as PostID, Self.question(row)) }
        return Dictionary(rows) { first, _ in first }
    }

    /// The question that a post is; nil for any other post.
    public func question(_ post: PostID) throws -> Question? { try questions(of: [post])[post] }

    /// Who asked the question that a post answers; nil where it answers none.
    public func asker(of answer: Post) throws -> ActorID? {
        guard let question = answer.reply?.post else { return nil }
        return try first(
            """
            SELECT p.author FROM question q JOIN post p ON p.id = q.post
            WHERE q.post = $1 AND p.deleted_at IS NULL
            """, [.id(question)]
        ) { $0.id(0) }
    }

    /// Whether a post is a question of this node.
    public func isOwnQuestion(_ post: PostID) throws -> Bool {
        try exists(
            "SELECT 1 FROM question q JOIN post p ON p.id = q.post WHERE q.post = $1 AND p.is_local = 1",
            [.id(post)])
    }

    /// Whether a post is an answer written on this node, whose votes others are told.
    public func isOwnAnswer(_ post: PostID) throws -> Bool {
        try exists(
            "SELECT 1 FROM post p JOIN question q ON q.post = p.reply_post WHERE p.id = $1 AND p.is_local = 1",
            [.id(post)])
    }

    /// Takes over how many voted for an answer of another node, by its own node's word. `date`: when that was
    /// said; an older word changes nothing.
    public func countVotes(_ votes: Int, for answer: PostID, at date: Date) throws {
        try run(
            """
            UPDATE post SET like_count = $2, counted_at = $3
            WHERE id = $1 AND is_local = 0 AND COALESCE(counted_at, 0) <= $3
            """, [.id(answer), .number(votes), .date(date)])
    }

    public func insert(_ ruling: Ruling, id: PostID) throws {
        try run(
            """
            INSERT INTO ruling (id, question, moderator, accepted, duplicate_of, at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .id(id), .id(ruling.question), .id(ruling.moderator), .uri(ruling.accepted),
                .uri(ruling.duplicateOf), .date(ruling.at),
            ])
    }

    /// What moderators decided about a question, for whoever may know: who asked it here, and this node's administrators.
    /// nil for anyone else.
    public func rulings(on question: Post, for person: ActorID) throws -> [Ruling]? {
        guard question.body.question != nil, try isLocal(question.author),
            try question.author == person || login(of: person)?.isAdministrator == true
        else { return nil }
        return try rulings(on: question.id)
    }

    /// What moderators decided about a question, oldest first.
    func rulings(on question: PostID) throws -> [Ruling] {
        try all(
            """
            SELECT question, moderator, accepted, duplicate_of, at FROM ruling WHERE question = $1
            ORDER BY id LIMIT 1000
            """, [.id(question)]
        ) { row in
            Ruling(
                question: row.id(0), moderator: row.id(1), accepted: row.optionalURI(2),
                duplicateOf: row.optionalURI(3), at: row.date(4))
        }
    }

    private static func question(_ row: any SQLRow) -> Question {
        let post: PostID = row.id(0)
        var question = Question(title: row.text(1))
        if let uri = row.optionalURI(2) {
            let answer: PostID? = row.optionalID(3)
            let isAnswer = row.optionalID(4) == post && row.optionalDate(5) == nil
            if answer == nil || isAnswer { question.accepted = Question.Link(uri: uri, post: answer) }
        }
        question.duplicateOf = row.optionalURI(6).map { Question.Link(uri: $0, post: row.optionalID(7)) }
        question.isByModerator = row.bool(8)
        question.settledAt = row.optionalDate(9)
        return question
    }
}
