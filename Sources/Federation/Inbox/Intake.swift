import ActivityStreams
public import Domain
import FoundationEssentials
import JSON
import Logging
public import Signatures
public import Social
import Storage

/// What every activity passes before it is acknowledged: who says it, then what it says, then a durable row.
public struct Intake: Sendable {
    /// Types that have a handler. Others are counted and acknowledged.
    static let known: Set<String> = [
        "Follow", "Accept", "Reject", "Undo", "Create", "Update", "Delete", "Announce", "Like", "EmojiReact",
        "Block", "Ignore", "Flag", "Move", "Offer", "Read", Vocabulary.remind, "Join", "Leave",
        "TentativeAccept", "Invite", "Add", "Remove", Vocabulary.quoteRequest,
    ]

    let world: World
    private let verifier: Verifier
    private let bell: Bell
    private let throttles: Throttles?
    private let heard: @Sendable (String) -> Void
    private let compare: @Sendable (_ field: String, _ actor: Actor) -> Void

    /// How much one node may send.
    public struct Throttles: Sendable {
        let activities = Throttle(capacity: 3000, period: .seconds(60))
        /// In batches of the organisation's nodes: what waited while this one was away comes at once.
        let batched = Throttle(capacity: 30_000, period: .seconds(60))
        let follows = Throttle(capacity: 300, period: .seconds(300))

        public init() {}
    }

    /// `bell`: rung when there is something to handle. `throttles`: nil where rate limits are off. `heard`:
    /// told of each node that spoke to us, so that what waits for it is tried again. `compare`: told what an
    /// actor's node says of its followers (FEP-8fcf).
    public init(
        world: World, verifier: Verifier, bell: Bell, throttles: Throttles?,
        heard: @escaping @Sendable (String) -> Void,
        compare: @escaping @Sendable (_ field: String, _ actor: Actor) -> Void = { _, _ in }
    ) {
        self.world = world
        self.verifier = verifier
        self.bell = bell
        self.throttles = throttles
        self.heard = heard
        self.compare = compare
    }

    /// Takes an inbox request; on return the activity is durable, or needs not be.
    ///
    /// - Parameter message: whole, its body within the limit.
    /// - Returns: for a batch, what of it was not taken.
    /// - Throws: ``Refusal``.
    @discardableResult
    public func receive(_ message: HTTPMessage) async throws -> Receipt {
        guard MediaType.isActivityStreams(message.field("content-type")) else {
            throw Refusal.malformed(because: "the content type is not application/activity+json")
        }
        guard message.field("content-encoding") == nil else {
            throw Refusal.malformed(because: "compressed bodies are not taken")
        }
        let patience = Patience(world.keyPatience)
        let signer: Actor
        do {
            signer = try await verifier.signer(of: message, mayHaveLeft: true, patience)
        } catch let fault as ExchangeFault {
            guard !Self.isGoodbye(message.body, fault) else { return Receipt() }
            throw Refusal.notAuthenticated(because: "the key cannot be had")
        }
        heard(signer.uri.authority)
        let now = world.needs.now()
        try throttles?.activities.take(signer.uri.authority, at: now)
        let (value, object) = try Self.parse(message.body)
        guard Farewell.maySay(object, signer) else {
            throw Refusal.notAllowed(because: "the actor is suspended or gone")
        }
        let span = Span(field: message.field(Span.field))
        guard signer.kind == .application, let items = try Batch.activities(object) else {
            let kept = try await judge(
                value, object, body: message.body, signer: signer, own: [:], patience, at: now)
            if let kept { try await keep([kept], from: signer, span) }
            if let field = Verifier.signed(FollowersDigest.field, of: message) { compare(field, signer) }
            return Receipt()
        }
        return try await receive(items, Batch.digests(object), from: signer, span, patience, at: now)
    }

    /// Each activity of a batch is judged on its own; one bad one does not spoil the rest.
    ///
    /// Whoever must wait with one waits with their later ones, so that their order is kept.
    private func receive(
        _ items: [JSONValue], _ digests: [String], from signer: Actor, _ span: Span?,
        _ patience: Patience, at now: Date
    ) async throws -> Receipt {
        let own = try await people(ofItsNode: signer, namedIn: items, at: now)
        let isMember = try await world.standing(of: signer.uri.authority) == .member
        let throttle = isMember ? throttles?.batched : throttles?.activities
        var receipt = Receipt()
        receipt.isBatch = true
        var kept: [Kept] = []
        var waiting: [String: Int] = [:]
        for item in items {
            let name = item["actor"]?.string ?? item["actor"]?["id"]?.string ?? ""
            do {
                if let status = waiting[name] { throw Waiting(status: status) }
                try throttle?.take(signer.uri.authority, at: now)
                let object = try Self.object(item)
                let judged = try await judge(
                    item, object, body: item.bytes, signer: signer, own: own, patience, at: now)
                if let judged { kept.append(judged) }
            } catch let earlier as Waiting {
                receipt.refuse(item, status: earlier.status, because: "an earlier one waits")
            } catch let refusal as Refusal {
                let status = refusal.deliveryStatus
                if [429, 503].contains(status) { waiting[name] = status }
                receipt.refuse(item, status: status, because: "\(refusal)")
            }
        }
        try await keep(kept, from: signer, span)
        for field in digests {
            guard let collection = FollowersDigest(field)?.collection else { continue }
            if let actor = own.values.first(where: { $0.endpoints.followers == collection }) {
                compare(field, actor)
            }
        }
        return receipt
    }

    private struct Waiting: Error {
        var status: Int
    }

    private struct Kept: Sendable {
        var received: Received
        var activity: ObjectURI
    }

    /// The actors in whose name the signer may speak: those of its own origin, where it is the actor of its node by the
    /// directory's word (Spec/decisions/0013). Read once for the whole batch.
    private func people(
        ofItsNode signer: Actor, namedIn items: [JSONValue], at now: Date
    ) async throws -> [ObjectURI: Actor] {
        let names = Set(items.compactMap { $0["actor"]?.string.flatMap { ObjectURI($0) } })
            .filter { $0.origin == signer.uri.origin }
        let people = try await world.needs.store.read { transaction -> [ObjectURI: Actor]? in
            guard let member = try transaction.member(signer.uri.authority), member.application == signer.uri,
                member.isAdmitted(at: now)
            else { return nil }
            let actors = try names.compactMap { try transaction.actor($0) }
            return Dictionary(actors.map { ($0.uri, $0) }) { first, _ in first }
        }
        guard let people else {
            throw Refusal.notAllowed(because: "batches are taken from members' nodes alone")
        }
        return people
    }

    /// What is to be kept of an authentic activity; nil for one of which there is nothing to keep. `own`: those for whom
    /// the signer may speak.
    ///
    /// - Throws: ``Refusal``; ``Refusal/unavailable(because:)`` where the key of its author cannot be had just now, which
    ///   is the fault neither of the signer nor of ours.
    private func judge(
        _ value: JSONValue, _ object: ASObject, body: [UInt8], signer: Actor, own: [ObjectURI: Actor],
        _ patience: Patience, at now: Date
    ) async throws -> Kept? {
        let author: (activity: ObjectURI, actor: Actor)
        do {
            author = try await authenticate(value, object, signer: signer, own: own, patience)
        } catch let fault as ExchangeFault {
            guard !Self.isGoodbye(body, fault) else { return nil }
            guard fault != .answered(410) else { throw Refusal.notAllowed(because: "its author is gone") }
            guard !fault.isFinal else { throw Refusal.notAllowed(because: "its author has no such key") }
            throw Refusal.unavailable(because: "the key of its author cannot be had")
        }
        guard Self.known.contains(object.type) else {
            world.counters.count(.inboxUnknown)
            return nil
        }
        if object.type == "Follow" { try throttles?.follows.take(signer.uri.authority, at: now) }
        return Kept(
            received: Received(
                id: world.needs.ids.next(), signer: author.actor.id, body: body, attempts: 0, receivedAt: now),
            activity: author.activity)
    }

    private func keep(_ kept: [Kept], from signer: Actor, _ span: Span?) async throws {
        guard !kept.isEmpty else { return }
        let isNew = try await world.needs.store.write { transaction -> Bool in
            // Who speaks is there, whatever was said of their inbox (410).
            try transaction.restore(signer.endpoints)
            return try kept.reduce(false) { isNew, item in
                try transaction.insert(item.received, activity: item.activity) || isNew
            }
        }
        if isNew { bell.ring() }
        world.counters.nodes.received(kept.count, from: signer.uri.authority)
        for item in kept {
            world.logger.debug("activity taken in", metadata: Trace.words(item.activity, span: span))
        }
    }

    /// Whose activity it is: its signer's own, or another's by a valid proof (N24, N25, N26).
    private func authenticate(
        _ value: JSONValue, _ object: ASObject, signer: Actor, own: [ObjectURI: Actor], _ patience: Patience
    ) async throws -> (activity: ObjectURI, actor: Actor) {
        guard let name = object.json["actor"]?.string ?? object.json["actor"]?["id"]?.string,
            object.json["actor"]?.array == nil, let actor = ObjectURI(name)
        else { throw Refusal.malformed(because: "an activity has one actor") }
        guard let id = object.id.flatMap({ ObjectURI($0) }) else {
            throw Refusal.malformed(because: "an activity has an id")
        }
        guard id.origin == actor.origin, world.isForeign(id) else {
            throw Refusal.notAllowed(because: "the activity's id is of another origin than its actor")
        }
        guard actor != signer.uri else { return (id, signer) }
        // A node speaks for its own people: it holds their keys.
        if let known = own[actor] {
            guard Farewell.maySay(object, known) else {
                throw Refusal.notAllowed(because: "the actor is suspended or gone")
            }
            return (id, known)
        }
        return (id, try await verifier.prover(of: value, claimed: actor, patience))
    }

    private static func parse(_ body: [UInt8]) throws(Refusal) -> (JSONValue, ASObject) {
        do {
            let value = try JSONParser.parse(body, depth: Limits.jsonDepth, nodes: Limits.jsonNodes)
            return (value, try ASObject(value))
        } catch {
            throw .malformed(because: "the body is not an activity: \(error)")
        }
    }

    private static func object(_ value: JSONValue) throws(Refusal) -> ASObject {
        do {
            return try ASObject(value)
        } catch {
            throw .malformed(because: "not an activity: \(error)")
        }
    }

    /// Whether it is what someone who is gone says last: there is nothing to check it by and nothing to do (N29).
    private static func isGoodbye(_ body: [UInt8], _ fault: ExchangeFault) -> Bool {
        guard fault == .answered(410) || fault == .answered(404), let (_, object) = try? parse(body) else {
            return false
        }
        return object.type == "Delete" && object.uri("actor") == object.uri("object")
    }
}

extension Refusal {
    /// How the sender of a batch should take it: as the answer to a single delivery would be taken. A proof that does
    /// not hold is about one activity, not about a clock or a key, so it is no 401.
    fileprivate var deliveryStatus: Int {
        switch self {
        case .notFound: 404
        case .notAuthenticated, .notAllowed: 403
        case .malformed: 400
        case .invalid: 422
        case .tooLarge: 413
        case .tooMany: 429
        case .unavailable: 503
        }
    }
}
