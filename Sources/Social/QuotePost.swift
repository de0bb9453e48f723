public import Domain
import FoundationEssentials
public import Storage

/// Quotes posts with their authors' consent, gives it and takes it back (Spec/features/quote.md).
public struct QuotePost: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    // MARK: Writing

    /// Puts what a draft quotes into its post, which has its audience already; a local author's word is known at once.
    static func prepare(
        _ post: inout Post, _ draft: Draft, needs: Needs, in transaction: Transaction
    ) throws {
        guard let id = draft.quote else { return }
        let quoted = try check(id, in: post.audience, by: post.author, in: transaction)
        var quote = Quote(uri: quoted.uri)
        (quote.post, quote.author) = (quoted.id, quoted.author)
        guard quoted.author != post.author else {
            quote.state = .accepted
            return post.quote = quote
        }
        quote.authorURI = try transaction.actor(quoted.author)?.uri
        if try transaction.isLocal(quoted.author) {
            let consent = Consent(
                id: needs.ids.next(), quoted: quoted.id, quoting: post.uri, quoter: post.author,
                createdAt: needs.now())
            try transaction.save(consent)
            (quote.state, quote.stamp) = (.accepted, needs.addresses.consent(consent.id))
        } else {
            quote.request = needs.activityURI()
        }
        post.quote = quote
    }

    /// The post that somebody wants to quote in a post of theirs, where they may as far as this node knows.
    static func check(
        _ id: PostID, in audience: Audience, by person: ActorID, in transaction: Transaction
    ) throws -> Post {
        let quoted = try LikePost.original(id, for: person, in: transaction)
        guard quoted.author != person else { return quoted }
        let answer = try quoted.quoteTerms.answer(to: person) {
            try transaction.isFollowing($0, quoted.author)
        }
        if answer == .no { throw quoted.quoteRefusal }
        let refusal = try audience.checkQuoting { try transaction.isMember(quoted.author, of: $0) }
        if let refusal { throw refusal }
        return quoted
    }

    /// Asks for what was prepared, or tells whoever is quoted.
    static func ask(for post: Post, in transaction: Transaction) throws {
        guard let quote = post.quote, quote.author != post.author else { return }
        if quote.state == .asked {
            try transaction.append(.quoteAsked(post.id))
        } else if let quoted = quote.post, let consent = try transaction.consent(to: post.uri, of: quoted) {
            try transaction.append(.quoteAllowed(consent.id))
        }
    }

    /// Says who may quote a person's own post from now on; what was agreed to stays.
    public func setPolicy(_ policy: QuotePolicy, of id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            var post = try transaction.visiblePost(id, to: .person(person))
            guard post.author == person, post.body.announced == nil else { throw Refusal.notFound("Record") }
            guard post.quotePolicy != policy else { return post }
            post.quotePolicy = policy
            try transaction.setQuotePolicy(policy, of: id)
            try transaction.append(.quoteSettled(id))
            return post
        }
    }

    /// Takes consent back: the quoting post stays, and shows the quoted one no more, whether or not its author blocks the
    /// other by now.
    ///
    /// - Returns: the quoting post; the quoted one to whoever does not see that.
    /// - Throws: ``Refusal`` for anyone but the author of the quoted post.
    public func withdraw(_ quoting: PostID, of id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let quoted = try transaction.visiblePost(id, to: .person(person))
            guard let post = try transaction.post(quoting), post.deletedAt == nil,
                post.quote?.uri == quoted.uri,
                try quoted.author == person || transaction.maySee(post, .person(person))
            else { throw Refusal.notFound("Record") }
            guard quoted.author == person else {
                throw Refusal.notAllowed(because: "Only the author of the quoted post can take consent back")
            }
            if var consent = try transaction.consent(to: post.uri, of: quoted.id), consent.withdrawnAt == nil
            {
                consent.withdrawnAt = needs.now()
                try transaction.save(consent)
                try transaction.append(.quoteWithdrawn(consent.id))
                try transaction.deleteNotifications(kind: .quote, actor: post.author, post: post.id)
            }
            try Self.settle(.withdrawn, stamp: post.quote?.stamp, of: post, in: transaction)
            guard let settled = try transaction.post(quoting) else { return quoted }
            return try transaction.maySee(settled, .person(person)) ? settled : quoted
        }
    }

    /// Takes back what an author agreed to of somebody whom they block. Of an author of another node their block is taken for
    /// it: the end of each stamp may come later, or not at all.
    static func withdraw(
        from quoter: ActorID, by author: ActorID, at date: Date, in transaction: Transaction
    ) throws {
        for var consent in try transaction.consents(of: author, to: quoter) {
            consent.withdrawnAt = date
            try transaction.save(consent)
            try transaction.append(.quoteWithdrawn(consent.id))
        }
        for post in try transaction.quotes(by: quoter, of: author) {
            try settle(.withdrawn, stamp: post.quote?.stamp, of: post, in: transaction)
        }
    }

    /// Takes back what an author agreed to in a group that only its members read, and to which they belong no more: nobody is
    /// quoted where they do not see it.
    static func withdraw(
        inGroup group: ActorID, by author: ActorID, at date: Date, in transaction: Transaction
    ) throws {
        for post in try transaction.quotes(of: author, inGroup: group) {
            if let quoted = post.quote?.post,
                var consent = try transaction.consent(to: post.uri, of: quoted), consent.withdrawnAt == nil
            {
                consent.withdrawnAt = date
                try transaction.save(consent)
                try transaction.append(.quoteWithdrawn(consent.id))
            }
            try settle(.withdrawn, stamp: post.quote?.stamp, of: post, in: transaction)
        }
    }

    /// Keeps what became of a post's quote and tells whoever has it; the same again has no effect.
    public static func settle(
        _ state: Quote.State, stamp: ObjectURI?, of post: Post, in transaction: Transaction
    ) throws {
        guard let quote = post.quote, quote.state != state || quote.stamp != stamp else { return }
        try transaction.settleQuote(state, stamp: stamp, of: post.id)
        try transaction.append(.quoteSettled(post.id))
    }

    // MARK: What other nodes say

    /// Decides about the request of somebody of another node who sees the quoted post, which is of this one.
    ///
    /// Asked again it answers the same; consent that was taken back does not come back.
    public static func decide(
        _ quoting: ObjectURI, by quoter: ActorID, of quoted: Post, request: ObjectURI, needs: Needs,
        in transaction: Transaction
    ) throws {
        let isBlocked = try transaction.isBlocked(quoter, by: quoted.author)
        if var known = try transaction.consent(to: quoting, of: quoted.id) {
            guard known.quoter == quoter, known.withdrawnAt == nil, !isBlocked else {
                return try transaction.append(
                    .quoteRefused(quoter, quoted.id, request: request, quoting: quoting))
            }
            known.request = request
            try transaction.save(known)
            return try transaction.append(.quoteAllowed(known.id))
        }
        let answer = try quoted.quoteTerms.answer(to: quoter) {
            try transaction.isFollowing($0, quoted.author)
        }
        guard answer == .yes, !isBlocked else {
            return try transaction.append(
                .quoteRefused(quoter, quoted.id, request: request, quoting: quoting))
        }
        let consent = Consent(
            id: needs.ids.next(), quoted: quoted.id, quoting: quoting, quoter: quoter, request: request,
            createdAt: needs.now())
        try transaction.save(consent)
        try transaction.append(.quoteAllowed(consent.id))
        if let post = try transaction.post(quoting), post.author == quoter, post.quote?.uri == quoted.uri {
            try settle(.accepted, stamp: needs.addresses.consent(consent.id), of: post, in: transaction)
        }
    }

    /// Takes the quoted author's answer to a request of this node. `stamp`: nil for a no.
    ///
    /// - Returns: whether it was about such a request at all.
    public static func take(
        _ stamp: ObjectURI?, for request: ObjectURI, from actor: Actor, in transaction: Transaction
    ) throws -> Bool {
        guard let post = try transaction.post(quoteRequest: request), let quote = post.quote else {
            return false
        }
        guard quote.author == actor.id, stamp.map({ $0.origin == actor.uri.origin }) ?? true else {
            throw Refusal.notAllowed(because: "only the quoted author answers, by a stamp of its own origin")
        }
        // What was taken back stays so, and a yes that was given is taken back by a Delete.
        guard quote.state == .asked || quote.state == .refused && stamp != nil else { return true }
        try settle(stamp == nil ? .refused : .accepted, stamp: stamp, of: post, in: transaction)
        return true
    }

    /// Takes over that the quoted author took consent back.
    ///
    /// - Returns: the posts that rested on it.
    public static func withdraw(
        stamp: ObjectURI, by actor: ActorID, in transaction: Transaction
    ) throws -> [Post] {
        let resting = try transaction.posts(quoteStamp: stamp).filter { $0.quote?.author == actor }
        for post in resting { try settle(.withdrawn, stamp: stamp, of: post, in: transaction) }
        return resting
    }

    /// What this node makes of a quote in a post of another one: `.accepted` where its stamp was verified already, where this
    /// node gave it, or where people quote themselves.
    public static func judge(
        _ quote: Quote, of post: Post, needs: Needs, in transaction: Transaction
    ) throws -> Quote {
        var quote = quote
        guard let quoted = try transaction.post(quote.uri) else {
            // Whose it is decides, and is not known.
            quote.state = .asked
            return quote
        }
        (quote.post, quote.author) = (quoted.id, quoted.author)
        if quoted.author == post.author {
            (quote.state, quote.stamp) = (.accepted, nil)
        } else if try transaction.isLocal(quoted.author) {
            let consent = try transaction.consent(to: post.uri, of: quoted.id)
            guard let consent, consent.quoter == post.author else {
                (quote.state, quote.stamp) = (.asked, nil)
                return quote
            }
            quote.state = consent.withdrawnAt == nil ? .accepted : .withdrawn
            quote.stamp = needs.addresses.consent(consent.id)
        }
        return quote
    }

    /// Takes over what a newer version of another node's post says of quoting: which post it quotes does not change.
    public static func receive(_ version: Post, of stored: Post, in transaction: Transaction) throws {
        if version.quotePolicy != stored.quotePolicy {
            try transaction.setQuotePolicy(version.quotePolicy, of: stored.id)
        }
        guard let known = stored.quote else { return }
        guard let version = version.quote, version.uri == known.uri else {
            let state: Quote.State = known.state == .accepted ? .withdrawn : .refused
            guard known.isStanding else { return }
            return try settle(state, stamp: known.stamp, of: stored, in: transaction)
        }
        guard version.state == .accepted || known.state != .accepted else { return }
        // Without a stamp that holds, what was refused or taken back stays so.
        guard version.state == .accepted || known.isStanding else { return }
        try settle(version.state, stamp: version.stamp, of: stored, in: transaction)
    }
}
