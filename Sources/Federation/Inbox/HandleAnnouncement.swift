import ActivityStreams
import Domain
import FoundationEssentials
import Social
import Storage

/// What other nodes say of announcements: totals for one of ours, a name where their policy tells it, and the wish of
/// an author elsewhere that people here be reminded.
struct HandleAnnouncement {
    let world: World

    /// Totals of another node's people: by that node's own actor alone, and only a member's.
    func progress(_ object: ASObject, _ activity: Activity) throws -> Plan.Effect {
        guard object.uris("attributedTo") == [activity.actor.uri.string], let node = activity.actor.host
        else {
            throw Refusal.notAllowed(because: "only a node itself tells of its people")
        }
        guard let about = object.uri("context").flatMap({ ObjectURI($0) }) else {
            throw Refusal.malformed(because: "the report is about nothing")
        }
        let progress = try AnnouncementProgressObject.read(object, node: node)
        return { [world, actor = activity.actor] transaction in
            guard let member = try transaction.member(node), member.application == actor.uri,
                member.isAdmitted(at: world.needs.now())
            else { throw Refusal.notAllowed(because: "only nodes of the organisation tell of their people") }
            guard let post = try Self.ownAnnouncement(about, in: transaction), post.audience == .organisation
            else { throw Refusal.notFound("Record") }
            try transaction.save(progress, of: post.id)
        }
    }

    /// A person acknowledged (`Read`); it is counted by their node and only named here.
    func read(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [world, actor = activity.actor, at = activity.receivedAt] transaction in
            guard let host = actor.host,
                try World.standing(of: host, needs: world.needs, in: transaction) == .member,
                let post = try Self.ownAnnouncement(target, in: transaction),
                try transaction.maySee(post, try HandleCreate.viewer(actor, world: world, in: transaction))
            else { throw Refusal.notFound("Record") }
            try transaction.saveAcknowledgement(of: post.id, by: actor.id, at: at)
        }
    }

    /// Its author asks to remind those who are missing.
    func remind(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [world, actor = activity.actor.id] transaction in
            guard let post = try transaction.post(target), post.deletedAt == nil,
                case .announcement = post.body
            else { throw Refusal.notFound("Record") }
            guard post.author == actor else {
                throw Refusal.notAllowed(because: "only its author reminds of an announcement")
            }
            try RemindReaders.perform(post, needs: world.needs, in: transaction)
        }
    }

    private static func ownAnnouncement(_ uri: ObjectURI, in transaction: Transaction) throws -> Post? {
        guard let post = try transaction.post(uri), post.deletedAt == nil, case .announcement = post.body,
            try transaction.isLocal(post.author)
        else { return nil }
        return post
    }
}
