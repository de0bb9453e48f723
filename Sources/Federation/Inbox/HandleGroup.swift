import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// Joining, leaving, inviting and moderating, on the node of the group and on those of its people (Spec/features/group.md §5).
///
/// Two kinds of senders count: the group itself, about itself, and people about a group of this node, by their role in it.
struct HandleGroup {
    let world: World
    private var addresses: Addresses { world.needs.addresses }

    func plan(_ activity: Activity) throws -> Plan {
        switch activity.object.type {
        case "Join": return .effect(try join(activity))
        case "Leave": return .effect(try leave(activity))
        default: return .errand { try await prepare(activity) }
        }
    }

    // MARK: People

    private func join(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [needs = world.needs, person = activity.actor] transaction in
            guard needs.addresses.isOwn(target), let group = try Self.group(target, in: transaction) else {
                throw Refusal.notFound("Record")
            }
            guard try !transaction.isMovedGroup(target) else {
                try transaction.append(
                    .joinAnswered(person.id, group: group.actor, uri: activity.id, isAccepted: false))
                return try transaction.append(.groupMoved(group.actor, for: person.id))
            }
            do {
                try GroupRoster.join(person, group, uri: activity.id, needs: needs, in: transaction)
            } catch Refusal.notAllowed {
                try transaction.append(
                    .joinAnswered(person.id, group: group.actor, uri: activity.id, isAccepted: false))
            }
        }
    }

    private func leave(_ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        return { [needs = world.needs, person = activity.actor.id] transaction in
            guard let group = try Self.group(target, in: transaction),
                let known = try transaction.membership(of: person, in: group.actor), known.state != .banned
            else { return }
            try GroupRoster.end(
                known, in: group, word: "left", by: person, needs: needs, in: transaction)
        }
    }

    /// The owner wants a group of this node run otherwise; the group tells everyone by its own Update.
    func change(_ wanted: ASObject, _ activity: Activity) throws -> Plan.Effect {
        let target = try activity.target()
        let wish = try GroupWire.wish(wanted)
        return { [needs = world.needs, person = activity.actor.id] transaction in
            guard let actor = try transaction.actor(target),
                let group = try Self.group(target, in: transaction)
            else { throw Refusal.notFound("Record") }
            guard actor.movedTo == nil else { throw MoveGroup.moved(actor) }
            try RunGroup.change(actor, group, wish, by: person, needs: needs, in: transaction)
        }
    }

    // MARK: The group itself, and moderators

    private func prepare(_ activity: Activity) async throws -> Plan.Effect {
        let type = activity.object.type
        guard let target = activity.object.uri("target").flatMap({ ObjectURI($0) }) else {
            throw Refusal.malformed(because: "the activity has no target")
        }
        let object = try activity.target()
        if type == "Invite" {
            return try await about(target, in: object, by: activity, told: .invited, decision: .invite)
        }
        if let group = Self.owner(of: target, "members") {
            guard type == "Add" else {
                return try await about(object, in: group, by: activity, told: nil, decision: .remove)
            }
            let role = activity.object.json["hallway:role"]?.string.flatMap { Membership.Role(word: $0) }
            let state = activity.object.json["hallway:state"]?.string.flatMap { Membership.State(word: $0) }
            guard let role else { throw Refusal.malformed(because: "the role is missing") }
            return try await about(
                object, in: group, by: activity, told: state ?? .member, decision: .role(role))
        }
        for (name, words) in [("featured", ("pin", "unpin")), ("outbox", ("remove", "remove"))] {
            guard let group = Self.owner(of: target, name) else { continue }
            return post(object, in: group, by: activity, type == "Add" ? words.0 : words.1)
        }
        throw Refusal.notAllowed(because: "the collection is another actor's")
    }

    /// A block that names a group: a ban.
    func ban(_ activity: Activity, from group: ObjectURI) async throws -> Plan.Effect {
        try await about(try activity.target(), in: group, by: activity, told: .banned, decision: .ban)
    }

    /// A person, by the word of the group or of one of its moderators. `told`: what the group says they are; nil for nothing
    /// any more.
    func about(
        _ name: ObjectURI, in group: ObjectURI, by activity: Activity, told: Membership.State?,
        decision: GroupDecision
    ) async throws -> Plan.Effect {
        guard group != activity.actor.uri else {
            return try await tell(name, activity, told)
        }
        guard addresses.isOwn(group) else {
            throw Refusal.notAllowed(because: "the group is of another node")
        }
        // Whoever may not decide does not make us ask other nodes, either.
        let mayDecide = try await world.needs.store.read { transaction in
            try Self.group(group, in: transaction).map {
                try transaction.membership(of: activity.actor.id, in: $0.actor)?.moderates == true
            } ?? false
        }
        guard mayDecide else { throw Refusal.notAllowed(because: "only its moderators decide in a group") }
        let person = try await actor(name)
        return { [needs = world.needs, actor = activity.actor.id] transaction in
            guard let group = try Self.group(group, in: transaction),
                let host = try transaction.actor(group.actor)
            else { throw Refusal.notFound("Record") }
            guard host.movedTo == nil else { throw MoveGroup.moved(host) }
            try GroupRoster.decide(
                decision, about: person, in: group, by: actor, needs: needs, in: transaction)
        }
    }

    private func tell(
        _ name: ObjectURI, _ activity: Activity, _ state: Membership.State?
    ) async throws -> Plan.Effect {
        let id = activity.actor.id
        guard activity.actor.kind == .group else { throw Refusal.notAllowed(because: "not a group") }
        let isConcerned = try await world.needs.store.read { [addresses] transaction in
            try addresses.isOwn(name)
                || transaction.moderators(of: id).contains { try transaction.isLocal($0.person) }
        }
        guard isConcerned else { return { _ in } }
        let person = try await actor(name)
        let role = activity.object.json["hallway:role"]?.string.flatMap { Membership.Role(word: $0) }
        let isTrusted = try await world.standing(of: activity.actor.uri.authority) == .member
        let isAutomatic = activity.object.bool("hallway:byRule") ?? false
        return { [needs = world.needs] transaction in
            guard let group = try transaction.group(id) else { return }
            guard let state else {
                guard let known = try transaction.membership(of: person.id, in: id) else { return }
                return try GroupRoster.end(
                    known, in: group, word: "removed", by: id, needs: needs, in: transaction)
            }
            var told = Membership(
                group: id, person: person.id, role: role ?? .member, state: state, uri: activity.id,
                createdAt: activity.receivedAt)
            told.isAutomatic = isAutomatic
            try GroupRoster.receive(told, isTrusted: isTrusted, needs: needs, in: transaction)
        }
    }

    private func post(
        _ name: ObjectURI, in group: ObjectURI, by activity: Activity, _ word: String
    ) -> Plan.Effect {
        { [needs = world.needs, actor = activity.actor] transaction in
            guard let post = try transaction.post(name), post.deletedAt == nil,
                let id = try transaction.actorID(group), try transaction.group(ofPost: post.id) == id
            else { throw Refusal.notFound("Record") }
            guard group != actor.uri else {
                return try RunGroup.perform(word, post, in: id, needs: needs, in: transaction)
            }
            guard needs.addresses.isOwn(group), let settings = try transaction.group(id) else {
                throw Refusal.notAllowed(because: "the collection is another actor's")
            }
            try RunGroup.decide(word, post, in: settings, by: actor.id, needs: needs, in: transaction)
        }
    }

    // MARK: Answers

    /// The answer to a Join or an Invite, where no follow was meant. Returns whether it was one.
    static func answer(
        _ activity: Activity, isAccepted: Bool, needs: Needs, in transaction: Transaction
    ) throws -> Bool {
        let embedded = activity.object.objects("object").first
        let uri = activity.object.uri("object").flatMap { ObjectURI($0) }
        let host = try embedded?.uri("object").flatMap { ObjectURI($0) }.flatMap {
            try transaction.actorID($0)
        }
        let named = try embedded?.uri("actor").flatMap { ObjectURI($0) }
            .flatMap { try transaction.actorID($0) }
            .flatMap { try transaction.membership(of: $0, in: host ?? activity.actor.id) }
        guard let membership = try uri.flatMap({ try transaction.membership($0) }) ?? named,
            let group = try transaction.group(membership.group)
        else { return false }
        let actor = activity.actor.id
        let isOwn = try transaction.isLocal(membership.group)
        if actor == membership.group {
            guard membership.state == .asked || membership.state == .invited else { return true }
            var told = membership
            told.state = .member
            if isAccepted {
                try GroupRoster.receive(told, isTrusted: false, needs: needs, in: transaction)
            } else {
                try GroupRoster.end(
                    membership, in: group, word: "refused", by: actor, needs: needs, in: transaction)
            }
            return true
        }
        guard isOwn else { throw Refusal.notAllowed(because: "only the group answers") }
        if actor == membership.person {
            guard membership.state == .invited else { return true }
            if isAccepted {
                try GroupRoster.join(
                    activity.actor, group, uri: membership.uri, needs: needs, in: transaction)
            } else {
                try GroupRoster.end(
                    membership, in: group, word: "declined", by: actor, needs: needs, in: transaction)
            }
            return true
        }
        guard let person = try transaction.actor(membership.person) else { return true }
        try GroupRoster.decide(
            isAccepted ? .approve : .refuse, about: person, in: group, by: actor, needs: needs,
            in: transaction)
        return true
    }

    // MARK: What it needs itself

    private func actor(_ name: ObjectURI) async throws -> Actor {
        guard addresses.isOwn(name) else { return try await RemoteActors(world: world).actor(name) }
        guard let actor = try await world.needs.store.read({ try $0.actor(name) }), actor.state == .active
        else { throw Refusal.notFound("Record") }
        return actor
    }

    private static func group(_ uri: ObjectURI, in transaction: Transaction) throws -> Group? {
        guard let actor = try transaction.actor(uri), actor.isLocal, actor.state == .active else {
            return nil
        }
        return try transaction.group(actor.id)
    }

    /// The group whose collection of that name this is: collections are below their actor.
    private static func owner(of collection: ObjectURI, _ name: String) -> ObjectURI? {
        let path = collection.pathAndQuery
        guard path.hasSuffix("/\(name)") else { return nil }
        return collection.sibling(String(path.dropLast(name.count + 1)))
    }
}
