public import Domain
import Markup
public import Storage

/// Writes a post: the verb behind every composer, and behind every `Create` that is received.
public struct Publish: Sendable {
    let needs: Needs
    let find: @Sendable (Handle) async -> Actor?

    /// `find`: looks up a handle that this node does not know yet.
    public init(needs: Needs, find: @escaping @Sendable (Handle) async -> Actor?) {
        self.needs = needs
        self.find = find
    }

    /// Publishes what a person of this node wrote.
    ///
    /// - Throws: ``Refusal`` when a rule of ``Draft/check(policy:)`` says no, what is answered cannot be seen, or what was
    ///   kept is not kept any more as it was.
    public func publish(_ draft: Draft, by person: ActorID) async throws -> Post {
        try draft.check(policy: needs.policy)
        if case .poll(let poll) = draft.body { try poll.check(at: needs.now()) }
        if case .survey(let survey) = draft.body { try survey.check(at: needs.now()) }
        let named = try await NamedPeople.look(in: draft.text, needs: needs, find: find)
        return try await needs.store.write { [needs] transaction in
            if let word = draft.idempotency,
                let earlier = try transaction.post(of: person, idempotency: word),
                let post = try transaction.post(earlier)
            {
                if let kept = draft.kept { try transaction.deleteDraft(kept.id, of: person) }
                return post
            }
            if let kept = draft.kept { try Self.take(kept, in: transaction) }
            let author = try transaction.writingPerson(person, needs: needs)
            try Organise.check(draft, at: needs.now())
            try Acknowledge.check(draft, by: person, at: needs.now(), in: transaction)
            var post = try Self.compose(draft, by: author, named: named, needs: needs, in: transaction)
            try Self.place(&post, draft, needs: needs, in: transaction)
            try QuotePost.prepare(&post, draft, needs: needs, in: transaction)
            try Recognise.prepare(&post, needs: needs, in: transaction)
            try transaction.insert(post, recipients: try transaction.recipients(for: post), isLocal: true)
            try transaction.insertHome(post.id, shown: post.id, person: person)
            try transaction.append(.published(post.id))
            try QuotePost.ask(for: post, in: transaction)
            if let word = draft.idempotency {
                try transaction.remember(post.id, of: person, idempotency: word)
            }
            return post
        }
    }

    /// Keeps a post of another node. `recipients`: the actors of this node that it is addressed to. `isNews`:
    /// whether readers are told; an old post that completes a thread is not news, unless its author's node brings it
    /// afterwards. Returns whether it was new, or is news only now.
    public static func receive(
        _ post: Post, recipients: [ActorID], isNews: Bool, in transaction: Transaction
    ) throws -> Bool {
        if let known = try transaction.postID(post.uri) {
            // What was read where it lives before it was brought is news all the same, once. It stays for whom it was.
            guard isNews, try transaction.takeUntold(known, by: post.author),
                let stored = try transaction.post(known)
            else { return false }
            try transaction.addRecipients(
                try transaction.recipients(among: recipients, of: stored), to: known)
            // Whether it may quote was not asked as long as nobody was told of it.
            try QuotePost.receive(post, of: stored, in: transaction)
            try transaction.append(.published(known))
            return true
        }
        try transaction.insert(post, recipients: recipients, isLocal: false)
        if isNews {
            try transaction.append(.published(post.id))
        } else {
            try transaction.markUntold(post.id)
        }
        return true
    }

    /// Puts a post below what it answers, and into its group.
    ///
    /// - Throws: ``Refusal`` where its author does not see that, or may not write there.
    static func place(
        _ post: inout Post, _ draft: Draft, needs: Needs, in transaction: Transaction
    ) throws {
        let viewer = Viewer.person(post.author)
        if let parent = try draft.replyTo.map({ try transaction.visiblePost($0, to: viewer) }) {
            post.answer(parent)
        } else {
            post.context = needs.addresses.thread(post.id)
        }
        guard let id = post.group ?? draft.group else { return }
        let (_, group) = try transaction.knownGroup(id, to: viewer)
        try transaction.admit(post, to: group)
        post.place(in: group)
    }

    /// Takes what was kept from among the drafts: only as it stands there, so that nothing is published that its author has
    /// deleted or changed meanwhile.
    private static func take(_ kept: KeptDraft, in transaction: Transaction) throws {
        guard let draft = try transaction.draft(kept.id, of: kept.person) else {
            throw Refusal.notFound("Record")
        }
        guard draft == kept else {
            throw Refusal.notAllowed(because: "The draft was changed meanwhile: please look at it again")
        }
        try transaction.deleteDraft(kept.id, of: kept.person)
    }

    private static func compose(
        _ draft: Draft, by author: Actor, named: NamedPeople, needs: Needs, in transaction: Transaction
    ) throws -> Post {
        let id: PostID = needs.ids.next()
        let login = try transaction.login(of: author.id)
        var post = Post(
            id: id, uri: needs.addresses.post(id), author: author.id,
            body: draft.body ?? draft.title.map { .article(title: $0) } ?? .note,
            content: named.html(needs.addresses),
            source: draft.text, audience: draft.audience ?? login?.defaultAudience ?? .organisation,
            url: needs.addresses.page(post: id, by: author.name), createdAt: needs.now()
        )
        post.summary = draft.summary
        post.isSensitive = draft.isSensitive || !draft.summary.isEmpty
        post.language = draft.language
        post.isQuiet = draft.isQuiet
        post.quotePolicy = draft.quotePolicy ?? login?.quotePolicy ?? .everyone
        post.mentions = named.mentions(needs.addresses)
        post.tags = named.text.hashtags
        return post
    }
}

extension Post {
    /// Puts a post below the one that it answers.
    public mutating func answer(_ parent: Post) {
        reply = Post.Reply(uri: parent.uri, post: parent.id, author: parent.author)
        thread = parent.thread
        context = parent.context
        // A thread stays where it began.
        group = parent.group
    }
}

extension Transaction {
    /// Whom a post is addressed to by naming them: in a group that not everybody reads, members alone, and whoever is thanked.
    public func recipients(for post: Post) throws -> [ActorID] {
        // Whoever is quoted can read what quotes them.
        let quoted = post.quote?.author.flatMap { $0 == post.author ? nil : $0 }
        let named = post.mentions.map(\.actor) + [quoted].compactMap { $0 }
        return try recipients(among: named, of: post)
    }

    /// Those of the people named who may read a post because it names them.
    public func recipients(among named: [ActorID], of post: Post) throws -> [ActorID] {
        let thanked =
            if case .recognition(let recognition) = post.body { recognition.recipients } else { [ActorID]() }
        return try recipients(among: named.filter { !thanked.contains($0) }, for: post.audience) + thanked
    }

    /// Those of the people named whom the audience lets in by name.
    public func recipients(among named: [ActorID], for audience: Audience) throws -> [ActorID] {
        guard case .group(let group) = audience else { return named }
        return try named.filter { try isMember($0, of: group) }
    }
}
