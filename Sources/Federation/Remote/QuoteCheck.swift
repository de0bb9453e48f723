import ActivityStreams
import Domain
import Logging
import Social
import Storage

/// Finds out whether the author of a quoted post agreed, at their node (FEP-044f, *Verifying a QuoteAuthorization*).
struct QuoteCheck: Sendable {
    private static let patience = Duration.seconds(20)
    let world: World
    let threads: Threads

    enum Finding: Sendable {
        /// The stamp names both posts and is the quoted author's own.
        case genuine
        /// There is no such stamp, or it says something else.
        case forged
        /// Nobody answered, or there was nothing to ask about.
        case unknown
    }

    /// A quote as far as other nodes have to be asked: what this node knows by itself is `QuotePost.judge`'s.
    func check(_ post: Post) async -> Quote? {
        guard var quote = post.quote else { return nil }
        switch await find(post) {
        case .genuine: quote.state = .accepted
        case .forged: (quote.state, quote.stamp) = (.asked, nil)
        case .unknown: quote.state = .asked
        }
        return quote
    }

    /// Asks again for what is known of a quote: consent may have come, or gone, unheard.
    func again(_ post: Post) async throws {
        let finding = await find(post)
        guard var quote = post.quote, finding != .unknown || quote.state == .asked else { return }
        switch (finding, quote.state) {
        case (.genuine, _): quote.state = .accepted
        case (.forged, .accepted): quote.state = .withdrawn
        default: break
        }
        let found = quote
        try await world.needs.store.write { [needs = world.needs] transaction in
            // What was heard meanwhile is newer.
            guard let stored = try transaction.post(post.id), stored.quote?.state == post.quote?.state,
                stored.quote?.stamp == post.quote?.stamp
            else { return }
            let judged =
                found.state == .withdrawn
                ? found : try QuotePost.judge(found, of: stored, needs: needs, in: transaction)
            try QuotePost.settle(judged.state, stamp: judged.stamp, of: stored, in: transaction)
        }
    }

    private func find(_ post: Post) async -> Finding {
        guard let quote = post.quote, world.isForeign(quote.uri) else { return .unknown }
        do {
            return try await within(Self.patience) { try await self.look(for: quote, in: post.uri) }
        } catch {
            world.logger.debug("a quote stays unverified", metadata: ["because": "\(error)"])
            return .unknown
        }
    }

    private func look(for quote: Quote, in quoting: ObjectURI) async throws -> Finding {
        if try await world.needs.store.read({ try $0.postID(quote.uri) }) == nil {
            try await threads.fetch(quote.uri, checksQuote: false)
        }
        let author = try await world.needs.store.read { transaction in
            try transaction.post(quote.uri).flatMap { try transaction.actor($0.author) }
        }
        guard let stamp = quote.stamp, let author else { return .unknown }
        guard stamp.origin == author.uri.origin, world.isForeign(stamp) else { return .forged }
        do {
            let object = try await Fetch(world: world).object(stamp)
            let isGenuine =
                object.type == Vocabulary.quoteAuthorization
                && object.uris("attributedTo") == [author.uri.string]
                && object.uris("interactingObject") == [quoting.string]
                && object.uris("interactionTarget") == [quote.uri.string]
            return isGenuine ? .genuine : .forged
        } catch ExchangeFault.answered(let code) where [403, 404, 410].contains(code) {
            return .forged
        } catch ExchangeFault.unusable {
            return .forged
        }
    }
}
