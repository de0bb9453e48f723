public import Domain
public import FoundationEssentials

extension Transaction {
    /// Keeps a draft in place of what it was before.
    public func save(_ draft: KeptDraft) throws {
        let (audience, actor, unit) = draft.audience?.columns ?? (.null, .null, .null)
        try run(
            """
            INSERT INTO draft (
                id, person, text, question, summary, is_sensitive, language, audience, audience_actor, audience_unit,
                is_quiet, reply_to, due_at, created_at
            ) VALUES (\(placeholders(14)))
            ON CONFLICT (id) DO UPDATE SET text = excluded.text, question = excluded.question,
                summary = excluded.summary, is_sensitive = excluded.is_sensitive, language = excluded.language,
                audience = excluded.audience, audience_actor = excluded.audience_actor,
                audience_unit = excluded.audience_unit, is_quiet = excluded.is_quiet,
                reply_to = excluded.reply_to, due_at = excluded.due_at
            """,
            [
                .id(draft.id), .id(draft.person), .text(draft.text), .string(draft.question),
                .text(draft.summary), .bool(draft.isSensitive), .string(draft.language), audience, actor,
                unit,
                .bool(draft.isQuiet), .id(draft.replyTo), .date(draft.dueAt), .date(draft.createdAt),
            ])
    }

    /// A person's own draft; nil for anybody else's.
    public func draft(_ id: DraftID, of person: ActorID) throws -> KeptDraft? {
        try first("\(Self.draftQuery) WHERE id = $1 AND person = $2", [.id(id), .id(person)], Self.draft)
    }

    /// A page of a person's drafts, the latest first. `isScheduled`: those that wait for their moment, or the others.
    public func drafts(of person: ActorID, isScheduled: Bool, _ page: Page) throws -> [KeptDraft] {
        var values: [SQLValue] = [.id(person)]
        var conditions = ["person = $1", "due_at IS \(isScheduled ? "NOT NULL" : "NULL")"]
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            guard let bound else { continue }
            values.append(.int(bound))
            conditions.append("id \(sign) $\(values.count)")
        }
        let found = try all(
            """
            \(Self.draftQuery) WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values, Self.draft)
        return page.after == nil ? found : found.reversed()
    }

    public func countDrafts(of person: ActorID, isScheduled: Bool) throws -> Int {
        try number(
            "SELECT COUNT(*) FROM draft WHERE person = $1 AND due_at IS \(isScheduled ? "NOT NULL" : "NULL")",
            [.id(person)])
    }

    /// Those whose moment has come, the first due first.
    public func dueDrafts(at date: Date, limit: Int = 20) throws -> [KeptDraft] {
        try all(
            """
            \(Self.draftQuery) WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2
            """, [.date(date), .number(limit)], Self.draft)
    }

    public func deleteDraft(_ id: DraftID, of person: ActorID) throws {
        try run("DELETE FROM draft WHERE id = $1 AND person = $2", [.id(id), .id(person)])
    }

    private static let draftQuery = """
        SELECT id, person, text, question, summary, is_sensitive, language, audience, audience_actor, audience_unit,
            is_quiet, reply_to, due_at, created_at FROM draft
        """

    private static func draft(_ row: any SQLRow) -> KeptDraft {
        var draft = KeptDraft(
            id: row.id(0), person: row.id(1), text: row.text(2), dueAt: row.optionalDate(12),
            createdAt: row.date(13))
        draft.question = row.optionalText(3)
        draft.summary = row.text(4)
        draft.isSensitive = row.bool(5)
        draft.language = row.optionalText(6)
        draft.audience = row.optionalInt(7).map {
            Audience(code: Int($0), actor: row.optionalID(8), unit: row.optionalText(9))
        }
        draft.isQuiet = row.bool(10)
        draft.replyTo = row.optionalID(11)
        return draft
    }
}
