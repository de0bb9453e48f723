public import Domain
import Markup
public import Storage

/// Founds groups and decides how they are run (Spec/features/group.md §1).
public struct RunGroup: Sendable {
    /// Posts that a group shows first.
    private static let pins = 10
    let needs: Needs
    let makeKeys: @Sendable (ActorID, ObjectURI) throws -> [ActorKey]

    /// `people`: whoever makes people makes groups: both have keys.
    public init(people: People) {
        needs = people.needs
        makeKeys = people.makeKeys
    }

    /// A group as its owner wants it; nil leaves a part as it is.
    public struct Wish: Sendable {
        public var displayName: String?
        public var summary: String?
        public var rules: String?
        public var kind: Group.Kind?
        public var posting: Group.Posting?
        /// Both words empty: no rule.
        public var rule: Group.Rule?

        public init() {}

        /// As interfaces and forms spell it; nil or empty words leave a part as it is, but for the rule's, which are given
        /// together.
        public init(
            displayName: String?, summary: String?, rules: String?, kind: String?, posting: String?,
            department: String?, office: String?
        ) throws(Refusal) {
            (self.displayName, self.summary, self.rules) = (displayName, summary, rules)
            if let word = kind, !word.isEmpty {
                guard let kind = Group.Kind(word: word) else {
                    throw .invalid(field: "Kind", because: "is not in the list")
                }
                self.kind = kind
            }
            if let word = posting, !word.isEmpty {
                guard let posting = Group.Posting(word: word) else {
                    throw .invalid(field: "Posting", because: "is not in the list")
                }
                self.posting = posting
            }
            if department != nil || office != nil {
                rule = Group.Rule(department: department ?? "", office: office ?? "")
            }
        }

        private static let (line, cell): (Character, Character) = ("\u{1E}", "\u{1F}")

        /// Written out for the node's log.
        var text: String {
            let words: [(String, String?)] = [
                ("name", displayName), ("summary", summary), ("rules", rules), ("kind", kind?.word),
                ("posting", posting?.word), ("department", rule?.department), ("office", rule?.office),
            ]
            return words.compactMap { name, value in
                value.map { "\(name)\(Self.cell)\($0.filter { $0 != Self.line && $0 != Self.cell })" }
            }.joined(separator: String(Self.line))
        }

        /// From the node's log; nil for what this release does not understand.
        public init?(text: String) {
            var words: [String: String] = [:]
            for line in text.split(separator: Self.line) {
                let cells = line.split(separator: Self.cell, maxSplits: 1, omittingEmptySubsequences: false)
                guard cells.count == 2 else { return nil }
                words[String(cells[0])] = String(cells[1])
            }
            do {
                try self.init(
                    displayName: words["name"], summary: words["summary"], rules: words["rules"],
                    kind: words["kind"], posting: words["posting"], department: words["department"],
                    office: words["office"])
            } catch {
                return nil
            }
        }
    }

    /// Founds a group; whoever founds it owns it.
    ///
    /// - Throws: ``Refusal`` for a name that is taken, reserved or malformed.
    public func found(_ name: String, _ wish: Wish, by person: ActorID) async throws -> Actor {
        try People.check(name: name)
        let id: ActorID = needs.ids.next()
        let uri = needs.addresses.actor(id)
        let actor = Actor(
            id: id, uri: uri, kind: .group, name: name, host: nil, displayName: name,
            endpoints: needs.addresses.endpoints(of: uri), url: needs.addresses.page(person: name),
            createdAt: needs.now())
        let keys = try makeKeys(id, uri)
        return try await needs.store.write { [needs, actor] transaction in
            _ = try transaction.writingPerson(person, needs: needs)
            guard try transaction.localActor(named: name) == nil else {
                throw Refusal.invalid(field: "Name", because: "has already been taken")
            }
            let made = try Self.apply(
                wish, to: actor, Group(actor: id, kind: wish.kind ?? .open), needs: needs, in: transaction)
            for key in keys { try transaction.save(key) }
            let owner = Membership(
                group: id, person: person, role: .owner, state: .member, uri: needs.activityURI(),
                createdAt: needs.now())
            try transaction.save(owner)
            try transaction.insert(
                GroupRecord(actor: person, person: person, word: "founded", at: needs.now()), of: id)
            return made
        }
    }

    /// Changes how a group is run, and tells the nodes of its members; a group of another node is asked to change, and
    /// answered as it is until then.
    public func change(_ id: ActorID, _ wish: Wish, by person: ActorID) async throws -> Actor {
        try await needs.store.write { [needs] transaction in
            let (actor, group) = try transaction.knownGroup(id, to: .person(person))
            _ = try transaction.writingPerson(person, needs: needs)
            guard actor.isLocal else {
                try Self.check(wish, for: group, by: person, in: transaction)
                _ = try Self.merge(wish, into: actor, group, needs: needs)
                try transaction.append(.groupChangeAsked(person, group: id, wish: wish.text))
                return actor
            }
            return try Self.change(actor, group, wish, by: person, needs: needs, in: transaction)
        }
    }

    /// The same for the owner of any node, on the group's own.
    ///
    /// - Throws: ``Refusal`` for anyone else, and for what a group may not become.
    @discardableResult
    public static func change(
        _ actor: Actor, _ group: Group, _ wish: Wish, by person: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws -> Actor {
        try check(wish, for: group, by: person, in: transaction)
        let made = try apply(wish, to: actor, group, needs: needs, in: transaction)
        try transaction.append(.profileChanged(actor.id))
        return made
    }

    private static func check(
        _ wish: Wish, for group: Group, by person: ActorID, in transaction: Transaction
    ) throws {
        let own = try transaction.membership(of: person, in: group.actor)
        guard let own, own.state == .member, own.role == .owner else {
            throw group.kind == .secret && own?.state != .member
                ? Refusal.notFound("Record")
                : .notAllowed(because: "Only the owner changes how the group is run")
        }
        // What was written for some must not be shown to others afterwards.
        if let kind = wish.kind, kind.rawValue < group.kind.rawValue {
            throw Refusal.notAllowed(
                because: "A group does not become more open: its members wrote for each other")
        }
    }

    /// Pins a post of the group, unpins it (`unpin`), or takes it away (`remove`).
    public func post(_ word: String, _ post: PostID, by person: ActorID) async throws {
        try await needs.store.write { [needs] transaction in
            guard let post = try transaction.post(post), post.deletedAt == nil, let id = post.group else {
                throw Refusal.notFound("Record")
            }
            let (host, group) = try transaction.knownGroup(id, to: .person(person))
            // Nobody gets out of their hands by blocking them.
            guard try transaction.membership(of: person, in: id)?.moderates == true else {
                _ = try transaction.visiblePost(post.id, to: .person(person))
                throw Refusal.notAllowed(because: "Only moderators of the group may do that")
            }
            guard host.isLocal else {
                return try transaction.append(.moderated(person, group: id, about: post.uri, word: word))
            }
            try Self.decide(word, post, in: group, by: person, needs: needs, in: transaction)
        }
    }

    /// The same for a moderator of any node.
    public static func decide(
        _ word: String, _ post: Post, in group: Group, by actor: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard try transaction.group(ofPost: post.id) == group.actor, post.deletedAt == nil,
            try transaction.membership(of: actor, in: group.actor)?.moderates == true
        else { throw Refusal.notAllowed(because: "Only moderators of the group may do that") }
        if word == "pin", try transaction.countPins(of: group.actor) >= pins {
            throw Refusal.invalid(field: "Post", because: "\(pins) posts are pinned already")
        }
        try transaction.append(.groupPost(post.id, group: group.actor, word: word))
        try perform(word, post, in: group.actor, needs: needs, in: transaction)
    }

    /// What the group's word about a post leads to, on every node.
    public static func perform(
        _ word: String, _ post: Post, in group: ActorID, needs: Needs, in transaction: Transaction
    ) throws {
        switch word {
        case "pin": try transaction.setPinned(true, post.id, in: group)
        case "unpin": try transaction.setPinned(false, post.id, in: group)
        case "remove": try Withdraw.perform(post, at: needs.now(), in: transaction)
        default: throw Refusal.invalid(field: "Decision", because: "is not in the list")
        }
    }

    private static func apply(
        _ wish: Wish, to actor: Actor, _ group: Group, needs: Needs, in transaction: Transaction
    ) throws -> Actor {
        let (actor, group) = try merge(wish, into: actor, group, needs: needs)
        try transaction.save(actor)
        try transaction.save(group)
        try GroupRoster.keepInStep(group, needs: needs, in: transaction)
        return actor
    }

    /// What a wish makes of a group.
    private static func merge(
        _ wish: Wish, into actor: Actor, _ group: Group, needs: Needs
    ) throws(Refusal) -> (Actor, Group) {
        var (actor, group) = (actor, group)
        guard (wish.displayName ?? "").length <= Limits.displayName,
            (wish.summary ?? "").length <= Limits.biography
        else {
            throw .invalid(
                field: "Name and description",
                because: "at most \(Limits.displayName) and \(Limits.biography) characters")
        }
        if let name = wish.displayName, !name.isEmpty { actor.displayName = name }
        if let summary = wish.summary {
            actor.summary = WrittenText(summary).html(
                mention: { _ in nil }, tag: { needs.addresses.page(hashtag: $0) })
        }
        group.kind = wish.kind ?? group.kind
        group.posting = wish.posting ?? group.posting
        group.rules = wish.rules ?? group.rules
        if let rule = wish.rule {
            group.rule = rule.department.isEmpty && rule.office.isEmpty ? nil : rule
        }
        try group.check()
        actor.isLocked = group.kind != .open
        actor.isDiscoverable = group.kind != .secret
        actor.isIndexable = false
        return (actor, group)
    }
}

extension Post {
    /// Puts a post into a group: those who belong read it, in an open one everybody of the organisation.
    public mutating func place(in group: Group) {
        self.group = group.actor
        audience = group.kind == .open ? .organisation : .group(group.actor)
    }
}
