import ActivityStreams
import Domain
import Social
import Storage

/// Someone elsewhere likes a post, perhaps with an emoji (FEP-c0e0).
struct HandleLike {
    let world: World
    /// The group that passed it on: its node has judged whether the giver sees the post.
    var via: Actor?

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        // Anything but one emoji is no reaction, and a plain like remains.
        let emoji = activity.object.text("content").flatMap { Reaction.isEmoji($0) ? $0 : nil }
        return { [world, via, actor = activity.actor] transaction in
            guard let post = try transaction.post(target), post.deletedAt == nil,
                try via.map({ try [$0.id, transaction.groupNow($0.id)].contains(post.group) }) ?? false
                    || transaction.maySee(post, try HandleCreate.viewer(actor, world: world, in: transaction))
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
