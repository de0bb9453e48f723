import Domain
import Social
import Storage

/// Someone elsewhere wants to follow an actor of this node.
struct HandleFollow {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        guard world.needs.addresses.isOwn(target) else {
            throw Refusal.notAllowed(because: "the followed actor is not of this node")
        }
        return { [world, actor = activity.actor] transaction in
            guard let followee = try transaction.actor(target), followee.state == .active,
                followee.kind != .application
            else { throw Refusal.notFound("Actor") }
            let asked = Follow(
                follower: actor.id, followee: followee.id, state: .asked, uri: activity.id,
                createdAt: activity.receivedAt
            )
            guard try !transaction.isBlocked(actor.id, by: followee.id) else {
                return try transaction.append(.followRejected(actor.id, of: followee.id, uri: asked.uri))
            }
            // For other software, following a group is joining it.
            if let group = try transaction.group(followee.id) {
                do {
                    try GroupRoster.join(
                        actor, group, uri: activity.id, needs: world.needs, in: transaction)
                } catch Refusal.notAllowed {
                    return try transaction.append(
                        .followRejected(actor.id, of: followee.id, uri: asked.uri))
                }
            }
            try FollowActor.receive(asked, followee: followee, in: transaction)
        }
    }
}
