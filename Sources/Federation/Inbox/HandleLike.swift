import ActivityStreams
import Domain
import Social
import Storage

/// Someone elsewhere likes a post, perhaps with an emoji (FEP-c0e0).
struct HandleLike {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        // Anything but one emoji is no reaction, and a plain like remains.
        let emoji = activity.object.text("content").flatMap { Reaction.isEmoji($0) ? $0 : nil }
        return { [world, actor = activity.actor] transaction in
            guard let post = try transaction.post(target),
                try transaction.maySee(post, try HandleCreate.viewer(actor, world: world, in: transaction))
            else { throw Refusal.notFound("Record") }
            guard let emoji else {
                return try LikePost.perform(
                    Like(
                        actor: actor.id, post: post.id, uri: activity.id, createdAt: activity.receivedAt),
                    in: transaction)
            }
            try React.perform(
                Reaction(
                    actor: actor.id, post: post.id, emoji: emoji, uri: activity.id,
                    createdAt: activity.receivedAt), in: transaction)
        }
    }
}
