import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What an activity will do: at once, or after something was asked of another node. The effect itself is one
/// transaction, together with the end of the inbox row.
enum Plan: Sendable {
    typealias Effect = @Sendable (Transaction) throws -> Void

    case effect(Effect)
    case errand(@Sendable () async throws -> Effect)
}

/// Finds out what received activities will do, by their type.
struct Handlers: Sendable {
    let world: World
    let threads: Threads

    /// `actor`: the signer, as it is known now; nil when it is not known any more.
    ///
    /// - Throws: ``Refusal`` for an activity that breaks a rule: it is dropped.
    func plan(_ received: Received, by actor: Actor?) throws -> Plan {
        let object = try ASObject(
            try JSONParser.parse(received.body, depth: Limits.jsonDepth, nodes: Limits.jsonNodes))
        guard let actor, let id = object.id.flatMap({ ObjectURI($0) }) else {
            throw Refusal.malformed(because: "no actor or id")
        }
        let activity = Activity(id: id, actor: actor, object: object, receivedAt: received.receivedAt)
        return Carried(world: world, threads: threads).carrying(try plan(activity), activity)
    }

    private func plan(_ activity: Activity) throws -> Plan {
        let object = activity.object
        // By the register's word they have nothing any more that they could end.
        if activity.actor.state == .left, object.type != "Delete" { return .effect { _ in } }
        switch object.type {
        case "Follow": return .effect(try HandleFollow(world: world).effect(activity))
        case "Accept" where HandleGroupMove.isAnswer(activity),
            "Reject" where HandleGroupMove.isAnswer(activity):
            return .errand { try await HandleGroupMove(world: world).answer(activity) }
        case "Accept", "Reject": return .effect(try answer(activity))
        case "Undo": return .effect(try HandleUndo(world: world).effect(activity))
        case "Create": return try HandleCreate(world: world, threads: threads).plan(activity)
        case "Update": return try HandleUpdate(world: world, threads: threads).plan(activity)
        case "Delete": return .effect(try HandleDelete(world: world).effect(activity))
        case "Announce":
            return .errand { try await HandleAnnounce(world: world, threads: threads).prepare(activity) }
        case Vocabulary.quoteRequest: return try HandleQuote(world: world).request(activity)
        case "Like", "EmojiReact": return .effect(try HandleLike(world: world).effect(activity))
        case "Ignore": return .effect(try HandleIgnore(world: world).effect(activity))
        case "Block": return try HandleBlock(world: world).plan(activity)
        case "Join" where HandleAttendance(world: world).isAbout(activity):
            return .effect(try HandleAttendance(world: world).join(activity))
        case "Leave" where HandleAttendance(world: world).isAbout(activity):
            return .effect(try HandleAttendance(world: world).leave(activity))
        case "Join", "Leave", "Invite", "Add", "Remove": return try HandleGroup(world: world).plan(activity)
        case "Flag": return .effect(try HandleFlag(world: world).effect(activity))
        case "TentativeAccept":
            let effect = try HandleAttendance(world: world).answer(.waiting, activity)
            return .effect { _ = try effect($0) }
        case "Read": return .effect(try HandleAnnouncement(world: world).read(activity))
        case Vocabulary.remind: return .effect(try HandleAnnouncement(world: world).remind(activity))
        case "Offer": return .effect(try HandleGroupMove(world: world).offer(activity))
        case "Move" where HandleGroupMove.isAbout(activity, world: world):
            return .errand { try await HandleGroupMove(world: world).move(activity) }
        case "Move": return .errand { try await HandleMove(world: world).prepare(activity) }
        default:
            world.counters.count(.inboxUnknown)
            return .effect { _ in }
        }
    }

    /// The answer to a wish to come to a gathering or to quote a post, or else to a follow or a membership.
    private func answer(_ activity: Activity) throws -> Plan.Effect {
        let isYes = activity.object.type == "Accept"
        let coming = try HandleAttendance(world: world).answer(isYes ? .going : .refused, activity)
        let quoting = try HandleQuote(world: world).answer(isYes: isYes, activity)
        let handler = HandleAnswer(world: world)
        let other = try isYes ? handler.accept(activity) : handler.reject(activity)
        return { transaction in
            guard try !coming(transaction), try !quoting(transaction) else { return }
            try other(transaction)
        }
    }
}

/// An authentic activity on its way to its handler.
struct Activity: Sendable {
    let id: ObjectURI
    let actor: Actor
    let object: ASObject
    let receivedAt: Date

    /// What the activity is about.
    func target() throws(Refusal) -> ObjectURI {
        guard let uri = object.uri("object").flatMap({ ObjectURI($0) }) else {
            throw .malformed(because: "the activity has no object")
        }
        return uri
    }
}
