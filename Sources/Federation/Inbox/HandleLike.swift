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
        // One grapheme or a short code; anything longer is no reaction, and a plain like remains.
        let content = activity.object.text("content").flatMap { text in
            text.count == 1 && text.unicodeScalars.count <= 16
                || (text.hasPrefix(":") && text.hasSuffix(":") && text.utf8.count <= 64) ? text : nil
        }
        return { [world, via, actor = activity.actor] transaction in
            guard let post = try transaction.post(target), post.deletedAt == nil,
                try via.map({ $0.id == post.group }) ?? false
                    || transaction.maySee(post, try HandleCreate.viewer(actor, world: world, in: transaction))
            else { throw Refusal.notFound("Record") }
            try LikePost.perform(
                Like(
                    actor: actor.id, post: post.id, uri: activity.id, content: content,
                    createdAt: activity.receivedAt
                ), in: transaction)
        }
    }
}
