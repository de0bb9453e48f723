public import Domain
public import Storage

/// Who belongs to a group (Spec/features/group.md §2–4). The group's own node decides; on others a request is kept until the
/// answer comes.
public struct GroupRoster: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Joins, asks to join, or takes up an invitation. Joining twice is joining once.
    public func join(_ id: ActorID, by person: ActorID) async throws -> Membership? {
        try await needs.store.write { [needs] transaction in
            let actor = try transaction.actingPerson(person)
            let (host, group) = try transaction.knownGroup(id, to: .person(person))
            let known = try transaction.membership(of: person, in: id)
            if known?.state == .banned {
                throw Refusal.notAllowed(because: "You are banned from this group")
            }
            guard known?.state != .member else { return known }
            guard !host.isLocal else {
                try Self.join(
                    actor, group, uri: known?.uri ?? needs.activityURI(), needs: needs, in: transaction)
                return try transaction.membership(of: person, in: id)
            }
            guard known?.state != .asked else { return known }
            var asked =
                known
                ?? Membership(
                    group: id, person: person, state: .asked, uri: needs.activityURI(),
                    createdAt: needs.now())
            asked.state = .asked
            try transaction.save(asked)
            try transaction.deleteNotifications(kind: .groupInvited, actor: id, person: person)
            try transaction.append(.joinAsked(person, group: id, uri: asked.uri))
            return asked
        }
    }

    /// Leaves, takes a request back or declines an invitation. Whoever owns the group is followed by ``Transaction/heir(of:)``.
    public func leave(_ id: ActorID, by person: ActorID) async throws {
        try await needs.store.write { [needs] transaction in
            let (_, group) = try transaction.knownGroup(id, to: .person(person))
            guard let known = try transaction.membership(of: person, in: id), known.state != .banned else {
                throw Refusal.notFound("Membership")
            }
            try Self.leave(known, in: group, needs: needs, in: transaction)
        }
    }

    /// The same, where it is known who leaves. `known`: no ban.
    static func leave(
        _ known: Membership, in group: Group, needs: Needs, in transaction: Transaction
    ) throws {
        if try !transaction.isLocal(group.actor) {
            try transaction.append(
                .groupLeft(
                    known.person, group: group.actor, uri: known.uri,
                    wasInvited: known.state == .invited && !needs.addresses.isOwn(known.uri)))
        }
        try end(known, in: group, word: "left", by: known.person, needs: needs, in: transaction)
    }

    /// Decides about a person: at once in a group of this node, by asking its node in another.
    public func decide(
        _ decision: GroupDecision, about other: ActorID, in id: ActorID, by person: ActorID
    ) async throws {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let (host, group) = try transaction.knownGroup(id, to: .person(person))
            let about = try transaction.livingActor(other)
            guard host.isLocal else {
                guard let own = try transaction.membership(of: person, in: id) else {
                    throw Refusal.notAllowed(because: "Only moderators of the group may do that")
                }
                try own.mayDecide(about: try transaction.membership(of: other, in: id))
                return try transaction.append(
                    .moderated(person, group: id, about: about.uri, word: decision.word))
            }
            try Self.decide(decision, about: about, in: group, by: person, needs: needs, in: transaction)
        }
    }

    // MARK: On the group's own node

    /// Lets a person in, or keeps their request.
    ///
    /// - Throws: ``Refusal`` for the banned, and for strangers to a secret group, for whom there is none.
    public static func join(
        _ person: Actor, _ group: Group, uri: ObjectURI, needs: Needs, in transaction: Transaction
    ) throws {
        guard person.kind == .person else { throw Refusal.notAllowed(because: "Only people join groups") }
        let known = try transaction.membership(of: person.id, in: group.actor)
        var membership =
            known
            ?? Membership(
                group: group.actor, person: person.id, state: .asked, uri: uri, createdAt: needs.now())
        membership.uri = uri
        switch (known?.state, group.kind) {
        case (.banned, .secret), (nil, .secret): throw Refusal.notFound("Record")
        case (.banned, _): throw Refusal.notAllowed(because: "You are banned from this group")
        case (.member, _):
            // Asked again because the answer was lost: answer again.
            try transaction.append(
                .joinAnswered(person.id, group: group.actor, uri: uri, isAccepted: true))
        case (.invited, _), (nil, .open), (.asked, .open):
            try enter(membership, word: "joined", by: person.id, needs: needs, in: transaction)
        case (nil, .closed), (.asked, _):
            try transaction.save(membership)
            if known == nil { try transaction.append(.affiliated(person.id, group: group.actor)) }
        }
    }

    /// Makes someone a member, and shows them what there is to read.
    static func enter(
        _ asked: Membership, word: String, by actor: ActorID, needs: Needs, in transaction: Transaction
    ) throws {
        var membership = asked
        membership.state = .member
        try transaction.save(membership)
        let (person, group) = (membership.person, membership.group)
        try transaction.insert(
            GroupRecord(actor: actor, person: person, word: word, at: needs.now()), of: group)
        try settled(person, group, in: transaction)
        if try transaction.isLocal(person) { try transaction.fillHome(of: person, fromGroup: group) }
        if let follow = try transaction.follow(person, group), follow.state == .asked {
            try FollowActor.accept(follow, in: transaction)
        }
        try transaction.append(
            .joinAnswered(person, group: group, uri: membership.uri, isAccepted: true))
        try transaction.append(.affiliated(person, group: group))
    }

    /// Ends how a person stands to a group, on whichever node.
    public static func end(
        _ membership: Membership, in group: Group, word: String, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        let (person, id) = (membership.person, membership.group)
        try transaction.deleteMembership(of: person, in: id)
        for kind in [Notification.Kind.groupInvited, .groupJoined] {
            try transaction.deleteNotifications(kind: kind, actor: id, person: person)
        }
        try settled(person, id, in: transaction)
        try FollowActor.end(person, id, in: transaction)
        try shutOut(person, of: id, needs: needs, in: transaction)
        let isOurs = try transaction.isLocal(id)
        if membership.state == .member {
            // What another node's group says of people who are not of this one does not tell who ended it.
            let isVague = try !isOurs && actor == id && !transaction.isLocal(person)
            try transaction.insert(
                GroupRecord(
                    actor: isVague ? person : actor, person: person,
                    word: isVague ? "left or was removed" : word, at: needs.now()), of: id)
        }
        guard isOurs else { return }
        try transaction.append(.affiliated(person, group: id))
        if membership.state == .member, membership.role == .owner, let heir = try transaction.heir(of: id) {
            try promote(heir, to: .owner, by: person, needs: needs, in: transaction)
        }
    }

    /// Gives a moderator's decision its effect; the same for those of this node and of others.
    ///
    /// - Throws: ``Refusal`` for anyone who may not decide it.
    public static func decide(
        _ decision: GroupDecision, about person: Actor, in group: Group, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard let own = try transaction.membership(of: actor, in: group.actor), own.state == .member else {
            throw group.kind == .secret
                ? Refusal.notFound("Record")
                : .notAllowed(because: "Only moderators of the group may do that")
        }
        let known = try transaction.membership(of: person.id, in: group.actor)
        try own.mayDecide(about: known)
        switch decision {
        case .approve:
            guard let known, known.state == .asked else { throw Refusal.notFound("Request") }
            try enter(known, word: "approved", by: actor, needs: needs, in: transaction)
        case .refuse:
            guard let known, known.state == .asked else { throw Refusal.notFound("Request") }
            try transaction.append(
                .joinAnswered(person.id, group: group.actor, uri: known.uri, isAccepted: false))
            try end(known, in: group, word: "refused", by: actor, needs: needs, in: transaction)
        case .invite: try invite(person, known, to: group, by: actor, needs: needs, in: transaction)
        case .remove:
            guard let known, known.state != .banned else { throw Refusal.notFound("Membership") }
            try end(known, in: group, word: "removed", by: actor, needs: needs, in: transaction)
        case .ban: try ban(person, known, from: group, by: actor, needs: needs, in: transaction)
        case .unban:
            guard let known, known.state == .banned else { throw Refusal.notFound("Ban") }
            try end(known, in: group, word: "unbanned", by: actor, needs: needs, in: transaction)
        case .role(let role):
            guard let known, known.state == .member else { throw Refusal.notFound("Membership") }
            guard role < own.role || own.role == .owner else {
                throw Refusal.notAllowed(because: "Only the owner names moderators")
            }
            try promote(known, to: role, by: actor, needs: needs, in: transaction)
            guard role == .owner else { return }
            try promote(own, to: .moderator, by: actor, needs: needs, in: transaction)
        }
    }

    private static func invite(
        _ person: Actor, _ known: Membership?, to group: Group, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard person.kind == .person else { throw Refusal.notAllowed(because: "Only people join groups") }
        switch known?.state {
        case .banned: throw Refusal.notAllowed(because: "This person is banned from the group")
        case .invited: return
        case .member:
            // Whoever is wanted in their own right stays when the rule no longer means them.
            guard var known, known.isAutomatic else { return }
            known.isAutomatic = false
            try transaction.save(known)
            try transaction.append(.affiliated(person.id, group: group.actor))
        case .asked:
            guard let known else { return }
            try enter(known, word: "approved", by: actor, needs: needs, in: transaction)
        case nil:
            try transaction.save(
                Membership(
                    group: group.actor, person: person.id, state: .invited, uri: needs.activityURI(),
                    createdAt: needs.now()))
            try transaction.append(.affiliated(person.id, group: group.actor))
        }
    }

    private static func ban(
        _ person: Actor, _ known: Membership?, from group: Group, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard person.id != actor else { throw Refusal.notAllowed(because: "You cannot ban yourself") }
        var banned =
            known
            ?? Membership(
                group: group.actor, person: person.id, state: .banned, uri: needs.activityURI(),
                createdAt: needs.now())
        (banned.state, banned.role, banned.isAutomatic) = (.banned, .guest, false)
        try transaction.save(banned)
        try shutOut(person.id, of: group.actor, needs: needs, in: transaction)
        try settled(person.id, group.actor, in: transaction)
        try transaction.insert(
            GroupRecord(actor: actor, person: person.id, word: "banned", at: needs.now()), of: group.actor)
        try transaction.append(.affiliated(person.id, group: group.actor))
    }

    private static func promote(
        _ membership: Membership, to role: Membership.Role, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        var changed = membership
        // Whoever is in it by the rule is so with any task: where the rule ends, that does.
        changed.role = role
        try transaction.save(changed)
        try transaction.insert(
            GroupRecord(actor: actor, person: membership.person, word: role.word, at: needs.now()),
            of: membership.group)
        try transaction.append(.affiliated(membership.person, group: membership.group))
        guard role >= .moderator, try !transaction.isLocal(membership.person) else { return }
        // Their node has to know who waits.
        for asked in try transaction.memberships(in: membership.group, state: .asked, limit: 200) {
            try transaction.append(.affiliated(asked.person, group: membership.group))
        }
    }

    /// Whoever belongs no more reads nothing, also where a post named them, and finds nothing at home; nor do they keep a
    /// place at events that they do not see (Spec/features/gathering.md §4), or stay quoted there (Spec/features/quote.md §4).
    private static func shutOut(
        _ person: ActorID, of group: ActorID, needs: Needs, in transaction: Transaction
    ) throws {
        try transaction.clearHome(of: person, fromGroup: group)
        try transaction.forgetNaming(of: person, inGroup: group)
        try QuotePost.withdraw(inGroup: group, by: person, at: needs.now(), in: transaction)
        try Attend.leaveAll(person, needs: needs, in: transaction) { $0.audience == .group(group) }
    }

    /// Once nobody waits any more, moderators need not be told that somebody does.
    private static func settled(
        _ person: ActorID, _ group: ActorID, in transaction: Transaction
    ) throws {
        guard try transaction.memberships(in: group, state: .asked, limit: 1).isEmpty else { return }
        try transaction.deleteNotifications(kind: .groupAsked, actor: group)
    }

    // MARK: By what people are

    /// Brings a group in step with the profiles that its rule is about; returns how many came and went.
    @discardableResult
    public static func keepInStep(
        _ group: Group, needs: Needs, in transaction: Transaction
    ) throws -> Int {
        guard let rule = group.rule else { return 0 }
        let leavers = try transaction.leavers(by: rule, from: group.actor)
        for person in leavers {
            guard let known = try transaction.membership(of: person, in: group.actor) else { continue }
            try end(known, in: group, word: "left by rule", by: group.actor, needs: needs, in: transaction)
        }
        let newcomers = try transaction.newcomers(by: rule, to: group.actor)
        for person in newcomers {
            let known = try transaction.membership(of: person, in: group.actor)
            var membership =
                known
                ?? Membership(
                    group: group.actor, person: person, state: .member, uri: needs.activityURI(),
                    createdAt: needs.now())
            membership.isAutomatic = known?.state != .invited
            try enter(membership, word: "joined by rule", by: group.actor, needs: needs, in: transaction)
        }
        return leavers.count + newcomers.count
    }

    /// The same for every group that has a rule.
    public static func keepAllInStep(needs: Needs, in transaction: Transaction) throws {
        for group in try transaction.ruledGroups() {
            try keepInStep(group, needs: needs, in: transaction)
        }
    }

    /// This node's first member of a group elsewhere: what was written before is read in the background.
    private static func readHistory(of id: ActorID, needs: Needs, in transaction: Transaction) throws {
        guard try transaction.localMembers(of: id).count == 1, let group = try transaction.actor(id),
            try transaction.groupMove(from: group.uri)?.state ?? .done == .done,
            let page = ObjectURI("\(group.uri)/history")
        else { return }
        try transaction.save(GroupReading(group: id, page: page, nextAt: needs.now()))
    }

    // MARK: What another node's group tells of its people

    /// Keeps what a group says about how a person stands to it. `isTrusted`: whether it may make people members who did not
    /// ask here; otherwise that is an invitation, whatever they were before.
    public static func receive(
        _ told: Membership, isTrusted: Bool, needs: Needs, in transaction: Transaction
    ) throws {
        let known = try transaction.membership(of: told.person, in: told.group)
        let isOwn = try transaction.isLocal(told.person)
        var state = told.state
        if isOwn, !isTrusted, told.state != known?.state {
            // Nor does it say for them that they asked.
            guard told.state != .asked else { return }
            if told.state == .member, known?.state != .asked { state = .invited }
        }
        var membership = known ?? told
        (membership.role, membership.state, membership.isAutomatic) = (told.role, state, told.isAutomatic)
        if told.state == .invited { membership.uri = told.uri }
        guard membership != known else { return }
        try transaction.save(membership)
        try note(membership, after: known, needs: needs, in: transaction)
        if isOwn, membership.state == .member, known?.state != .member {
            try transaction.fillHome(of: told.person, fromGroup: told.group)
            try readHistory(of: told.group, needs: needs, in: transaction)
        }
        if membership.state != .member, membership.state == .banned || known?.state == .member {
            try shutOut(told.person, of: told.group, needs: needs, in: transaction)
        }
        if membership.state != .asked { try settled(told.person, told.group, in: transaction) }
        if membership.state != known?.state {
            try transaction.append(.affiliated(told.person, group: told.group))
        }
    }

    /// What another node's group decided, for its members here to look up; who decided is not told.
    private static func note(
        _ membership: Membership, after known: Membership?, needs: Needs, in transaction: Transaction
    ) throws {
        let isNew = membership.state != known?.state
        let word: String? =
            switch membership.state {
            case .member where isNew: "joined"
            case .member: membership.role == known?.role ? nil : membership.role.word
            case .banned: isNew ? "banned" : nil
            case .asked, .invited: nil
            }
        guard let word else { return }
        let (person, group) = (membership.person, membership.group)
        let actor = isNew && membership.state == .member ? person : group
        try transaction.insert(
            GroupRecord(actor: actor, person: person, word: word, at: needs.now()), of: group)
    }
}
