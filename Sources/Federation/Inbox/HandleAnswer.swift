import ActivityStreams
import Domain
import JSON
import Social
import Storage

/// The answer to a request to follow (N47): only of one that was made, and only by the one who was asked.
struct HandleAnswer {
    let world: World

    func accept(_ activity: Activity) throws -> Plan.Effect {
        let find = try follow(activity)
        return { transaction in
            guard let follow = try find(transaction), follow.state == .asked else { return }
            try FollowActor.accept(follow, in: transaction)
        }
    }

    func reject(_ activity: Activity) throws -> Plan.Effect {
        let find = try follow(activity)
        return { transaction in
            guard let follow = try find(transaction) else { return }
            try transaction.deleteFollow(follow.follower, follow.followee)
            try transaction.clearHome(of: follow.follower, from: follow.followee)
        }
    }

    /// Finds the follow that is answered: by its id, or by whom an embedded Follow names.
    private func follow(_ activity: Activity) throws -> @Sendable (Transaction) throws -> Follow? {
        let uri = activity.object.uri("object").flatMap { ObjectURI($0) }
        let embedded = activity.object.objects("object").first
        let follower = embedded?.uri("actor").flatMap { ObjectURI($0) }
        return { [addresses = world.needs.addresses, actor = activity.actor.id] transaction in
            let byName = try follower.flatMap { try transaction.actorID($0) }
                .flatMap { try transaction.follow($0, actor) }
            guard let follow = try uri.flatMap({ try transaction.follow($0) }) ?? byName,
                follow.followee == actor,
                let asker = try transaction.actor(follow.follower), addresses.isOwn(asker.uri)
            else { return nil }
            return follow
        }
    }
}
