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
                is_quiet, reply_to, due_at, created_at, in_group, quote, quote_policy, refusal, poll_options,
                poll_seconds, poll_multiple, poll_anonymous, poll_hides
            ) VALUES (\(placeholders(23)))
            ON CONFLICT (id) DO UPDATE SET text = excluded.text, question = excluded.question,
                summary = excluded.summary, is_sensitive = excluded.is_sensitive, language = excluded.language,
                audience = excluded.audience, audience_actor = excluded.audience_actor,
                audience_unit = excluded.audience_unit, is_quiet = excluded.is_quiet,
                reply_to = excluded.reply_to, due_at = excluded.due_at, in_group = excluded.in_group,
                quote = excluded.quote, quote_policy = excluded.quote_policy, refusal = excluded.refusal,
                poll_options = excluded.poll_options, poll_seconds = excluded.poll_seconds,
                poll_multiple = excluded.poll_multiple, poll_anonymous = excluded.poll_anonymous,
                poll_hides = excluded.poll_hides
            """,
            [
                .id(draft.id), .id(draft.person), .text(draft.text), .string(draft.question),
                .text(draft.summary), .bool(draft.isSensitive), .string(draft.language), audience, actor,
                unit,
                .bool(draft.isQuiet), .id(draft.replyTo), .date(draft.dueAt), .date(draft.createdAt),
                .id(draft.group), .id(draft.quote), .number(draft.quotePolicy?.rawValue),
                .string(draft.refusal), .string(draft.poll?.options.joined(separator: "\n")),
                .number(draft.poll?.seconds), .bool(draft.poll?.isMultiple ?? false),
                .bool(draft.poll?.isAnonymous ?? false), .bool(draft.poll?.hidesTotals ?? false),
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

    /// Whether one was not published when its moment came, and waits for its author.
    public func hasRefusedDraft(of person: ActorID) throws -> Bool {
        try exists(
            "SELECT 1 FROM draft WHERE person = $1 AND due_at IS NULL AND refusal IS NOT NULL", [.id(person)])
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
            is_quiet, reply_to, due_at, created_at, in_group, quote, quote_policy, refusal, poll_options, poll_seconds,
            poll_multiple, poll_anonymous, poll_hides FROM draft
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
        draft.group = row.optionalID(14)
        draft.quote = row.optionalID(15)
        draft.quotePolicy = row.optionalInt(16).map { QuotePolicy(rawValue: Int($0)) ?? .nobody }
        draft.refusal = row.optionalText(17)
        draft.poll = row.optionalText(18).map { options in
            var poll = KeptPoll(
                options: options.split(separator: "\n").map(String.init),
                seconds: row.optionalInt(19).map { Int($0) })
            (poll.isMultiple, poll.isAnonymous, poll.hidesTotals) = (row.bool(20), row.bool(21), row.bool(22))
            return poll
        }
        return draft
    }
}
