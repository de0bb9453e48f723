import ActivityStreams
import Domain
import Social
import Storage

/// Somebody elsewhere votes, a node counts its people, or a poll's author tells the totals.
struct HandleVote: Sendable {
    let world: World

    /// Whether a note is a vote: it names an option of a post of this node and says nothing (FEP-9967).
    static func isVote(_ object: ASObject, world: World) -> Bool {
        guard object.type == "Note", !(object.text("name") ?? "").isEmpty,
            (object.text("content") ?? "").isEmpty
        else { return false }
        return object.uri("inReplyTo").flatMap { ObjectURI($0) }.map(world.needs.addresses.isOwn) ?? false
    }

    /// A person's vote in a poll of this node.
    func effect(_ note: ASObject, _ activity: Activity) throws -> Plan.Effect {
        guard note.uris("attributedTo") == [activity.actor.uri.string] else {
            throw Refusal.notAllowed(because: "the vote is attributed to someone else")
        }
        guard let poll = note.uri("inReplyTo").flatMap({ ObjectURI($0) }), let name = note.text("name") else {
            throw Refusal.malformed(because: "the vote is for nothing")
        }
        let sent = note.date("published")
        return { [world, actor = activity.actor] transaction in
            guard let post = try transaction.post(poll),
                try world.mayTakePart(actor, in: post, in: transaction)
            else { throw Refusal.notFound("Record") }
            // Of others nobody knows whether their clocks are right, or honest.
            let isTrusted = try Self.isMember(actor.host, world: world, in: transaction)
            try VoteInPoll.receive(
                name, in: post, by: actor, sent: isTrusted ? sent : nil, at: world.needs.now(),
                in: transaction)
        }
    }

    /// A tally: of a node for a poll of this one, or of a poll's author for everybody.
    func tally(_ object: ASObject, _ activity: Activity) throws -> Plan.Effect {
        guard object.uris("attributedTo") == [activity.actor.uri.string],
            let uri = object.uri("inReplyTo").flatMap({ ObjectURI($0) })
        else { throw Refusal.notAllowed(because: "the tally is somebody else's") }
        return { [world, actor = activity.actor] transaction in
            guard let post = try transaction.post(uri), post.deletedAt == nil,
                case .poll(let poll) = post.body
            else { throw Refusal.notFound("Record") }
            guard let tally = PollIn.tally(object, of: poll) else {
                throw Refusal.invalid(field: "The tally", because: "is of other options")
            }
            guard world.needs.addresses.isOwn(uri) else {
                guard post.author == actor.id else {
                    throw Refusal.notAllowed(because: "only its author tells a poll's totals")
                }
                guard tally.fits(poll) else {
                    throw Refusal.invalid(field: "The tally", because: "does not add up")
                }
                return try VoteInPoll.receiveTotals(tally, of: post, closed: nil, in: transaction)
            }
            let node = try Self.node(actor, of: post, world: world, in: transaction)
            try VoteInPoll.receive(tally, of: node, in: post, at: world.needs.now(), in: transaction)
        }
    }

    /// What an author's `Update` says of a poll that is known here.
    static func told(_ poll: Poll, of stored: Post, in transaction: Transaction) throws {
        guard case .poll(let known) = stored.body, known.asksTheSame(as: poll) else { return }
        try VoteInPoll.receiveTotals(
            poll.tally, of: stored, closed: poll.isClosed ? poll.closesAt : nil, in: transaction)
    }

    /// A member's node, by its own actor, where people may have the poll.
    static func node(
        _ actor: Actor, of post: Post, world: World, in transaction: Transaction
    ) throws -> String {
        guard let host = actor.host, actor.kind == .application,
            try transaction.member(host)?.application == actor.uri,
            try isMember(host, world: world, in: transaction)
        else { throw Refusal.notAllowed(because: "only a member's node counts its people") }
        guard try world.mayHave(post, host, in: transaction) else { throw Refusal.notFound("Record") }
        return host
    }

    private static func isMember(_ host: String?, world: World, in transaction: Transaction) throws -> Bool {
        guard let host else { return false }
        return try World.standing(of: host, needs: world.needs, in: transaction) == .member
    }
}
