public import Domain
public import FoundationEssentials
import Markup
import Storage

/// Changes what an announcement says, in every language, and by when it must be acknowledged
/// (Spec/features/announcement.md §2, §8).
public struct ReviseAnnouncement: Sendable {
    let needs: Needs
    let find: @Sendable (Handle) async -> Actor?

    /// `find`: looks up a handle that this node does not know yet.
    public init(needs: Needs, find: @escaping @Sendable (Handle) async -> Actor?) {
        self.needs = needs
        self.find = find
    }

    /// What is to be otherwise; nil leaves a part as it is.
    public struct Wish: Sendable {
        public var title: String?
        public var text: String?
        public var language: String?
        public var dueAt: Date?
        /// All other languages; what is not among them goes.
        public var variants: [Announcement.Variant]?

        public init() {}
    }

    /// - Throws: ``Refusal`` for anyone but the author, for an author who may not speak for the office any more, and for
    ///   what an announcement may not become.
    public func revise(_ id: PostID, _ wish: Wish, by person: ActorID) async throws -> Post {
        var named: NamedPeople?
        if let text = wish.text {
            try Draft(text: text, title: nil).check(policy: needs.policy)
            named = try await NamedPeople.look(in: text, needs: needs, find: find)
        }
        return try await needs.store.write { [needs, named] transaction in
            _ = try transaction.writingPerson(person, needs: needs)
            var post = try transaction.visiblePost(id, to: .person(person))
            guard post.author == person, case .announcement(var announcement) = post.body else {
                throw Refusal.notFound("Record")
            }
            try Acknowledge.checkRight(of: person, in: transaction)
            announcement.title = wish.title ?? announcement.title
            announcement.variants = wish.variants ?? announcement.variants
            if let dueAt = wish.dueAt, dueAt != announcement.dueAt {
                guard announcement.dueAt != nil else {
                    throw Refusal.notAllowed(
                        because: "Whether it must be acknowledged does not change: publish another one")
                }
                guard dueAt > needs.now() else {
                    throw Refusal.invalid(field: "Due date", because: "must lie ahead")
                }
                announcement.dueAt = dueAt
            }
            post.language = wish.language ?? post.language
            try announcement.checkForm(at: needs.now())
            try announcement.checkLanguages(besides: post.language)
            post.body = .announcement(announcement)
            if let named, let text = wish.text {
                (post.content, post.source) = (named.html(needs.addresses), text)
                (post.mentions, post.tags) = (named.mentions(needs.addresses), named.text.hashtags)
            }
            post.editedAt = needs.now()
            try transaction.update(post, recipients: try transaction.recipients(for: post))
            try transaction.append(.edited(post.id))
            return post
        }
    }
}

extension Announcement.Variant {
    /// One as it was written here.
    public init(language: String, title: String, text: String, addresses: Addresses) {
        let html = WrittenText(text).html(mention: { _ in nil }, tag: { addresses.page(hashtag: $0) })
        let isBlank = !text.contains { !$0.isWhitespace }
        self.init(language: language, title: title, content: isBlank ? "" : html, source: text)
    }
}

extension Announcement {
    /// The first language is not given twice.
    func checkLanguages(besides first: String?) throws(Refusal) {
        guard let first, variants.contains(where: { $0.language.lowercased() == first.lowercased() }) else {
            return
        }
        throw .invalid(field: "Languages", because: "are each given once")
    }
}
