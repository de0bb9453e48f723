import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Logging
import Social
import Storage

/// What members do in a group travels inside the group's Announce, unchanged, so that their proofs survive (FEP-1b12).
struct Carried {
    /// What a group passes on; anything else it keeps to itself.
    static let types: Set<String> = ["Create", "Update", "Delete", "Like", "EmojiReact", "Undo"]
    let world: World
    let threads: Threads

    // MARK: On the group's node

    /// Adds to what a member's activity does here that their group passes it on.
    func carrying(_ plan: Plan, _ activity: Activity) -> Plan {
        guard Self.types.contains(activity.object.type), isForGroup(activity.object) else { return plan }
        let carry: Plan.Effect = { [needs = world.needs] transaction in
            try Self.carry(activity, needs: needs, in: transaction)
        }
        @Sendable func whole(_ effect: @escaping Plan.Effect) -> Plan.Effect {
            { [world] transaction in
                guard try !Self.isTooLate(activity, world: world, in: transaction) else { return }
                try effect(transaction)
                try carry(transaction)
            }
        }
        switch plan {
        case .effect(let effect): return .effect(whole(effect))
        case .errand(let errand): return .errand { whole(try await errand()) }
        }
    }

    /// Whether the group for which it is has moved: then it takes nothing any more, and whoever did not know is told again.
    private static func isTooLate(
        _ activity: Activity, world: World, in transaction: Transaction
    ) throws -> Bool {
        let object = activity.object
        let named = (object.uris("to") + object.uris("cc") + object.uris("audience")).prefix(
            Limits.recipients)
        for uri in Set(named.compactMap { ObjectURI($0) }) where world.needs.addresses.actorID(uri) != nil {
            guard try transaction.isMovedGroup(uri), let group = try transaction.actorID(uri) else {
                continue
            }
            world.logger.debug("activity dropped", metadata: ["because": "the group has moved"])
            try transaction.append(.groupMoved(group, for: activity.actor.id))
            return true
        }
        return false
    }

    private func isForGroup(_ object: ASObject) -> Bool {
        (object.uris("to") + object.uris("cc") + object.uris("audience")).prefix(Limits.recipients).contains {
            ObjectURI($0).flatMap { world.needs.addresses.actorID($0) } != nil
        }
    }

    private static func carry(_ activity: Activity, needs: Needs, in transaction: Transaction) throws {
        let object = activity.object
        let name =
            object.type == "Undo"
            ? object.objects("object").first?.uri("object") : object.uri("object")
        guard let post = try name.flatMap({ ObjectURI($0) }).flatMap({ try transaction.postID($0) }),
            let group = try transaction.group(ofPost: post), try transaction.isLocal(group),
            try transaction.isMember(activity.actor.id, of: group)
        else { return }
        // Sent again after the group moved here, by a node that could not know whether it had arrived.
        if object.type == "Create", try transaction.hasActivity(of: post, by: activity.actor.id) { return }
        let kept = OutgoingActivity(
            id: needs.ids.next(), uri: activity.id, actor: activity.actor.id,
            post: ["Create", "Update"].contains(object.type) ? post : nil,
            json: JSONValue.object(object.json).bytes, isListed: false, createdAt: activity.receivedAt)
        // Received twice, it is passed on once.
        guard try transaction.insert(kept) else { return }
        try transaction.append(.carried(kept.id, group: group))
    }

    /// Keeps what another node's group holds, as it came, because that group moves here.
    static func keep(_ inner: ASObject, needs: Needs, in transaction: Transaction) throws {
        guard let uri = inner.id.flatMap({ ObjectURI($0) }), !needs.addresses.isOwn(uri),
            let actor = try inner.uri("actor").flatMap({ ObjectURI($0) }).flatMap({
                try transaction.actorID($0)
            }),
            let post = try inner.uri("object").flatMap({ ObjectURI($0) }).flatMap({ try transaction.post($0) }
            ),
            post.author == actor
        else { return }
        try transaction.insert(
            OutgoingActivity(
                id: needs.ids.next(), uri: uri, actor: actor, post: post.id,
                json: JSONValue.object(inner.json).bytes, isListed: false, createdAt: needs.now()))
    }

    // MARK: On the nodes of its members

    /// What an activity that a group passed on will do.
    ///
    /// - Throws: ``Refusal`` for one that nothing shows to be its actor's own (N55).
    func prepare(
        _ inner: ASObject, by group: Actor, at date: Date, isNews: Bool = true
    ) async throws -> Plan.Effect {
        guard let name = inner.uri("actor").flatMap({ ObjectURI($0) }),
            let id = inner.id.flatMap({ ObjectURI($0) }), id.origin == name.origin
        else { throw Refusal.malformed(because: "an activity has one actor and an id of its origin") }
        // Our own came back: it has had its effect here.
        guard !world.needs.addresses.isOwn(name) else { return { _ in } }
        let isWanted = try await world.needs.store.read { transaction in
            try !transaction.localMembers(of: group.id).isEmpty || transaction.hasLocalFollower(group.id)
        }
        guard isWanted else { return { _ in } }
        let (actor, genuine) = try await prove(inner, name)
        let activity = Activity(id: id, actor: actor, object: genuine, receivedAt: date)
        switch genuine.type {
        case "Create":
            return try await effect(
                try HandleCreate(world: world, threads: threads, via: group, isNews: isNews).plan(activity))
        case "Update":
            return try await effect(try HandleUpdate(world: world, threads: threads).plan(activity))
        case "Delete": return try HandleDelete(world: world).effect(activity)
        case "Like", "EmojiReact": return try HandleLike(world: world, via: group).effect(activity)
        case "Undo": return try HandleUndo(world: world).effect(activity)
        default: return { _ in }
        }
    }

    private func effect(_ plan: Plan) async throws -> Plan.Effect {
        switch plan {
        case .effect(let effect): effect
        case .errand(let errand): try await errand()
        }
    }

    /// By its actor's proof, or else by what its origin says of the object.
    private func prove(_ inner: ASObject, _ name: ObjectURI) async throws -> (Actor, ASObject) {
        do {
            let value = JSONValue.object(inner.json)
            return (try await Verifier(world: world).prover(of: value, claimed: name), inner)
        } catch let refusal as Refusal {
            guard let object = inner.uri("object").flatMap({ ObjectURI($0) }), object.origin == name.origin,
                world.isForeign(name), try await world.standing(of: name.authority) != .refused
            else { throw refusal }
            let actor = try await RemoteActors(world: world).actor(name)
            guard actor.state == .active else { throw refusal }
            switch inner.type {
            case "Create", "Update":
                let found = try await Fetch(world: world).object(object)
                guard found.uris("attributedTo") == [name.string] else { throw refusal }
                var json = inner.json
                json["object"] = .object(found.json)
                return (actor, try ASObject(.object(json)))
            case "Delete":
                do {
                    _ = try await Fetch(world: world).object(object)
                } catch ExchangeFault.answered(404), ExchangeFault.answered(410) {
                    return (actor, inner)
                }
                throw refusal
            default: throw refusal
            }
        }
    }
}
