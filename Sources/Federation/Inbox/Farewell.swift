import ActivityStreams
import Domain
import JSON
import Storage

/// What someone who has left may still say: that they are gone, and that what they had ends. The register may have said so
/// before; then it is taken all the same, so that the order of the two makes no difference.
enum Farewell {
    /// Whether an actor may say this: one who is active anything, a leaver goodbye.
    static func maySay(_ object: ASObject, _ actor: Actor) -> Bool {
        actor.state == .active || (actor.state == .left && isOne(object))
    }

    /// The same for what was taken in while the actor was active.
    static func maySay(_ received: Received, in transaction: Transaction) throws -> Bool {
        guard try !transaction.isActive(received.signer) else { return true }
        guard let actor = try transaction.actor(received.signer) else { return false }
        return maySay(
            try ASObject(JSONParser.parse(received.body, depth: Limits.jsonDepth, nodes: Limits.jsonNodes)),
            actor)
    }

    private static func isOne(_ object: ASObject) -> Bool {
        switch object.type {
        case "Delete": object.uri("actor") == object.uri("object")
        case "Leave": true
        case "Undo": object.objects("object").first?.type == "Follow"
        default: false
        }
    }
}
