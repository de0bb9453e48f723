import Domain
import Social
import Storage

/// A recipient of another node takes a recognition off the walls (`Ignore`), or puts it back.
struct HandleIgnore {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [world, activity] transaction in
            try Self.perform(true, target, activity, world: world, in: transaction)
        }
    }

    /// Only a recipient's word counts, and only for themself. The giver's node passes it on to wherever it told of the
    /// recognition.
    static func perform(
        _ isHidden: Bool, _ target: ObjectURI, _ activity: Activity, world: World, in transaction: Transaction
    ) throws {
        let actor = activity.actor.id
        guard let post = try transaction.post(target), case .recognition(let recognition) = post.body else {
            return
        }
        guard recognition.recipients.contains(actor) else {
            throw Refusal.notAllowed(because: "only a recipient hides a recognition")
        }
        let isNew = try Recognise.perform(
            isHidden, post.id, by: actor, needs: world.needs, in: transaction)
        if isNew { try Relay.note(activity, ofRecognition: post, in: transaction) }
    }
}
