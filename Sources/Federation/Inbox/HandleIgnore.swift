import Domain
import Social
import Storage

/// A recipient of another node takes a recognition off the walls (`Ignore`), or puts it back.
struct HandleIgnore {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [world, actor = activity.actor.id] transaction in
            try Self.perform(true, target, by: actor, world: world, in: transaction)
        }
    }

    /// Only a recipient's word counts, and only for themself.
    static func perform(
        _ isHidden: Bool, _ target: ObjectURI, by actor: ActorID, world: World, in transaction: Transaction
    ) throws {
        guard let post = try transaction.post(target), case .recognition(let recognition) = post.body else {
            return
        }
        guard recognition.recipients.contains(actor) else {
            throw Refusal.notAllowed(because: "only a recipient hides a recognition")
        }
        try Recognise.perform(isHidden, post.id, by: actor, needs: world.needs, in: transaction)
    }
}
