public import Domain
public import FoundationEssentials
public import Storage

/// Makes articles of posts that this node knows, and has somebody look after them (Spec/features/knowledge.md).
public struct KeepKnowledge: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// What whoever looks after an article says of it.
    public enum Review: Sendable, Equatable {
        /// It is right, until a date; nil for the usual term.
        case right(until: Date?)
        /// It is outdated now, whatever its date.
        case outdated
        /// Somebody else looks after it from now on.
        case handOver(to: ActorID)
    }

    /// Promotes a post to the knowledge base of this node; whoever does so owns the article. `title`: nil for that of the
    /// post. `reviewAt`: nil for the usual term.
    ///
    /// - Throws: ``Refusal`` when a rule says no; one that is an article already is answered as it is.
    public func promote(
        _ id: PostID, title: String? = nil, reviewAt: Date? = nil, by person: ActorID
    ) async throws -> Knowledge {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.writingPerson(person, needs: needs)
            let post = try transaction.visiblePost(id, to: .person(person))
            try Self.check(post, by: person, in: transaction)
            if let known = try transaction.knowledge(of: [id])[id] { return known }
            let now = needs.now()
            let article = Knowledge(
                id: needs.ids.next(), post: id, title: title ?? post.body.title ?? "", owner: person,
                reviewAt: reviewAt ?? now + Knowledge.usualTerm, promotedBy: person, promotedAt: now)
            try article.check(at: now)
            try transaction.save(article)
            return article
        }
    }

    /// Takes the word of its owner, or of a moderator of this node, about an article.
    public func review(_ id: KnowledgeID, _ review: Review, by person: ActorID) async throws -> Knowledge {
        try await needs.store.write { [needs] transaction in
            var (article, post) = try Self.keeping(id, by: person, in: transaction)
            let now = needs.now()
            try transaction.deleteNotifications(
                kind: .knowledgeReview, actor: post.author, post: post.id)
            switch review {
            case .right(let until):
                article.reviewAt = until ?? now + Knowledge.usualTerm
                try article.check(at: now)
                try transaction.save(article)
            case .outdated:
                article.reviewAt = min(article.reviewAt, now)
                // The owner knows what they said themself.
                try transaction.save(article, toldAt: person == article.owner ? now : nil)
            case .handOver(let owner):
                let actor = try transaction.livingActor(owner, to: .person(person))
                guard actor.isLocal, actor.kind == .person, try transaction.maySee(post, .person(owner))
                else {
                    throw Refusal.invalid(
                        field: "Owner", because: "is a person of this office who may see the article")
                }
                article.owner = owner
                // Where the date has come already, the new owner is told that too.
                try transaction.save(article)
                if owner != person {
                    try transaction.deleteNotifications(
                        kind: .knowledgeHanded, actor: person, person: owner, post: post.id)
                    try Telling.tell(
                        owner, .knowledgeHanded, by: person, about: post.id, needs: needs, in: transaction)
                }
            }
            return article
        }
    }

    /// Takes an article out of the knowledge base; the post stays where it is.
    public func remove(_ id: KnowledgeID, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            let (_, post) = try Self.keeping(id, by: person, in: transaction)
            try transaction.deleteNotifications(
                kind: .knowledgeReview, actor: post.author, post: post.id)
            try transaction.delete(id)
        }
    }

    /// Whether a person could promote a post, by the same rules.
    public static func mayPromote(_ post: Post, by person: ActorID, in transaction: Transaction) throws
        -> Bool
    {
        do {
            try check(post, by: person, in: transaction)
            return true
        } catch is Refusal {
            return false
        }
    }

    /// Whether a person looks after an article, or may in its owner's place.
    public static func mayReview(
        _ article: Knowledge, by person: ActorID, in transaction: Transaction
    ) throws -> Bool {
        try article.owner == person || transaction.login(of: person)?.isAdministrator == true
    }

    /// Tells owners, once, that a review date has come; where the owner is gone, the moderators. False when nothing was due.
    static func drain(needs: Needs, in transaction: Transaction) throws -> Bool {
        let now = needs.now()
        let due = try transaction.dueKnowledge(at: now)
        for article in due {
            try transaction.save(article, toldAt: now)
            guard let post = try transaction.post(article.post), post.deletedAt == nil else { continue }
            let isThere =
                try transaction.isActive(article.owner) && transaction.maySee(post, .person(article.owner))
            let people = isThere ? [article.owner] : try transaction.nodeModerators()
            for person in people where try transaction.maySee(post, .person(person)) {
                try transaction.deleteNotifications(
                    kind: .knowledgeReview, actor: post.author, person: person, post: post.id)
                try Telling.tell(
                    person, .knowledgeReview, by: post.author, about: post.id, needs: needs, in: transaction)
            }
        }
        return !due.isEmpty
    }

    private static func check(_ post: Post, by person: ActorID, in transaction: Transaction) throws {
        let answer = try post.body.question?.accepted?.post.flatMap { try transaction.post($0) }
        let isSeen = try answer.map { try transaction.maySee($0, .person(person)) } ?? false
        try Knowledge.check(
            post, by: person, answerer: isSeen ? answer?.author : nil,
            isModerator: transaction.login(of: person)?.isAdministrator == true)
    }

    /// An article with its post, for whoever may say something about it.
    private static func keeping(
        _ id: KnowledgeID, by person: ActorID, in transaction: Transaction
    ) throws -> (Knowledge, Post) {
        _ = try transaction.actingPerson(person)
        guard let article = try transaction.knowledge(id) else { throw Refusal.notFound("Record") }
        let post = try transaction.visiblePost(article.post, to: .person(person))
        guard try mayReview(article, by: person, in: transaction) else {
            throw Refusal.notAllowed(
                because: "Only whoever looks after the article, or a moderator of this office, can do that")
        }
        return (article, post)
    }
}
