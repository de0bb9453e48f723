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
            try Self.draft(kept).check(policy: needs.policy)
        }
        guard kept.text.count + kept.summary.count + (kept.question ?? "").count <= Limits.postText else {
            throw Refusal.invalid(
                field: "Text", because: "character limit of \(Limits.postText) exceeded")
        }
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(kept.person)
            if let parent = kept.replyTo {
                _ = try transaction.visiblePost(parent, to: .person(kept.person))
            }
            let isScheduled = kept.dueAt != nil
            if try transaction.draft(kept.id, of: kept.person) == nil {
                guard
                    try transaction.countDrafts(of: kept.person, isScheduled: isScheduled) < KeptDraft.limit
                else { throw Refusal.notAllowed(because: "at most \(KeptDraft.limit) can be kept") }
            }
            try transaction.save(kept)
        }
        return kept
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
            } catch is Refusal {
                var draft = kept
                draft.dueAt = nil
                try await needs.store.write { [draft] in try $0.save(draft) }
            }
        }
    }

    /// A draft is named in its post's request, so that whoever starts again after a crash, or at the same time, publishes nothing twice.
    private func publish(_ kept: KeptDraft) async throws -> Post {
        var draft = Self.draft(kept)
        draft.idempotency = "draft \(kept.id)"
        let post = try await publish.publish(draft, by: kept.person)
        try await needs.store.write { try $0.deleteDraft(kept.id, of: kept.person) }
        return post
    }

    private static func draft(_ kept: KeptDraft) -> Draft {
        var draft = Draft(
            text: kept.text, summary: kept.summary, isSensitive: kept.isSensitive, language: kept.language,
            audience: kept.audience, replyTo: kept.replyTo)
        draft.isQuiet = kept.isQuiet
        draft.body = kept.question.map { .question(Question(title: $0)) }
        return draft
    }
}
