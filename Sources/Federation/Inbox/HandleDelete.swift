import Domain
import FoundationEssentials
import Social
import Storage

/// A post or an actor of another node is gone.
struct HandleDelete {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        let now = world.needs.now()
        guard target != activity.actor.uri else {
            return { [world, id = activity.actor.id] transaction in
                guard let actor = try transaction.actor(id) else { return }
                // What the register says of someone stays said.
                try Depart.perform(
                    actor, as: actor.state == .left ? .left : .gone, needs: world.needs, in: transaction)
                for post in try transaction.livingPosts(of: id) {
                    try Withdraw.perform(post, at: now, in: transaction)
                }
                world.ring.forget(actor: id)
            }
        }
        guard target.origin == activity.actor.uri.origin else {
            throw Refusal.notAllowed(because: "the object is of another origin")
        }
        return { [activity, actor = activity.actor.id] transaction in
            guard let post = try transaction.post(target) else {
                for resting in try QuotePost.withdraw(stamp: target, by: actor, in: transaction) {
                    try Relay.note(activity, forReadersOf: resting, in: transaction)
                }
                // It may overtake the post itself, which must then not appear.
                _ = try transaction.markSeen(Self.mark(target, actor), at: now)
                return
            }
            guard post.author == actor else {
                throw Refusal.notAllowed(because: "only its author deletes a post")
            }
            guard post.deletedAt == nil else { return }
            try Relay.note(activity, of: post, in: transaction)
            try Withdraw.perform(post, at: now, in: transaction)
        }
    }

    /// How the deletion of a post that was never seen is remembered: it counts for its deleter's posts alone (N43).
    static func mark(_ post: ObjectURI, _ actor: ActorID) -> ObjectURI {
        ObjectURI("\(post.withoutFragment)#deleted-by-\(actor)") ?? post
    }
}
