public import Domain
public import FoundationEssentials
import Storage

/// Keeps what a person has written until they publish it, or until the moment that they chose.
public struct KeepDraft: Sendable {
    let needs: Needs
    let publish: Publish

    public init(needs: Needs, publish: Publish) {
        self.needs = needs
        self.publish = publish
    }

    /// Keeps a draft, new or changed.
    ///
    /// - Throws: ``Refusal`` for one that is scheduled and could not be published as it is, or for too many.
    public func keep(_ kept: KeptDraft) async throws -> KeptDraft {
        if let dueAt = kept.dueAt {
            try KeptDraft.check(dueAt: dueAt, now: needs.now())
            try Self.draft(kept, at: dueAt).check(policy: needs.policy)
            try kept.poll?.poll(at: dueAt).check(at: dueAt)
        }
        try kept.poll?.check()
        guard kept.text.length + kept.summary.length + (kept.question ?? "").length <= Limits.postText else {
            throw Refusal.invalid(
                field: "Text", because: "character limit of \(Limits.postText) exceeded")
        }
        var kept = kept
        kept.refusal = nil
        return try await needs.store.write { [kept] transaction in
            _ = try transaction.actingPerson(kept.person)
            let before = try transaction.draft(kept.id, of: kept.person)
            try Self.checkQuote(of: kept, before: before, in: transaction)
            // Of a draft whose post is gone the text can still be changed.
            if let parent = kept.replyTo, kept.dueAt != nil || parent != before?.replyTo {
                _ = try transaction.visiblePost(parent, to: .person(kept.person))
            }
            let isScheduled = kept.dueAt != nil
            if before == nil {
                // What is published already does not wait once more.
                guard try transaction.post(of: kept.person, idempotency: Self.word(kept.id)) == nil else {
                    throw Refusal.notFound("Record")
                }
                guard
                    try transaction.countDrafts(of: kept.person, isScheduled: isScheduled) < KeptDraft.limit
                else { throw Refusal.notAllowed(because: "at most \(KeptDraft.limit) can be kept") }
            }
            try transaction.save(kept)
            return kept
        }
    }

    /// Chooses another moment.
    public func move(_ id: DraftID, to dueAt: Date, by person: ActorID) async throws -> KeptDraft {
        try KeptDraft.check(dueAt: dueAt, now: needs.now())
        return try await needs.store.write { transaction in
            guard var kept = try transaction.draft(id, of: person), kept.dueAt != nil else {
                throw Refusal.notFound("Record")
            }
            kept.dueAt = dueAt
            try transaction.save(kept)
            return kept
        }
    }

    public func delete(_ id: DraftID, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            guard try transaction.draft(id, of: person) != nil else { throw Refusal.notFound("Record") }
            try transaction.deleteDraft(id, of: person)
        }
    }

    /// Publishes a draft now.
    public func publish(_ id: DraftID, by person: ActorID) async throws -> Post {
        let kept = try await needs.store.read { try $0.draft(id, of: person) }
        guard let kept else { throw Refusal.notFound("Record") }
        return try await publish(kept)
    }

    /// Publishes whatever is due. One that a rule now forbids becomes a draft again, so that nothing written is lost.
    public func publishDue() async throws {
        let now = needs.now()
        for kept in try await needs.store.read({ try $0.dueDrafts(at: now) }) {
            do {
                _ = try await publish(kept)
            } catch let refusal as Refusal {
                try await needs.store.write { transaction in
                    // Its author may have changed it, or thrown it away, meanwhile.
                    guard var draft = try transaction.draft(kept.id, of: kept.person), draft == kept
                    else { return }
                    draft.dueAt = nil
                    draft.refusal = Self.words(refusal)
                    try transaction.save(draft)
                }
            }
        }
    }

    /// A draft is named in its post's request, so that whoever starts again after a crash, or at the same time, publishes
    /// nothing twice. It goes in the transaction that publishes it, and only as it is then.
    private func publish(_ kept: KeptDraft) async throws -> Post {
        var draft = Self.draft(kept, at: needs.now())
        draft.idempotency = Self.word(kept.id)
        draft.kept = kept
        return try await publish.publish(draft, by: kept.person)
    }

    private static func word(_ id: DraftID) -> String { "draft \(id)" }

    /// What waits for its moment may be quoted as things stand; what is kept for later need only be seen, and only at first:
    /// its author can still change the text when it is gone.
    private static func checkQuote(
        of kept: KeptDraft, before: KeptDraft?, in transaction: Transaction
    ) throws {
        guard let quote = kept.quote else { return }
        if kept.dueAt != nil {
            let own = try transaction.login(of: kept.person)?.defaultAudience
            let audience = kept.group.map { .group($0) } ?? kept.audience ?? own ?? .organisation
            _ = try QuotePost.check(quote, in: audience, by: kept.person, in: transaction)
        } else if quote != before?.quote {
            _ = try transaction.visiblePost(quote, to: .person(kept.person))
        }
    }

    /// Why something was not published, for its author.
    private static func words(_ refusal: Refusal) -> String {
        switch refusal {
        case .notFound: "What it answers or quotes is not available any more"
        case .notAuthenticated(let reason), .notAllowed(let reason), .malformed(let reason),
            .unavailable(let reason):
            reason
        case .invalid(let field, let reason): "\(field) \(reason)"
        case .tooLarge(let what, let limit): "\(what) is larger than \(limit) bytes"
        case .tooMany: "Too much at once"
        }
    }

    private static func draft(_ kept: KeptDraft, at moment: Date) -> Draft {
        var draft = Draft(
            text: kept.text, summary: kept.summary, isSensitive: kept.isSensitive, language: kept.language,
            audience: kept.audience, replyTo: kept.replyTo)
        draft.isQuiet = kept.isQuiet
        draft.group = kept.group
        draft.quote = kept.quote
        draft.quotePolicy = kept.quotePolicy
        draft.body =
            kept.question.map { .question(Question(title: $0)) }
            ?? kept.poll.map { .poll($0.poll(at: moment)) }
        return draft
    }
}

extension KeptDraft {
    /// What stands in a draft that is not published now: of what it carries, a question or a poll.
    public init(_ draft: Draft, id: DraftID, by person: ActorID, at now: Date, dueAt: Date? = nil) {
        self.init(id: id, person: person, text: draft.text, dueAt: dueAt, createdAt: now)
        question = draft.body?.question?.title
        if case .poll(let asked)? = draft.body { poll = KeptPoll(asked, at: now) }
        summary = draft.summary
        isSensitive = draft.isSensitive
        language = draft.language
        audience = draft.audience
        isQuiet = draft.isQuiet
        replyTo = draft.replyTo
        group = draft.group
        (quote, quotePolicy) = (draft.quote, draft.quotePolicy)
    }
}
