import ActivityStreams
import Domain
import FoundationEssentials
import JSON
public import Signatures
public import Social
import Storage

/// What every activity passes before it is acknowledged: who says it, then what it says, then a durable row.
public struct Intake: Sendable {
    /// Types that have a handler. Others are counted and acknowledged.
    static let known: Set<String> = [
        "Follow", "Accept", "Reject", "Undo", "Create", "Update", "Delete", "Announce", "Like", "EmojiReact",
        "Block",
        "Flag", "Move",
    ]

    let world: World
    private let verifier: Verifier
    private let bell: Bell
    private let throttles: Throttles?
    private let heard: @Sendable (String) -> Void

    /// How much one node may send.
    public struct Throttles: Sendable {
        let activities = Throttle(capacity: 3000, period: .seconds(60))
        let follows = Throttle(capacity: 300, period: .seconds(300))

        public init() {}
    }

    /// `bell`: rung when there is something to handle. `throttles`: nil where rate limits are off. `heard`:
    /// told of each node that spoke to us, so that what waits for it is tried again.
    public init(
        world: World, verifier: Verifier, bell: Bell, throttles: Throttles?,
        heard: @escaping @Sendable (String) -> Void
    ) {
        self.world = world
        self.verifier = verifier
        self.bell = bell
        self.throttles = throttles
        self.heard = heard
    }

    /// Takes an inbox request; on return the activity is durable, or needs not be.
    ///
    /// - Parameter message: whole, its body within the limit.
    /// - Throws: ``Refusal``.
    public func receive(_ message: HTTPMessage) async throws {
        guard MediaType.isActivityStreams(message.field("content-type")) else {
            throw Refusal.malformed(because: "the content type is not application/activity+json")
        }
        guard message.field("content-encoding") == nil else {
            throw Refusal.malformed(because: "compressed bodies are not taken")
        }
        let signer: Actor
        do {
            signer = try await verifier.signer(of: message)
        } catch let fault as ExchangeFault {
            // Someone who is gone says goodbye: there is nothing to check it by and nothing to do (N29).
            if fault == .answered(410) || fault == .answered(404), Self.isSelfDelete(message.body) { return }
            throw Refusal.notAuthenticated(because: "the key cannot be had")
        }
        heard(signer.uri.authority)
        let now = world.needs.now()
        try throttles?.activities.take(signer.uri.authority, at: now)
        let (value, object) = try Self.parse(message.body)
        let (activity, actor) = try await authenticate(value, object, signer: signer)
        guard Self.known.contains(object.type) else {
            try await world.needs.store.write { try $0.countUnknown(object.type) }
            return
        }
        if object.type == "Follow" { try throttles?.follows.take(signer.uri.authority, at: now) }
        let received = Received(
            id: world.needs.ids.next(), signer: actor.id, body: message.body, attempts: 0, receivedAt: now)
        if try await world.needs.store.write({ try $0.insert(received, activity: activity) }) { bell.ring() }
    }

    /// Whose activity it is: its signer's own, or another's by a valid proof (N24, N25, N26).
    private func authenticate(
        _ value: JSONValue, _ object: ASObject, signer: Actor
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
        return (id, try await verifier.prover(of: value, claimed: actor))
    }

    private static func parse(_ body: [UInt8]) throws(Refusal) -> (JSONValue, ASObject) {
        do {
            let value = try JSONParser.parse(body, depth: Limits.jsonDepth, nodes: Limits.jsonNodes)
            return (value, try ASObject(value))
        } catch {
            throw .malformed(because: "the body is not an activity: \(error)")
        }
    }

    private static func isSelfDelete(_ body: [UInt8]) -> Bool {
        guard let (_, object) = try? parse(body) else { return false }
        return object.type == "Delete" && object.uri("actor") == object.uri("object")
    }
}
