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
        return { [needs = world.needs] transaction in
            guard let follow = try find(transaction) else {
                _ = try HandleGroup.answer(activity, isAccepted: true, needs: needs, in: transaction)
                return
            }
            if follow.state == .asked { try FollowActor.accept(follow, in: transaction) }
            // Whoever follows a group belongs to it: that is how other software joins.
            guard try transaction.group(follow.followee) != nil else { return }
            try GroupRoster.receive(
                Membership(
                    group: follow.followee, person: follow.follower, state: .member, uri: follow.uri,
                    createdAt: needs.now()), isTrusted: true, needs: needs, in: transaction)
        }
    }

    func reject(_ activity: Activity) throws -> Plan.Effect {
        let find = try follow(activity)
        return { [needs = world.needs] transaction in
            guard let follow = try find(transaction) else {
                _ = try HandleGroup.answer(activity, isAccepted: false, needs: needs, in: transaction)
                return
            }
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
