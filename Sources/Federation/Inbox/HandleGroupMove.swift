import ActivityStreams
import Domain
import JSON
import Social
import Storage

/// A group goes to another node: what its owner, the old group and the new one say of it (Spec/features/group.md §8).
struct HandleGroupMove {
    let world: World

    /// Whether a Move is of a group, or asks a group of this node to move.
    static func isAbout(_ activity: Activity, world: World) -> Bool {
        guard let source = activity.object.uri("object").flatMap({ ObjectURI($0) }) else { return false }
        return activity.actor.kind == .group
            || source != activity.actor.uri && world.needs.addresses.isOwn(source)
    }

    /// The answer to a group that offered itself.
    static func isAnswer(_ activity: Activity) -> Bool {
        activity.object.objects("object").first?.type == "Offer"
    }

    /// A Move: by the old group for everyone, or by its owner for the group.
    func move(_ activity: Activity) async throws -> Plan.Effect {
        let source = try activity.target()
        let target = try target(of: activity.object)
        guard source == activity.actor.uri else { return try await ask(source, target, activity) }
        let new = try await claimant(target, of: source)
        return { [needs = world.needs, old = activity.actor.id] transaction in
            guard let source = try transaction.actor(old), let target = try transaction.actor(new.id),
                try transaction.group(old) != nil
            else { return }
            try MoveGroup.follow(source, to: target, needs: needs, in: transaction)
        }
    }

    private func ask(_ source: ObjectURI, _ target: ObjectURI, _ activity: Activity) async throws
        -> Plan.Effect
    {
        // Whoever may not decide does not make us ask other nodes, either.
        let isOwner = try await world.needs.store.read { transaction -> Bool in
            guard let id = try transaction.actorID(source) else { return false }
            let own = try transaction.membership(of: activity.actor.id, in: id)
            return own?.state == .member && own?.role == .owner
        }
        guard isOwner else { throw Refusal.notAllowed(because: "Only the owner has a group moved") }
        let new = try await RemoteActors(world: world).actor(target)
        return { [needs = world.needs, person = activity.actor.id] transaction in
            guard let old = try transaction.actor(source), let group = try transaction.group(old.id) else {
                throw Refusal.notFound("Record")
            }
            try MoveGroup.offer(old, group, to: new, by: person, needs: needs, in: transaction)
        }
    }

    /// The old group offers itself to one of this node.
    func offer(_ activity: Activity) throws -> Plan.Effect {
        let target = try target(of: activity.object)
        guard try activity.target() == activity.actor.uri, activity.actor.kind == .group,
            let page = ObjectURI("\(activity.actor.uri)/history")
        else { throw Refusal.notAllowed(because: "a group offers itself") }
        return { [needs = world.needs, source = activity.actor] transaction in
            guard let target = try transaction.actor(target), target.isLocal, target.state == .active,
                try transaction.group(target.id) != nil
            else { throw Refusal.notFound("Record") }
            try MoveGroup.consider(source, target: target, page: page, needs: needs, in: transaction)
        }
    }

    /// The new group answers the old one, which is of this node.
    func answer(_ activity: Activity) async throws -> Plan.Effect {
        guard let offer = activity.object.objects("object").first,
            let source = offer.uri("object").flatMap({ ObjectURI($0) }),
            world.needs.addresses.isOwn(source), try target(of: offer) == activity.actor.uri
        else { throw Refusal.notAllowed(because: "only the new group answers") }
        let isYes = activity.object.type == "Accept"
        if isYes { _ = try await claimant(activity.actor.uri, of: source) }
        let reason = ActorIn.line(activity.object.text("summary") ?? "The other office said no", limit: 200)
        return { [needs = world.needs, target = activity.actor.id] transaction in
            guard let source = try transaction.actor(source), source.isLocal,
                let target = try transaction.actor(target)
            else { throw Refusal.notFound("Record") }
            try MoveGroup.answered(
                source, by: target, refusedBecause: isYes ? nil : reason, needs: needs, in: transaction)
        }
    }

    /// The new group, which must say that it was the old one (FEP-7628); read now.
    private func claimant(_ target: ObjectURI, of source: ObjectURI) async throws -> Actor {
        let fresh: Actor? =
            world.needs.addresses.isOwn(target)
            ? try await world.needs.store.read { try $0.actor(target) }
            : try await RemoteActors(world: world).refresh(target)
        guard let fresh, fresh.kind == .group, fresh.uri != source, fresh.alsoKnownAs.contains(source) else {
            throw Refusal.notAllowed(because: "the new group does not know the old one")
        }
        return fresh
    }

    private func target(of object: ASObject) throws(Refusal) -> ObjectURI {
        guard let target = object.uri("target").flatMap({ ObjectURI($0) }) else {
            throw .malformed(because: "the move has no target")
        }
        return target
    }
}
