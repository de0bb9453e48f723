import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// Finds out what an activity will do. Whatever needs the network happens here; the effect itself is one
/// transaction, together with the end of the inbox row.
struct Handlers: Sendable {
    typealias Effect = @Sendable (Transaction) throws -> Void

    let world: World
    let threads: Threads

    /// - Throws: ``Refusal`` for an activity that breaks a rule: it is dropped.
    func prepare(_ received: Received) async throws -> Effect {
        let object = try ASObject(
            try JSONParser.parse(received.body, depth: Limits.jsonDepth, nodes: Limits.jsonNodes))
        guard let actor = try await world.needs.store.read({ try $0.actor(received.signer) }),
            let id = object.id.flatMap({ ObjectURI($0) })
        else { throw Refusal.malformed(because: "no actor or id") }
        let activity = Activity(id: id, actor: actor, object: object, receivedAt: received.receivedAt)
        switch object.type {
        case "Follow": return try HandleFollow(world: world).prepare(activity)
        case "Accept": return try HandleAnswer(world: world).accept(activity)
        case "Reject": return try HandleAnswer(world: world).reject(activity)
        case "Undo": return try HandleUndo(world: world).prepare(activity)
        case "Create": return try await HandleCreate(world: world, threads: threads).prepare(activity)
        case "Update": return try await HandleUpdate(world: world).prepare(activity)
        case "Delete": return try HandleDelete(world: world).prepare(activity)
        case "Announce": return try await HandleAnnounce(world: world, threads: threads).prepare(activity)
        case "Like", "EmojiReact": return try HandleLike(world: world).prepare(activity)
        case "Block": return try HandleBlock(world: world).prepare(activity)
        case "Flag": return try HandleFlag(world: world).prepare(activity)
        case "Move": return try await HandleMove(world: world).prepare(activity)
        default: return { try $0.countUnknown(object.type) }
        }
    }
}

/// An authentic activity on its way to its handler.
struct Activity: Sendable {
    let id: ObjectURI
    let actor: Actor
    let object: ASObject
    let receivedAt: Date

    /// What the activity is about.
    func target() throws(Refusal) -> ObjectURI {
        guard let uri = object.uri("object").flatMap({ ObjectURI($0) }) else {
            throw .malformed(because: "the activity has no object")
        }
        return uri
    }
}
