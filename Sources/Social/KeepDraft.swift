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

    /// Keeps a draft, new or changed. `idempotency`: a word by which a repeated request is known to be the same; it is
    /// answered with what the first one kept.
    ///
    /// - Throws: ``Refusal`` for one that is scheduled and could not be published as it is, or for too many.
    public func keep(_ kept: KeptDraft, idempotency: String? = nil) async throws -> KeptDraft {
        // No client's word has a line end: what it publishes by the same word is something else.
        let (word, person) = (idempotency.map { "scheduled\n\($0)" }, kept.person)
        // Its moment may be too near by now for a new one.
        if word != nil,
            let earlier = try await needs.store.read({ try Self.earlier(word, by: person, in: $0) })
        {
            return earlier
        }
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
        return try await needs.store.write { [needs, kept] transaction in
            _ = try transaction.actingPerson(kept.person)
            if let earlier = try Self.earlier(word, by: person, in: transaction) { return earlier }
            let before = try transaction.draft(kept.id, of: kept.person)
            if let dueAt = kept.dueAt {
                try Self.check(kept, at: dueAt, needs: needs, in: transaction)
            } else {
                try Self.checkSight(of: kept, before: before, in: transaction)
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
            if let word {
                try transaction.remember(PostID(kept.id.raw), of: kept.person, idempotency: word)
            }
            return kept
        }
    }

    /// What an earlier request with the same word kept.
    ///
    /// - Throws: ``Refusal`` where that is published, or deleted, by now: it does not wait once more.
    private static func earlier(
        _ word: String?, by person: ActorID, in transaction: Transaction
    ) throws -> KeptDraft? {
        guard let word, let id = try transaction.post(of: person, idempotency: word) else { return nil }
        guard let draft = try transaction.draft(DraftID(id.raw), of: person) else {
            throw Refusal.notFound("Record")
        }
        return draft
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
                    draft.refusal = try Self.words(refusal, of: draft, in: transaction)
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
        draft.group = try await needs.store.read { try Self.group(of: kept, in: $0) }
        return try await publish.publish(draft, by: kept.person)
    }

    private static func word(_ id: DraftID) -> String { "draft \(id)" }

    /// What waits for its moment could be published as things stand: its author may write, in its group and below what it
    /// answers, and may quote what it quotes.
    private static func check(
        _ kept: KeptDraft, at dueAt: Date, needs: Needs, in transaction: Transaction
    ) throws {
        _ = try transaction.writingPerson(kept.person, needs: needs)
        var draft = Self.draft(kept, at: dueAt)
        draft.group = try Self.group(of: kept, in: transaction)
        let own = try transaction.login(of: kept.person)?.defaultAudience
        let id = PostID(kept.id.raw)
        var post = Post(
            id: id, uri: needs.addresses.post(id), author: kept.person, body: .note, content: "",
            audience: kept.audience ?? own ?? .organisation, createdAt: dueAt)
        try Publish.place(&post, draft, needs: needs, in: transaction)
        guard let quote = kept.quote else { return }
        _ = try QuotePost.check(quote, in: post.audience, by: kept.person, in: transaction)
    }

    /// What is kept for later need only see what it quotes and answers, and only at first: its author can still change the
    /// text when that is gone.
    private static func checkSight(
        of kept: KeptDraft, before: KeptDraft?, in transaction: Transaction
    ) throws {
        for (post, known) in [(kept.quote, before?.quote), (kept.replyTo, before?.replyTo)] {
            guard let post, post != known else { continue }
            _ = try transaction.visiblePost(post, to: .person(kept.person))
        }
    }

    /// The group in which it is published: the one that it became, where it has moved.
    private static func group(of kept: KeptDraft, in transaction: Transaction) throws -> ActorID? {
        try kept.group.map { try transaction.groupNow($0) }
    }

    /// Why something was not published, for its author.
    private static func words(
        _ refusal: Refusal, of kept: KeptDraft, in transaction: Transaction
    ) throws -> String {
        switch refusal {
        case .notFound: try missing(from: kept, in: transaction)
        case .notAuthenticated(let reason), .notAllowed(let reason), .malformed(let reason),
            .unavailable(let reason):
            reason
        case .invalid(let field, let reason): "\(field) \(reason)"
        case .tooLarge(let what, let limit): "\(what) is larger than \(limit) bytes"
        case .tooMany: "Too much at once"
        }
    }

    private static func missing(from kept: KeptDraft, in transaction: Transaction) throws -> String {
        let isSeen = try [kept.replyTo, kept.quote].compactMap { $0 }.allSatisfy { id in
            guard let post = try transaction.post(id) else { return false }
            return try transaction.maySee(post, .person(kept.person))
        }
        // Where all of that is there, it is the group that is not.
        return isSeen
            ? "Its group is gone, or you do not belong to it any more"
            : "What it answers or quotes is not available any more"
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
