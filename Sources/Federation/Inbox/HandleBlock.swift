import ActivityStreams
import Domain
import Social
import Storage

/// Someone elsewhere blocks a person of this node.
struct HandleBlock {
    let world: World

    func plan(_ activity: Activity) throws -> Plan {
        guard let group = activity.object.uri("target").flatMap({ ObjectURI($0) }) else {
            return .effect(try effect(activity))
        }
        return .errand { try await HandleGroup(world: world).ban(activity, from: group) }
    }

    private func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        guard world.needs.addresses.isOwn(target) else {
            throw Refusal.notAllowed(because: "the blocked actor is not of this node")
        }
        return { [actor = activity.actor.id] transaction in
            guard let blocked = try transaction.actorID(target) else { return }
            try BlockActor.perform(
                actor, blocked, uri: activity.id, at: activity.receivedAt, in: transaction)
        }
    }
}
