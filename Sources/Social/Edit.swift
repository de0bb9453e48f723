public import Domain
import FoundationEssentials
import Markup
public import Storage

/// Changes what a post says; what it said stays in its history.
public struct Edit: Sendable {
    let needs: Needs
    let find: @Sendable (Handle) async -> Actor?

    /// `find`: looks up a handle that this node does not know yet.
    public init(needs: Needs, find: @escaping @Sendable (Handle) async -> Actor?) {
        self.needs = needs
        self.find = find
    }

    /// Replaces text, title, summary, sensitivity and language of a person's own post. `draft`: its audience, what it
    /// carries and what it answers are not looked at: they do not change. No title: the one that there is.
    ///
    /// - Throws: ``Refusal`` for a title where there is none to change, and in a group for whoever belongs no more.
    public func edit(_ id: PostID, to draft: Draft, by person: ActorID) async throws -> Post {
        var draft = draft
        draft.audience = nil
        try draft.checkForm(policy: needs.policy)
        let named = try await NamedPeople.look(in: draft.text, needs: needs, find: find)
        return try await needs.store.write { [needs, draft] transaction in
            _ = try transaction.writingPerson(person, needs: needs)
            var post = try transaction.visiblePost(id, to: .person(person))
            guard post.author == person, post.body.announced == nil else { throw Refusal.notFound("Record") }
            try transaction.admitChange(of: post)
            if case .announcement = post.body { try Acknowledge.checkRight(of: person, in: transaction) }
            if let title = draft.title { try post.body.retitle(title) }
            try post.body.question?.check()
            try draft.checkText(below: post.body.title)
            post.content = named.html(needs.addresses)
            post.source = draft.text
            post.summary = draft.summary
            post.isSensitive = draft.isSensitive || !draft.summary.isEmpty
            post.language = draft.language ?? post.language
            post.mentions = named.mentions(needs.addresses)
            post.tags = named.text.hashtags
            try Recognise.dress(&post, needs: needs, in: transaction)
            post.editedAt = needs.now()
            try transaction.update(post, recipients: try transaction.recipients(for: post))
            try transaction.append(.edited(post.id))
            return post
        }
    }

    /// Takes over a newer version of another node's post; an older one is ignored (N45). `version`: with the
    /// id of the stored post, and `editedAt`.
    public static func receive(_ version: Post, recipients: [ActorID], in transaction: Transaction) throws {
        guard let stored = try transaction.post(version.id), let edited = version.editedAt,
            edited > stored.editedAt ?? stored.createdAt
        else { return }
        try transaction.update(
            version, recipients: try transaction.recipients(among: recipients, for: stored.audience))
        try transaction.append(.edited(version.id))
    }
}

extension PostBody {
    /// Puts another title above the text of what an edit gives one; what it is stays.
    fileprivate mutating func retitle(_ title: String) throws(Refusal) {
        switch self {
        case .question(let question): self = .question(question.retitled(title))
        case .article:
            guard title.contains(where: { !$0.isWhitespace }) else {
                throw .invalid(field: "Title", because: "can't be blank")
            }
            self = .article(title: title)
        case .note, .announce, .poll, .survey, .recognition, .announcement, .gathering:
            guard title == self.title ?? "" else {
                throw .invalid(field: "Title", because: "is changed here of questions and articles only")
            }
        }
    }
}
