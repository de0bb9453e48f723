import ActivityStreams
public import Domain
import FoundationEssentials
import Logging
import Social
import Storage
import Synchronization

/// Completes threads: missing parents upwards, and what their owner's collection lists (FEP-7888, FEP-f228).
public final class Threads: Sendable {
    private static let pause: Double = 300
    /// For all that a post answers together.
    private static let patience = Duration.seconds(20)
    private static let backfillLimit = 100
    private let world: World
    private let asked = Mutex<[ObjectURI: Date]>([:])

    public init(world: World) { self.world = world }

    /// Fetches what a post answers, and what that answers, as far as it is missing here.
    ///
    /// Bounded in depth and safe against circles (N83); a parent that cannot be had is no reason to refuse a post.
    func complete(above post: Post) async {
        do {
            try await within(Self.patience) { try await self.fetchParents(of: post) }
        } catch {
            world.logger.debug("a thread stays incomplete", metadata: ["because": "\(error)"])
        }
    }

    private func fetchParents(of post: Post) async throws {
        var next = post.reply?.uri
        var chain: [PostIn.Reading] = []
        var seen: Set<ObjectURI> = [post.uri]
        while let uri = next, chain.count < Limits.threadDepth, seen.insert(uri).inserted,
            world.isForeign(uri)
        {
            let isKnown = try await world.needs.store.read { try $0.postID(uri) != nil }
            guard !isKnown, let reading = try? await read(uri) else { break }
            chain.append(reading)
            next = reading.post.reply?.uri
        }
        for reading in chain.reversed() { try await keep(reading) }
    }

    /// Fetches one post and what it answers. `checksQuote`: whether what it quotes is fetched and verified too, which ends
    /// there: of what a quoted post quotes nothing is shown.
    func fetch(_ uri: ObjectURI, checksQuote: Bool = true) async throws {
        var reading = try await read(uri)
        await complete(above: reading.post)
        if checksQuote {
            reading.post.quote = await QuoteCheck(world: world, threads: self).check(reading.post)
        }
        try await keep(reading)
    }

    /// Fetches the answer that was accepted of a question that this node has, unless it is here already. One that cannot
    /// be had now comes with the rest of the thread.
    func complete(with answer: ObjectURI, of question: ObjectURI) async {
        do {
            let isMissing = try await world.needs.store.read {
                try $0.postID(question) != nil && $0.postID(answer) == nil
            }
            if isMissing { try await within(Self.patience) { try await self.fetch(answer) } }
        } catch {
            world.logger.debug("an accepted answer stays away", metadata: ["because": "\(error)"])
        }
    }

    /// Fetches a post by its address, for someone who looks for it; nil when it cannot be had.
    public func find(_ uri: ObjectURI) async -> PostID? {
        guard world.isForeign(uri) else { return nil }
        guard let object = try? await Fetch(world: world).object(uri),
            let id = object.id.flatMap({ ObjectURI($0) })
        else { return nil }
        if let known = try? await world.needs.store.read({ try $0.postID(id) }) { return known }
        try? await fetch(id)
        return try? await world.needs.store.read { try $0.postID(id) }
    }

    /// Reads the thread's collection at its owner, unless that was done lately, and fetches what is missing.
    public func backfill(_ post: Post) async {
        await recheck(post)
        await ask(whatBecameOf: post)
        guard let context = post.context, world.isForeign(context) else { return }
        guard isDue(context), let items = try? await items(of: context) else { return }
        for uri in items where !Task.isCancelled {
            let isKnown = (try? await world.needs.store.read { try $0.postID(uri) != nil }) ?? true
            if !isKnown { try? await fetch(uri) }
        }
    }

    /// Asks lately unasked nodes whether a post may still show what it quotes (FEP-044f, *Opportunistic re-verification*).
    private func recheck(_ post: Post) async {
        guard let quote = post.quote, quote.isStanding, world.isForeign(quote.uri),
            world.isForeign(post.uri), quote.state == .asked || quote.stamp != nil, isDue(post.uri)
        else { return }
        do {
            try await QuoteCheck(world: world, threads: self).again(post)
        } catch {
            world.logger.debug("a quote was not asked about", metadata: ["because": "\(error)"])
        }
    }

    /// Reads an open question of another node anew: of what is decided only those are told whom it was for, and others
    /// have it too, by an answer that came to them.
    private func ask(whatBecameOf post: Post) async {
        do {
            let top = try await world.needs.store.read { try $0.post(post.thread) }
            guard let top, let question = top.body.question, question.accepted == nil, top.deletedAt == nil,
                world.isForeign(top.uri), let occasion = ObjectURI("\(top.uri.withoutFragment)#decision"),
                isDue(occasion)
            else { return }
            let reading = try await within(Self.patience) {
                let reading = try await self.read(top.uri)
                if let answer = reading.post.body.question?.accepted?.uri, self.world.isForeign(answer) {
                    await self.complete(with: answer, of: top.uri)
                }
                return reading
            }
            try await world.needs.store.write { [world] transaction in
                let (fresh, _) = try PostIn(world: world).complete(reading, in: transaction)
                guard let stored = try transaction.post(top.uri), stored.deletedAt == nil,
                    stored.author == fresh.author, let question = fresh.body.question
                else { return }
                try SettleQuestion.receive(question, of: stored, in: transaction)
            }
        } catch {
            world.logger.debug("a question was not read anew", metadata: ["because": "\(error)"])
        }
    }

    /// Whether something was not asked for lately; it is now.
    private func isDue(_ uri: ObjectURI) -> Bool {
        let now = world.needs.now()
        return asked.withLock { asked in
            if let last = asked[uri], now.timeIntervalSince(last) < Self.pause { return false }
            if asked.count > 10_000 { asked.removeAll() }
            asked[uri] = now
            return true
        }
    }

    /// The items of a collection, page by page, bounded (N82).
    private func items(of collection: ObjectURI) async throws -> [ObjectURI] {
        let fetch = Fetch(world: world)
        var page = try await fetch.object(collection, strict: false)
        var items: [ObjectURI] = []
        var seen: Set<ObjectURI> = [collection]
        for _ in 0..<Limits.collectionPages {
            items += (page.uris("orderedItems") + page.uris("items")).compactMap { ObjectURI($0) }
            guard items.count < Self.backfillLimit,
                let next = (page.uri("first") ?? page.uri("next")).flatMap({ ObjectURI($0) }),
                next.origin == collection.origin, seen.insert(next).inserted
            else { break }
            page = try await fetch.object(next, strict: false)
        }
        return Array(items.filter { world.isForeign($0) }.prefix(Self.backfillLimit))
    }

    private func read(_ uri: ObjectURI) async throws -> PostIn.Reading {
        let object = try await Fetch(world: world).object(uri)
        guard let author = object.uri("attributedTo").flatMap({ ObjectURI($0) }), author.origin == uri.origin
        else {
            throw ExchangeFault.unusable("attributed to another origin")
        }
        let actor = try await RemoteActors(world: world).actor(author)
        var reading = try PostIn(world: world).read(object, by: actor)
        reading.proved = try await RecognitionCheck(world: world).verify(object, reading, by: actor)
        return reading
    }

    private func keep(_ reading: PostIn.Reading) async throws {
        try await world.needs.store.write { [world] transaction in
            guard try !transaction.hasSeen(HandleDelete.mark(reading.post.uri, reading.post.author)) else {
                return
            }
            let (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            guard try transaction.postID(post.uri) == nil, let author = try transaction.actor(post.author)
            else { return }
            try HandleCreate.checkPlace(of: post, by: author, in: transaction)
            try HandleCreate.checkReply(post, by: author, world: world, in: transaction)
            _ = try Publish.receive(post, recipients: recipients, isNews: false, in: transaction)
            try RecognitionCheck.keep(reading, in: transaction)
            if let votes = reading.likes, try transaction.asker(of: post) != nil {
                try transaction.countVotes(votes, for: post.id, at: world.needs.now())
            }
        }
    }
}
