public import Domain
import FoundationEssentials
public import Storage

/// Moves a group to another node (Spec/features/group.md §8, Spec/decisions/0022).
///
/// The new group says first that it was the old one (*claim*), then the old group's owner has it offered (*move*); the new
/// node reads everything and says so, the old one says that it moved (*leave*), and everyone follows.
public struct MoveGroup: Sendable {
    /// How far back a node sends again what its people wrote, in case it reached the old node too late.
    private static let repeated: Double = 14 * 86400
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// On the new node: its owner names the group that an empty one is to become.
    ///
    /// - Throws: ``Refusal`` for who does not own it, for a group that is not empty, and for one whose owner does not belong
    ///   to the old group.
    public func claim(_ id: ActorID, from old: ActorID, by person: ActorID) async throws {
        try await needs.store.write { [needs] transaction in
            try Self.claim(id, from: old, by: person, needs: needs, in: transaction)
        }
    }

    /// Has a group moved, at once where it is of this node, or else by asking its node. `id`: the old group.
    ///
    /// - Throws: ``Refusal`` for anyone but the owner, and for what it cannot become.
    public func move(_ id: ActorID, to new: ActorID, by person: ActorID) async throws {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let (source, group) = try transaction.knownGroup(id, to: .person(person))
            let (target, _) = try transaction.knownGroup(new, to: .person(person))
            guard !source.isLocal else {
                return try Self.offer(source, group, to: target, by: person, needs: needs, in: transaction)
            }
            try Self.checkOwner(person, of: group, in: transaction)
            if target.isLocal { try Self.claim(new, from: id, by: person, needs: needs, in: transaction) }
            try transaction.append(.groupMoveAsked(person, group: id, target: target.uri))
        }
    }

    // MARK: On the new node

    private static func claim(
        _ id: ActorID, from old: ActorID, by person: ActorID, needs: Needs, in transaction: Transaction
    ) throws {
        _ = try transaction.actingPerson(person)
        let (empty, settings) = try transaction.knownGroup(id, to: .person(person))
        var target = empty
        let (source, _) = try transaction.knownGroup(old, to: .person(person))
        guard target.isLocal, !source.isLocal else {
            throw Refusal.notAllowed(because: "A group moves from one office to another")
        }
        try checkOwner(person, of: settings, in: transaction)
        guard try transaction.isMember(person, of: old) else {
            throw Refusal.notAllowed(because: "Only a member of a group takes it over")
        }
        let known = try transaction.groupMove(from: source.uri)
        guard try transaction.isEmptyGroup(id, but: person) || known?.target == target.uri else {
            throw Refusal.notAllowed(because: "Only an empty group takes another one over")
        }
        guard known.map({ $0.target != target.uri || [.claimed, .refused].contains($0.state) }) ?? true else {
            return
        }
        // Of a secret group this tells an address that answers nobody.
        target.alsoKnownAs = [source.uri]
        try transaction.save(target)
        try transaction.save(
            GroupMove(source: source.uri, target: target.uri, state: .claimed, at: needs.now()))
    }

    /// The old group offers itself: what it holds is read, or it is told why not.
    public static func consider(
        _ source: Actor, target: Actor, page: ObjectURI, needs: Needs, in transaction: Transaction
    ) throws {
        guard var move = try transaction.groupMove(from: source.uri), move.target == target.uri else {
            return try transaction.append(
                .groupMoveAnswered(
                    target.id, source: source.uri,
                    reason: "The new group does not take this one over: its owner has to say so first"))
        }
        switch move.state {
        case .claimed, .refused:
            (move.state, move.at) = (.reading, needs.now())
            try transaction.save(move)
            try transaction.save(GroupReading(group: source.id, page: page, nextAt: needs.now()))
        case .reading, .arriving, .offered: break
        case .ready, .done:
            // The answer was lost: answer again.
            try transaction.append(.groupMoveAnswered(target.id, source: source.uri, reason: nil))
        }
    }

    /// Everything that the old node had to tell is here: the new group is run as the old one was, by the same people.
    /// `roster`: everyone who stands to the old group in any way.
    public static func takeOver(
        _ source: Actor, _ settings: Group, roster: [Membership], pins: [ObjectURI], needs: Needs,
        in transaction: Transaction
    ) throws {
        guard var move = try transaction.groupMove(from: source.uri),
            var target = try transaction.actor(move.target), target.isLocal,
            [.reading, .arriving].contains(move.state)
        else { return }
        var group = settings
        group.actor = target.id
        (target.displayName, target.summary) = (source.displayName, source.summary)
        (target.isLocked, target.isDiscoverable) = (group.kind != .open, group.kind != .secret)
        try transaction.save(target)
        try transaction.save(group)
        let named = Set(roster.map(\.person))
        for known in try transaction.memberships(in: target.id, after: 0, limit: Int(Int32.max))
        where !named.contains(known.person) && known.createdAt <= move.at {
            try transaction.deleteMembership(of: known.person, in: target.id)
        }
        for var membership in roster {
            membership.group = target.id
            try transaction.save(membership)
        }
        guard move.state == .arriving else {
            move.state = .ready
            try transaction.save(move)
            return try transaction.append(
                .groupMoveAnswered(target.id, source: source.uri, reason: nil))
        }
        try transaction.repoint(source.id, to: target.id, isLeaving: false)
        for uri in pins {
            guard let post = try transaction.post(uri), post.group == target.id else { continue }
            try transaction.setPinned(true, post.id, in: target.id)
        }
        move.state = .done
        try transaction.save(move)
        try note("moved here", target, needs: needs, in: transaction)
        try transaction.append(.profileChanged(target.id))
    }

    /// It cannot be read: the old node is told, and nothing has changed there.
    public static func giveUp(_ source: Actor, needs: Needs, in transaction: Transaction) throws {
        guard var move = try transaction.groupMove(from: source.uri), move.state == .reading,
            let target = try transaction.actor(move.target)
        else { return }
        (move.state, move.reason) = (.refused, "What the group holds could not be read")
        try transaction.save(move)
        try transaction.append(
            .groupMoveAnswered(target.id, source: source.uri, reason: move.reason))
    }

    // MARK: On the old node

    /// The owner, of any node, wants a group of this node to move.
    public static func offer(
        _ source: Actor, _ group: Group, to target: Actor, by person: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        try checkOwner(person, of: group, in: transaction)
        guard source.movedTo == nil else { throw moved(source) }
        guard target.kind == .group, !target.isLocal else {
            throw Refusal.invalid(field: "Target", because: "is a group of another office")
        }
        if let known = try transaction.groupMove(to: source.uri), known.state != .done,
            known.state != .refused
        {
            throw Refusal.notAllowed(because: "The group has not arrived here yet")
        }
        try transaction.save(
            GroupMove(source: source.uri, target: target.uri, state: .offered, at: needs.now()))
        try transaction.append(.groupMoveOffered(source.id, target: target.uri))
    }

    /// The new group has taken everything over: the old one says to all that it moved, and takes nothing any more. Or it
    /// refuses (`reason`), and everything stays.
    public static func answered(
        _ source: Actor, by target: Actor, refusedBecause reason: String?, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard var move = try transaction.groupMove(from: source.uri), move.target == target.uri else {
            throw Refusal.notAllowed(because: "the group was not offered to this one")
        }
        guard move.state == .offered else { return }
        move.state = reason == nil ? .done : .refused
        move.reason = reason ?? ""
        try transaction.save(move)
        guard reason == nil else { return }
        try note("moved", source, needs: needs, in: transaction)
        try follow(source, to: target, needs: needs, in: transaction)
        try transaction.append(.groupMoved(source.id, for: nil))
    }

    // MARK: Everywhere

    /// Re-points what this node knows of the old group, which has said that it moved. Doing it twice is doing it once.
    public static func follow(
        _ source: Actor, to target: Actor, needs: Needs, in transaction: Transaction
    ) throws {
        guard source.movedTo ?? target.uri == target.uri else {
            throw Refusal.notAllowed(because: "the group has moved elsewhere already")
        }
        guard try transaction.group(target.id) != nil else {
            throw Refusal.malformed(because: "the new group does not say how it is run")
        }
        if target.isLocal {
            guard var move = try transaction.groupMove(from: source.uri), move.target == target.uri else {
                throw Refusal.notAllowed(because: "the new group does not take this one over")
            }
            guard move.state == .ready, var reading = try transaction.groupReading(source.id) else { return }
            move.state = .arriving
            try transaction.save(move)
            (reading.isDone, reading.attempts, reading.nextAt) = (false, 0, needs.now())
            try transaction.save(reading)
            return try mark(source, to: target, in: transaction)
        }
        try mark(source, to: target, in: transaction)
        guard try transaction.repoint(source.id, to: target.id, isLeaving: source.isLocal), !source.isLocal
        else { return }
        for post in try transaction.ownPosts(in: target.id, since: needs.now() - repeated) {
            try transaction.append(.groupPostRepeated(post))
        }
    }

    /// Says of a group of this node that it is elsewhere.
    public static func moved(_ group: Actor) -> Refusal {
        .notAllowed(because: "The group has moved to \(group.movedTo?.string ?? "another office")")
    }

    private static func mark(_ source: Actor, to target: Actor, in transaction: Transaction) throws {
        var source = source
        source.movedTo = target.uri
        try transaction.save(source)
    }

    private static func checkOwner(_ person: ActorID, of group: Group, in transaction: Transaction) throws {
        let own = try transaction.membership(of: person, in: group.actor)
        guard let own, own.state == .member, own.role == .owner else {
            throw group.kind == .secret && own?.state != .member
                ? Refusal.notFound("Record") : .notAllowed(because: "Only the owner has a group moved")
        }
    }

    private static func note(
        _ word: String, _ group: Actor, needs: Needs, in transaction: Transaction
    ) throws {
        guard let owner = try transaction.moderators(of: group.id).first else { return }
        try transaction.insert(
            GroupRecord(actor: owner.person, person: owner.person, word: word, at: needs.now()), of: group.id)
    }
}
