public import Domain
public import FoundationEssentials

extension Transaction {
    /// Keeps an article, new or changed. `toldAt`: when its owner was told that its review date has come; nil while that is
    /// ahead.
    public func save(_ article: Knowledge, toldAt: Date? = nil) throws {
        try run(
            """
            INSERT INTO knowledge (id, post, title, title_key, owner, review_at, promoted_by, promoted_at, told_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, title_key = excluded.title_key,
                owner = excluded.owner, review_at = excluded.review_at, told_at = excluded.told_at
            """,
            [
                .id(article.id), .id(article.post), .text(article.title), .text(article.title.lowercased()),
                .id(article.owner), .date(article.reviewAt), .id(article.promotedBy),
                .date(article.promotedAt), .date(toldAt),
            ])
    }

    /// Takes an article out of the knowledge base; its post stays.
    public func delete(_ article: KnowledgeID) throws {
        try run("DELETE FROM knowledge WHERE id = $1", [.id(article)])
    }

    public func knowledge(_ id: KnowledgeID) throws -> Knowledge? {
        try first("\(Self.knowledgeQuery) WHERE k.id = $1", [.id(id)], Self.knowledge)
    }

    /// Those of the posts that are articles.
    public func knowledge(of posts: [PostID]) throws -> [PostID: Knowledge] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        let found = try all(
            "\(Self.knowledgeQuery) WHERE k.post IN (\(placeholders(posts.count)))",
            posts.map { .id($0) }, Self.knowledge)
        return Dictionary(found.map { ($0.post, $0) }) { first, _ in first }
    }

    /// A page of articles whose posts the viewer may see, the latest promoted first. `words`: all of them stand in the post,
    /// in the accepted answer, or in the title; empty for any article.
    public func knowledge(
        _ filter: Knowledge.Filter, words: String = "", at now: Date, for viewer: Viewer, _ page: Page
    ) throws -> [Knowledge] {
        var values: [SQLValue] = [.id(viewer.actor)]
        func bind(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        var conditions = Self.visibleQuestions(viewer)
        switch filter {
        case .all: break
        case .mine: conditions.append("k.owner = $1")
        case .outdated:
            conditions.append(
                """
                (k.review_at <= \(bind(.date(now))) OR (q.post IS NOT NULL AND NOT \(Self.isAccepted)))
                """)
        }
        if !words.isEmpty {
            guard let asked = searchWords(words) else { return [] }
            conditions.append(holding(asked, words, viewer, bind))
        }
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            if let bound { conditions.append("k.id \(sign) \(bind(.int(bound)))") }
        }
        let found = try all(
            """
            \(Self.knowledgeQuery) JOIN post p ON p.id = k.post LEFT JOIN question q ON q.post = k.post
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY k.id \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values, Self.knowledge)
        return page.after == nil ? found : found.reversed()
    }

    /// Articles whose review date has come and whose owner was not told yet.
    public func dueKnowledge(at date: Date, limit: Int = 100) throws -> [Knowledge] {
        try all(
            """
            \(Self.knowledgeQuery) WHERE k.told_at IS NULL AND k.review_at <= $1
            ORDER BY k.review_at, k.id LIMIT $2
            """, [.date(date), .number(limit)], Self.knowledge)
    }

    /// The people of this node who moderate it.
    public func nodeModerators() throws -> [ActorID] {
        try all(
            """
            SELECT l.person FROM login l JOIN actor a ON a.id = l.person
            WHERE l.is_administrator = 1 AND a.state = 0 ORDER BY l.person
            """
        ) { $0.id(0) }
    }

    /// A condition on `knowledge k`, its `post p` and its `question q`.
    private func holding(
        _ asked: String, _ words: String, _ viewer: Viewer, _ bind: (SQLValue) -> String
    ) -> String {
        let search = matching("post_search", bind(.text(asked)))
        let parts = words.lowercased().split { !$0.isLetter && !$0.isNumber }.prefix(12)
        let inTitle = parts.map { "k.title_key LIKE \(bind(.text("%\($0)%")))" }
        return """
            (p.id IN (SELECT \(search.id) FROM post_search s WHERE \(search.condition))
            OR EXISTS (SELECT 1 FROM post p WHERE p.uri = q.accepted AND p.reply_post = q.post
                AND p.deleted_at IS NULL AND \(Self.seenBy(viewer, place: 1))
                AND p.id IN (SELECT \(search.id) FROM post_search s WHERE \(search.condition)))
            OR (\(inTitle.joined(separator: " AND "))))
            """
    }

    private static let knowledgeQuery = """
        SELECT k.id, k.post, k.title, k.owner, k.review_at, k.promoted_by, k.promoted_at FROM knowledge k
        """

    private static func knowledge(_ row: any SQLRow) -> Knowledge {
        Knowledge(
            id: row.id(0), post: row.id(1), title: row.text(2), owner: row.id(3), reviewAt: row.date(4),
            promotedBy: row.id(5), promotedAt: row.date(6))
    }
}
