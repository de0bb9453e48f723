import ActivityStreams
public import Domain
public import Federation
import Foundation
import JSON
import Logging
public import Signatures
public import Social
public import Storage
import Synchronization

/// A node without its HTTP server: the same parts as `Assembly/Node`, stepped by hand.
public final class TestNode: Sendable {
    public let authority: String
    public let store: any Store
    public let needs: Needs
    public let keys: NodeKeys
    public let network: FakeNetwork
    private let logger: Logger
    private let parts: Mutex<Parts>

    /// What a process holds in memory; a restart makes it anew on the same store.
    private struct Parts {
        var world: World
        var intake: Intake
        var inbox: InboxWorker
        var outbox: OutboxDrain
        var delivery: DeliveryWorker
        var fanOut: FanOut
        var reader: GroupReader
        var documents: Documents
        var verifier: Verifier
        var heard: Heard
        var hub: StreamHub
    }

    /// What actors' nodes said of their followers, until it is compared.
    private final class Heard: Sendable {
        let fields = Mutex<[(String, Actor)]>([])
    }

    public init(
        _ authority: String, network: FakeNetwork, clock: TestClock, policy: FederationPolicy = .open,
        engine: Engine = .chosen, namesReaders: Bool = false, ranksPeople: Bool = true,
        logBook: LogBook? = nil
    ) async throws {
        self.authority = authority
        self.network = network
        logger = logBook?.logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        store = try TestStore(engine)
        guard let base = ObjectURI("https://\(authority)/"), let sealing = Sealing(key: RandomBytes.make(32))
        else {
            throw ExchangeFault.unusable("authority")
        }
        let now: @Sendable () -> Date = { clock.now }
        needs = Needs(
            store: store, ids: IDSource(now: now, lot: { 0 }), addresses: Addresses(base: base),
            policy: policy,
            namesReaders: namesReaders, now: now, ranksPeople: ranksPeople)
        keys = NodeKeys(store: store, sealing: sealing, now: now)
        parts = Mutex(Self.parts(needs: needs, keys: keys, network: network, logger: logger))
        try await makeOwnActor()
        network.join(self)
    }

    public var world: World { parts.withLock { $0.world } }
    public var verifier: Verifier { parts.withLock { $0.verifier } }
    /// What open streams listen to.
    public var hub: StreamHub { parts.withLock { $0.hub } }
    public var people: People { People(needs: needs) { [keys] in try keys.make(for: $0, uri: $1) } }
    public var publish: Publish { Publish(needs: needs, find: find) }
    public var edit: Edit { Edit(needs: needs, find: find) }

    /// Looks up a handle as the real node does.
    public var find: @Sendable (Handle) async -> Actor? {
        { [world] handle in try? await RemoteActors(world: world).find(handle) }
    }

    /// Reads an actor at its address.
    public func findActor(_ uri: ObjectURI) async -> Actor? {
        try? await RemoteActors(world: world).actor(uri)
    }

    /// The process dies and starts again: only what was committed is left.
    public func restart() {
        let fresh = Self.parts(needs: needs, keys: keys, network: network, logger: logger)
        parts.withLock { $0 = fresh }
    }

    // MARK: The steps of the river

    /// Ends polls whose time is up, and notes what is to be told of others.
    public func tendPolls() async throws { try await TendPolls(needs: needs).tend() }

    public func fanOut() async throws {
        let fanOut = parts.withLock { $0.fanOut }
        while try await fanOut.drain() {}
    }

    public func fillLedger() async throws {
        let outbox = parts.withLock { $0.outbox }
        while try await outbox.drain() {}
    }

    public func deliver() async throws { try await parts.withLock { $0.delivery }.drain() }

    public func handleInbox() async throws { try await parts.withLock { $0.inbox }.drain() }

    /// Reads what is due of groups of other nodes.
    public func readGroups() async throws {
        while try await parts.withLock({ $0.reader }).step() {}
    }

    /// Compares followers with those nodes that said something of them (FEP-8fcf).
    public func compareFollowers() async throws {
        let (world, heard) = parts.withLock { ($0.world, $0.heard) }
        let fields = heard.fields.withLock { fields in
            defer { fields = [] }
            return fields
        }
        for (field, actor) in fields { try await FollowersSync(world: world).compare(actor, field) }
    }

    /// Hands an inbox request to the node, as its route would.
    @discardableResult
    public func receive(_ message: HTTPMessage) async throws -> Receipt {
        try await parts.withLock { $0.intake }.receive(message)
    }

    // MARK: What others read

    public func answer(_ request: OutgoingRequest) async -> Answer {
        let message = HTTPMessage(
            method: request.method, scheme: request.url.scheme, authority: request.url.authority,
            pathAndQuery: request.url.pathAndQuery,
            fields: request.fields + [("host", request.url.authority)],
            body: request.body)
        do {
            if request.method == "POST" {
                let receipt = try await receive(message)
                return Answer(code: 202, fields: [], body: receipt.body?.bytes ?? [])
            }
            let json = try await document(request.url, message)
            let type =
                request.url.pathAndQuery.hasPrefix("/.well-known")
                ? "application/jrd+json" : Vocabulary.mediaType
            let isGone = json["type"]?.string == "Tombstone"
            return Answer(code: isGone ? 410 : 200, fields: [("content-type", type)], body: json.bytes)
        } catch Refusal.notFound {
            return Answer(code: 404, fields: [], body: [])
        } catch Refusal.notAuthenticated {
            return Answer(code: 401, fields: [], body: [])
        } catch Refusal.malformed {
            return Answer(code: 400, fields: [], body: [])
        } catch Refusal.unavailable {
            return Answer(code: 503, fields: ActivityWaits.fields, body: [])
        } catch is Refusal {
            return Answer(code: 403, fields: [], body: [])
        } catch {
            return Answer(code: 500, fields: [], body: [])
        }
    }

    private func document(_ url: ObjectURI, _ message: HTTPMessage) async throws -> JSONValue {
        let (documents, world, verifier) = parts.withLock { ($0.documents, $0.world, $0.verifier) }
        if url == needs.addresses.node {
            return try await documents.actor(world.nodeActor(), for: .nobody)
        }
        if let mark = url.pathAndQuery.firstRange(of: "resource=") {
            return try await WebFinger(world: world).answer(String(url.pathAndQuery[mark.upperBound...]))
        }
        let viewer = try await world.viewer(verifier.signer(of: message))
        if url.pathAndQuery.hasSuffix("/followers_synchronization"), let id = needs.addresses.actorID(url),
            let actor = try await store.read({ try $0.actor(id) })
        {
            return try await documents.followersPart(of: actor, for: viewer)
        }
        if let part = try await groupPart(url, viewer) { return part }
        if let id = needs.addresses.actorID(url), let actor = try await store.read({ try $0.actor(id) }) {
            return try await documents.actor(actor, for: viewer)
        }
        if url.pathAndQuery == "/recognitions/ledger" {
            return try await RecognitionDocuments(world: world).ledger(for: viewer)
        }
        if url.pathAndQuery == "/standings" {
            return try await LeaderboardDocuments(world: world).standings(for: viewer)
        }
        if let mark = url.pathAndQuery.firstRange(of: "/credential?recipient="),
            let id = needs.addresses.postID(url)
        {
            return try await RecognitionDocuments(world: world).credential(
                of: id, for: String(url.pathAndQuery[mark.upperBound...]), viewer: viewer)
        }
        if let id = needs.addresses.postID(url) { return try await documents.post(id, for: viewer) }
        if let id = needs.addresses.consentID(url) { return try await documents.consent(id, for: viewer) }
        if url.pathAndQuery.hasPrefix("/threads/"), let id = PostID(decimal: url.pathAndQuery.dropFirst(9)) {
            return try await documents.thread(id, for: viewer)
        }
        throw Refusal.notFound("Record")
    }

    /// What of a group's history or roster an address names.
    private func groupPart(_ url: ObjectURI, _ viewer: Viewer) async throws -> JSONValue? {
        let documents = parts.withLock { $0.documents }
        let whole = url.pathAndQuery.split(separator: "?", maxSplits: 1)
        let words = (whole.first ?? "").split(separator: "/")
        guard words.count == 3, words[0] == "actors", let id = ActorID(decimal: words[1]),
            ["history", "roster"].contains(words[2]), let actor = try await store.read({ try $0.actor(id) })
        else { return nil }
        let after = whole.count > 1 ? String(whole[1].dropFirst("after=".count)) : nil
        return words[2] == "history"
            ? try await documents.history(of: actor, for: viewer, after: after)
            : try await documents.roster(of: actor, for: viewer, after: after)
    }

    private func makeOwnActor() async throws {
        let addresses = needs.addresses
        let id: ActorID = needs.ids.next()
        let actor = Actor(
            id: id, uri: addresses.node, kind: .application, name: addresses.base.host, host: nil,
            endpoints: addresses.endpoints(of: addresses.node), createdAt: needs.now())
        let made = try keys.make(for: id, uri: addresses.node)
        try await store.write { transaction in
            try transaction.save(actor)
            for key in made { try transaction.save(key) }
        }
    }

    private static func parts(
        needs: Needs, keys: NodeKeys, network: FakeNetwork, logger: Logger
    ) -> Parts {
        let world = World(
            needs: needs, keys: keys, send: { try await network.send($0) },
            logger: logger, allowsInsecure: false, counters: Counters(), directory: nil, memory: 0,
            // Hundreds of nodes share a machine here, and nothing that they ask for comes by a network.
            keyPatience: .seconds(3600))
        let documents = Documents(world: world, version: "test")
        let threads = Threads(world: world)
        let verifier = Verifier(world: world)
        let heard = Heard()
        let hub = StreamHub()
        let delivery = DeliveryWorker(world: world, bell: Bell(), jitter: { 1 })
        return Parts(
            world: world,
            intake: Intake(
                world: world, verifier: verifier, bell: Bell(), throttles: nil,
                heard: { delivery.heard(from: $0) },
                compare: { field, actor in heard.fields.withLock { $0.append((field, actor)) } }),
            inbox: InboxWorker(world: world, threads: threads, bell: Bell(), done: {}),
            outbox: OutboxDrain(world: world, documents: documents, bell: Bell(), done: {}),
            delivery: delivery,
            fanOut: FanOut(
                needs: needs, bell: Bell(), hub: hub, logger: world.logger, counters: world.counters,
                peopleChanged: {}),
            reader: GroupReader(world: world, threads: threads, bell: Bell(), done: {}),
            documents: documents, verifier: verifier, heard: heard, hub: hub)
    }
}

/// Runs every step on every node until nothing moves any more. `betweenSteps`: what happens to a node between
/// any two of its steps: a crash, say.
public func settle(_ nodes: [TestNode], betweenSteps: (TestNode) -> Void = { _ in }) async throws {
    for _ in 0..<6 {
        for node in nodes {
            try await node.handleInbox()
            betweenSteps(node)
            try await node.tendPolls()
            betweenSteps(node)
            try await node.readGroups()
            betweenSteps(node)
            try await node.fanOut()
            betweenSteps(node)
            try await node.fillLedger()
            betweenSteps(node)
            try await node.deliver()
            betweenSteps(node)
        }
    }
}
