import ActivityStreams
import Domain
import JSON
import Social
import Storage

/// What other nodes are told of quotes: requests, answers, and consent that was taken back (FEP-044f).
extension Composer {
    /// Asks the author of a quoted post; the quoting post travels inside, so that they see what they agree to.
    func quoteAsked(_ id: PostID) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil, let quote = post.quote,
            quote.state == .asked, let uri = quote.request, let quotedAuthor = quote.author,
            let (_, quoted) = try await pair(author.id, quotedAuthor)
        else { return nil }
        let group = post.group == nil ? nil : try await group(of: id)
        let instrument = PostOut(addresses: world.needs.addresses, group: group?.uri)
            .write(post, by: author, context: false)
        let json = ActivityOut.write(
            Vocabulary.quoteRequest, id: uri, actor: author.uri, object: .string(quote.uri.string),
            to: [quoted.uri.string], more: [("instrument", instrument)])
        return try await dispatch(json, uri: uri, by: author, to: inbox(of: quoted))
    }

    /// Tells whoever asked from elsewhere that they may, and by which stamp they show it.
    func quoteAllowed(_ id: ConsentID) async throws -> Dispatch? {
        guard let consent = try await world.needs.store.read({ try $0.consent(id) }),
            consent.withdrawnAt == nil, let request = consent.request
        else { return nil }
        return try await quoteAnswered(
            "Accept", to: consent.quoter, about: consent.quoted, request: request, quoting: consent.quoting,
            more: [("result", .string(world.needs.addresses.consent(id).string))])
    }

    func quoteAnswered(
        _ type: String, to quoter: ActorID, about id: PostID, request: ObjectURI, quoting: ObjectURI,
        more: [(String, JSONValue)] = []
    ) async throws -> Dispatch? {
        guard let post = try await world.needs.store.read({ try $0.post(id) }),
            let (author, asker) = try await pair(post.author, quoter)
        else { return nil }
        let object: JSONValue = [
            "type": .string(Vocabulary.quoteRequest), "id": .string(request.string),
            "actor": .string(asker.uri.string), "object": .string(post.uri.string),
            "instrument": .string(quoting.string),
        ]
        let uri = freshURI()
        let json = ActivityOut.write(
            type, id: uri, actor: author.uri, object: object, to: [asker.uri.string], more: more)
        return try await dispatch(json, uri: uri, by: author, to: inbox(of: asker))
    }

    /// The stamp is gone: told to the quoting author's node and to whoever may show the quote.
    func quoteWithdrawn(_ id: ConsentID) async throws -> Dispatch? {
        let found = try await world.needs.store.read { transaction -> (Actor, [ObjectURI])? in
            guard let consent = try transaction.consent(id), let post = try transaction.post(consent.quoted),
                let author = try transaction.actor(post.author), author.isLocal
            else { return nil }
            let quoting = try transaction.postID(consent.quoting)
            let told = try quoting.map { try transaction.inboxesThatKnow($0) } ?? []
            let asker = try transaction.inboxes(of: [consent.quoter])
            return (author, Self.union(asker, try transaction.inboxesThatKnow(post.id) + told))
        }
        guard let (author, inboxes) = found else { return nil }
        let uri = freshURI()
        let json = ActivityOut.write(
            "Delete", id: uri, actor: author.uri,
            object: .string(world.needs.addresses.consent(id).string))
        return try await dispatch(json, uri: uri, by: author, to: inboxes)
    }
}
