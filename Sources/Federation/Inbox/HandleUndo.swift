import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// Someone takes back what they did (N43: only they can).
struct HandleUndo {
    let world: World

    func effect(_ activity: Activity) throws -> Plan.Effect {
        let uri = activity.object.uri("object").flatMap { ObjectURI($0) }
        let embedded = activity.object.objects("object").first
        if let claimed = embedded?.uri("actor"), claimed != activity.actor.uri.string {
            throw Refusal.notAllowed(because: "only its actor can undo an activity")
        }
        let type = embedded?.type
        let about = embedded?.uri("object").flatMap { ObjectURI($0) }
        let now = world.needs.now()
        let group = embedded?.uri("target").flatMap { ObjectURI($0) }
        return { [needs = world.needs, actor = activity.actor.id] transaction in
            if type == "Ignore", let about {
                return try HandleIgnore.perform(false, about, activity, world: world, in: transaction)
            }
            if type == "Block", let group, let about {
                return try Self.unban(about, from: group, by: actor, needs: needs, in: transaction)
            }
            guard let uri else {
                guard let type, let about else {
                    throw Refusal.malformed(because: "the activity has no object")
                }
                return try undo(type, of: about, by: actor, in: transaction, at: now)
            }
            if let follow = try transaction.follow(uri), follow.follower == actor {
                if let known = try transaction.membership(of: actor, in: follow.followee), known.uri == uri,
                    known.state != .banned, let group = try transaction.group(follow.followee)
                {
                    try GroupRoster.end(
                        known, in: group, word: "left", by: actor, needs: needs, in: transaction)
                }
                return try FollowActor.end(follow.follower, follow.followee, in: transaction)
            }
            if let like = try transaction.like(uri), like.actor == actor {
                return try LikePost.undo(like.post, by: actor, in: transaction)
            }
            if let reaction = try transaction.reaction(uri), reaction.actor == actor {
                return try React.undo(reaction.emoji, of: reaction.post, by: actor, in: transaction)
            }
            if let post = try transaction.post(uri), post.author == actor, post.body.announced != nil {
                return try Withdraw.perform(post, at: now, in: transaction)
            }
            // The id is unknown; what the embedded activity was about may still say it.
            guard let type, let about else { return }
            // An emoji that is not known by its id is found by what it was given to.
            if let emoji = embedded?.text("content"), Reaction.isEmoji(emoji) {
                guard let post = try transaction.postID(about) else { return }
                return try React.undo(emoji, of: post, by: actor, in: transaction)
            }
            try undo(type, of: about, by: actor, in: transaction, at: now)
        }
    }

    private static func unban(
        _ person: ObjectURI, from group: ObjectURI, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard let host = try transaction.actor(group), host.isLocal,
            let group = try transaction.group(host.id),
            let person = try transaction.actor(person)
        else { throw Refusal.notFound("Record") }
        try GroupRoster.decide(.unban, about: person, in: group, by: actor, needs: needs, in: transaction)
    }

    private func undo(
        _ type: String, of about: ObjectURI, by actor: ActorID, in transaction: Transaction, at now: Date
    ) throws {
        switch type {
        case "Follow":
            guard let target = try transaction.actorID(about) else { return }
            try FollowActor.end(actor, target, in: transaction)
        case "Like", "EmojiReact":
            guard let post = try transaction.postID(about) else { return }
            try LikePost.undo(post, by: actor, in: transaction)
        case "Announce":
            guard let post = try transaction.postID(about),
                let announce = try transaction.announce(of: post, by: actor)
            else { return }
            try Withdraw.perform(announce, at: now, in: transaction)
        case "Block":
            guard let target = try transaction.actorID(about) else { return }
            try transaction.deleteBlock(actor, target)
        default: return
        }
    }
}
