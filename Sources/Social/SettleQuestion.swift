public import Domain
import FoundationEssentials
public import Storage

/// Decides about a question: which answer is accepted, and whether it repeats another (Spec/features/question.md §4, §5).
public struct SettleQuestion: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Accepts an answer in place of any accepted before.
    ///
    /// - Throws: ``Refusal`` for anyone but the asker and a moderator of this node where the question was asked here.
    public func accept(_ answer: PostID, of question: PostID, by person: ActorID) async throws -> Post {
        try await decide(question, by: person) { body, post, transaction in
            let answer = try transaction.visiblePost(answer, to: .person(person))
            try Question.check(answer: answer, to: post)
            body.accepted = Question.Link(uri: answer.uri, post: answer.id)
        }
    }

    /// Ends an acceptance.
    public func unaccept(_ question: PostID, by person: ActorID) async throws -> Post {
        try await decide(question, by: person) { body, _, _ in body.accepted = nil }
    }

    /// Says that a question repeats another; nil takes that back.
    public func markDuplicate(
        _ question: PostID, of original: PostID?, by person: ActorID
    ) async throws -> Post {
        try await decide(question, by: person) { body, post, transaction in
            guard let original else { return body.duplicateOf = nil }
            let other = try transaction.visiblePost(original, to: .person(person))
            try Question.check(original: other, of: post)
            body.duplicateOf = Question.Link(uri: other.uri, post: other.id)
        }
    }

    /// Takes over what a question's own node says was decided; an older word changes nothing. Who says it was checked.
    ///
    /// - Throws: ``Refusal`` where what is named as the accepted answer is known to answer something else.
    public static func receive(_ version: Question, of stored: Post, in transaction: Transaction) throws {
        guard let known = stored.body.question, let settledAt = version.settledAt,
            settledAt > known.settledAt ?? .distantPast
        else { return }
        if let uri = version.accepted?.uri, let answer = try transaction.post(uri), answer.deletedAt == nil,
            answer.reply?.uri != stored.uri
        {
            throw Refusal.invalid(field: "acceptedAnswer", because: "is not an answer to this question")
        }
        try transaction.settle(version, of: stored.id)
        try transaction.append(.settled(stored.id))
    }

    private func decide(
        _ id: PostID, by person: ActorID,
        _ change: @escaping @Sendable (inout Question, Post, Transaction) throws -> Void
    ) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            var post = try transaction.visiblePost(id, to: .person(person))
            guard let before = post.body.question else { throw Refusal.notFound("Record") }
            let isAsker = post.author == person
            let isModerator =
                try transaction.login(of: person)?.isAdministrator == true && transaction.isLocal(post.author)
            try Question.checkDecider(isAsker: isAsker, isModerator: isModerator)
            var question = before
            try change(&question, post, transaction)
            guard question != before else { return post }
            let now = needs.now()
            // Later than the decision before, whatever the clock says, so that readers know which is the last.
            question.settledAt = before.settledAt.map { max(now, $0.addingTimeInterval(0.001)) } ?? now
            question.isByModerator = !isAsker
            try transaction.settle(question, of: id)
            if !isAsker {
                try transaction.insert(
                    Ruling(
                        question: id, moderator: person, accepted: question.accepted?.uri,
                        duplicateOf: question.duplicateOf?.uri, at: now), id: needs.ids.next())
            }
            if let gone = before.accepted?.post, gone != question.accepted?.post {
                try transaction.deleteNotifications(kind: .accepted, actor: post.author, post: gone)
            }
            try transaction.append(.settled(id))
            post.body = .question(question)
            return post
        }
    }
}
