public import Domain
public import Storage

/// Says goodbye to somebody: the one thing that happens, whether an administrator of this node says that they have left,
/// their own node does (`Delete`), or the register, in whichever order (N113).
public enum Depart {
    /// Ends sessions, places at events, memberships (whoever owns a group is followed by ``Transaction/heir(of:)``) and
    /// follows. What was ended stays so; the second time changes nothing. `actor`: of any node, as known before. `state`: what
    /// they are from now on; whoever is suspended may come back to those whom they follow.
    public static func perform(
        _ actor: Actor, as state: Actor.State, needs: Needs, in transaction: Transaction
    ) throws {
        try transaction.setState(state, of: actor.id)
        try transaction.deleteTokens(of: actor.id)
        try Attend.leaveAll(actor.id, needs: needs, in: transaction)
        try endMemberships(of: actor, needs: needs, in: transaction)
        if state != .suspended { try endFollows(of: actor, in: transaction) }
        guard actor.state == .active || actor.state == .suspended else { return }
        try transaction.append(.actorGone(actor.id))
    }

    /// Groups of other nodes are told; those of this one pass to the next.
    private static func endMemberships(
        of actor: Actor, needs: Needs, in transaction: Transaction
    ) throws {
        for membership in try transaction.memberships(of: actor.id) where membership.state != .banned {
            guard let group = try transaction.group(membership.group) else { continue }
            if actor.isLocal, try !transaction.isLocal(group.actor) {
                try transaction.append(
                    .groupLeft(actor.id, group: group.actor, uri: membership.uri, wasInvited: false))
            }
            try GroupRoster.end(
                membership, in: group, word: "left", by: actor.id, needs: needs, in: transaction)
        }
    }

    private static func endFollows(of actor: Actor, in transaction: Transaction) throws {
        for state in [Follow.State.accepted, .asked] {
            // A follower elsewhere has yet to hear of it; their node ends it then.
            for follower in try transaction.followers(of: actor.id, state: state, limit: 100_000)
            where try !actor.isLocal || transaction.isLocal(follower) {
                try FollowActor.end(follower, actor.id, in: transaction)
            }
        }
        for followee in try transaction.everyoneFollowed(by: actor.id) {
            try FollowActor.end(actor.id, followee, in: transaction)
        }
    }
}
