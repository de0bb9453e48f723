public import Domain
public import FoundationEssentials

/// Surveys. Who answered is a ballot, as of a poll; what was answered belongs to nobody.
extension Transaction {
    /// The name under which what may be shown is kept.
    public static let result = "="

    func insert(_ survey: Survey, of post: PostID) throws {
        let isOwn = try localPosts([post]).contains(post)
        try run(
            "INSERT INTO survey (post, closes_at, is_closed, is_told, is_own) VALUES ($1, $2, $3, 0, $4)",
            [.id(post), .date(survey.closesAt), .bool(survey.isClosed), .bool(isOwn)])
        for (position, question) in survey.questions.enumerated() {
            let (kind, choices) =
                switch question.kind {
                case .scale: (0, "")
                case .choice(let choices): (1, choices.joined(separator: "\n"))
                case .text: (2, "")
                }
            try run(
                "INSERT INTO survey_question (post, position, kind, text, choices) VALUES ($1, $2, $3, $4, $5)",
                [.id(post), .number(position), .number(kind), .text(question.text), .text(choices)])
        }
    }

    func deleteSurvey(of post: PostID) throws {
        for table in ["survey", "survey_question", "survey_tally", "survey_text", "ballot"] {
            try run("DELETE FROM \(table) WHERE post = $1", [.id(post)])
        }
    }

    func surveys(of posts: [PostID]) throws -> [PostID: Survey] {
        guard !posts.isEmpty else { return [:] }
        let list = placeholders(posts.count)
        let ids = posts.map { SQLValue.id($0) }
        var surveys: [PostID: Survey] = [:]
        for (post, survey) in try all(
            "SELECT post, closes_at, is_closed, is_told FROM survey WHERE post IN (\(list))", ids,
            { row in
                var survey = Survey(questions: [], closesAt: row.date(1))
                survey.isClosed = row.bool(2)
                survey.isTold = row.bool(3)
                return (row.id(0) as PostID, survey)
            })
        {
            surveys[post] = survey
        }
        for (post, item) in try all(
            """
            SELECT post, kind, text, choices FROM survey_question WHERE post IN (\(list)) ORDER BY post, position
            """, ids, { row in (row.id(0) as PostID, Self.question(row)) })
        {
            surveys[post]?.questions.append(item)
        }
        return surveys
    }

    private static func question(_ row: any SQLRow) -> Survey.Item {
        let kind: Survey.Kind =
            switch row.number(1) {
            case 0: .scale
            case 1: .choice(row.text(3).split(separator: "\n").map(String.init))
            default: .text
            }
        return Survey.Item(row.text(2), kind)
    }

    // MARK: What was answered

    /// What a node's people answered, or what may be shown; nil where nothing is known. `node`: empty for this one.
    public func surveyTally(of node: String, in post: PostID, _ survey: Survey) throws -> SurveyTally? {
        var tally = SurveyTally.none(of: survey)
        tally.respondents = -1
        for (question, cell, votes) in try all(
            "SELECT question, cell, votes FROM survey_tally WHERE post = $1 AND node = $2",
            [.id(post), .text(node)], { ($0.number(0), $0.number(1), $0.number(2)) })
        {
            if question < 0 {
                tally.respondents = votes
            } else if tally.items.indices.contains(question) {
                if cell < 0 {
                    tally.items[question].answered = votes
                } else if tally.items[question].cells.indices.contains(cell) {
                    tally.items[question].cells[cell] = votes < 0 ? nil : votes
                }
            }
        }
        guard tally.respondents >= 0 else { return nil }
        for (question, text) in try all(
            "SELECT question, text FROM survey_text WHERE post = $1 AND node = $2 ORDER BY question, mark",
            [.id(post), .text(node)], { ($0.number(0), $0.text(1)) })
        where tally.items.indices.contains(question) {
            tally.items[question].texts.append(text)
        }
        return tally
    }

    /// Keeps a tally in place of the earlier one of the same node. Texts get marks drawn by lot.
    public func save(_ tally: SurveyTally, of node: String, in post: PostID) throws {
        for table in ["survey_tally", "survey_text"] {
            try run("DELETE FROM \(table) WHERE post = $1 AND node = $2", [.id(post), .text(node)])
        }
        var rows = [(-1, -1, tally.respondents)]
        for (question, item) in tally.items.enumerated() {
            rows.append((question, -1, item.answered))
            rows += item.cells.enumerated().map { (question, $0.offset, $0.element ?? -1) }
            var marks: Set<Int64> = []
            while marks.count < item.texts.count { marks.insert(Int64.random(in: 1...Int64.max)) }
            for (mark, text) in zip(marks.shuffled(), item.texts) {
                try run(
                    "INSERT INTO survey_text (post, node, question, mark, text) VALUES ($1, $2, $3, $4, $5)",
                    [.id(post), .text(node), .number(question), .int(mark), .text(text)])
            }
        }
        for (question, cell, votes) in rows {
            try run(
                "INSERT INTO survey_tally (post, node, question, cell, votes) VALUES ($1, $2, $3, $4, $5)",
                [.id(post), .text(node), .number(question), .number(cell), .number(votes)])
        }
    }

    /// The nodes that counted, this one among them.
    public func surveyNodes(in post: PostID) throws -> [String] {
        try all(
            "SELECT node FROM survey_tally WHERE post = $1 AND question = -1 AND node <> $2 ORDER BY node",
            [.id(post), .text(Self.result)]
        ) { $0.text(0) }
    }

    // MARK: When

    /// Surveys of which something is due: the close, or for those of this node the results.
    public func surveysToTend(at now: Date, limit: Int = 200) throws -> [PostID] {
        try all(
            """
            SELECT post FROM survey WHERE is_told = 0 AND closes_at <= $1
                AND (is_closed = 0 OR is_own = 1 AND closes_at <= $2) ORDER BY closes_at LIMIT $3
            """, [.date(now), .date(now - Survey.settling), .number(limit)]
        ) { $0.id(0) }
    }

    /// Closes a survey; false when it was closed before.
    public func closeSurvey(_ post: PostID) throws -> Bool {
        try run("UPDATE survey SET is_closed = 1 WHERE post = $1 AND is_closed = 0", [.id(post)]) > 0
    }

    /// Notes that the results are known.
    public func setSurveyTold(_ post: PostID) throws {
        try run("UPDATE survey SET is_closed = 1, is_told = 1 WHERE post = $1", [.id(post)])
    }
}
