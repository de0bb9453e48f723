import Domain
import Social
import Storage

/// Who of other nodes takes part in what stands here: polls, surveys, events.
extension World {
    /// Whether an actor of another node may vote in a post of this one, or come to it: whoever may see it. In a group of
    /// another node, who is a member is that node's to know, and it has passed the post on to members' nodes alone: the
    /// word of those that belong to the organisation is taken for their people.
    func mayTakePart(_ actor: Actor, in post: Post, in transaction: Transaction) throws -> Bool {
        if try transaction.maySee(post, try HandleCreate.viewer(actor, world: self, in: transaction)) {
            return true
        }
        guard let host = actor.host, post.deletedAt == nil,
            try !transaction.isBlocked(actor.id, by: post.author)
        else { return false }
        return try isOfGroupElsewhere(post, host, in: transaction)
    }

    /// Whether people of a node may have a post of this one.
    func mayHave(_ post: Post, _ host: String, in transaction: Transaction) throws -> Bool {
        if [.organisation, .anyone].contains(post.audience) { return true }
        if case .group(let group) = post.audience, try transaction.countMembers(of: group, on: host) > 0 {
            return true
        }
        return try transaction.inboxesThatKnow(post.id).contains { $0.authority == host }
            || isOfGroupElsewhere(post, host, in: transaction)
    }

    private func isOfGroupElsewhere(_ post: Post, _ host: String, in transaction: Transaction) throws -> Bool
    {
        guard case .group(let group) = post.audience, try !transaction.isLocal(group) else { return false }
        return try World.standing(of: host, needs: needs, in: transaction) == .member
    }
}
