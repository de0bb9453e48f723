import ActivityStreams
import Domain
import FoundationEssentials
import Social
import Storage

/// Who comes: wishes of people elsewhere for our gatherings, and answers to the wishes of ours.
struct HandleAttendance {
    let world: World

    /// Whether what somebody wants to join or leave is a gathering of this node, and no group.
    func isAbout(_ activity: Activity) -> Bool {
        activity.object.uri("object").flatMap { ObjectURI($0) }.flatMap { world.needs.addresses.postID($0) }
            != nil
    }

    func join(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [world, activity] transaction in
            let post = try Self.gathering(target, for: activity.actor, world: world, in: transaction)
            try Attend.join(
                post, activity.actor.id, uri: activity.id, needs: world.needs, in: transaction)
        }
    }

    func leave(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [needs = world.needs, actor = activity.actor.id] transaction in
            // Whoever gives a place back need not see any more what it is for.
            guard let post = try transaction.post(target), case .gathering = post.body,
                try transaction.isLocal(post.author)
            else { throw Refusal.notFound("Record") }
            try Attend.leave(post, actor, needs: needs, in: transaction)
        }
    }

    /// `state`: what the answer means. Only the organiser's answer to what was asked counts.
    /// The effect tells whether it was about a wish of ours at all.
    func answer(_ state: Attendance.State, _ activity: Activity) throws
        -> @Sendable (Transaction) throws -> Bool
    {
        guard let uri = activity.object.uri("object").flatMap({ ObjectURI($0) }),
            world.needs.addresses.isOwn(uri)
        else { return { _ in false } }
        return { [needs = world.needs, actor = activity.actor.id] transaction in
            try Attend.take(state, of: uri, from: actor, needs: needs, in: transaction)
        }
    }

    /// Someone elsewhere who takes part in a challenge of this node says how far they are.
    func report(_ object: ASObject, _ activity: Activity) throws -> Plan.Effect {
        let (event, reporter, report) = try ChallengeObject.report(object)
        guard reporter == activity.actor.uri else {
            throw Refusal.notAllowed(because: "everyone reports for themself")
        }
        return { [world, actor = activity.actor] transaction in
            let post = try Self.gathering(event, for: actor, world: world, in: transaction)
            try ReportProgress.receive(
                report, by: actor.id, of: post, needs: world.needs, in: transaction)
        }
    }

    private static func gathering(
        _ uri: ObjectURI, for actor: Actor, world: World, in transaction: Transaction
    ) throws -> Post {
        guard actor.kind == .person, let post = try transaction.post(uri), case .gathering = post.body,
            try transaction.isLocal(post.author),
            try world.mayTakePart(actor, in: post, in: transaction)
        else { throw Refusal.notFound("Record") }
        return post
    }
}
