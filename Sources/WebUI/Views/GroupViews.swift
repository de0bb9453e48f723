import Domain
import Markup
import Social
import Storage
import Surface

/// What pages show of groups.
struct GroupViews {
    /// Of those who stand to a group in one way, so many are on a page.
    private static let size = 200
    let desk: Desk
    let seal: String

    func path(_ actor: Actor) -> String { "/groups/\(actor.id)" }

    /// A line of a list.
    func row(_ actor: Actor, _ group: Group, for person: ActorID, in transaction: Transaction) throws
        -> [String: Any]
    {
        var values = PersonView(desk: desk).values(actor)
        values["path"] = path(actor)
        values["kindWord"] = Self.word(group.kind)
        values["facts"] = try facts(actor, for: person, in: transaction)
        return values
    }

    func facts(_ actor: Actor, for person: ActorID, in transaction: Transaction) throws -> String {
        let place = "at \(actor.host ?? desk.needs.addresses.authority)"
        guard actor.isLocal else { return place }
        let members = try transaction.countMembers(of: actor.id)
        return "\(members == 1 ? "1 member" : "\(members) members") · \(place)"
    }

    static func word(_ kind: Group.Kind) -> String {
        switch kind {
        case .open: "Open"
        case .closed: "Closed"
        case .secret: "Secret"
        }
    }

    /// How much of a group one may be told of.
    static func levels(chosen: NotificationLevel) -> [[String: Any]] {
        NotificationLevel.allCases.reversed().map { level in
            let label =
                switch level {
                case .all: "Every thread that begins"
                case .highlights: "Threads of those who look after the group"
                case .mentions: "Only what names or answers me"
                case .nothing: "Nothing"
                }
            return ["value": level.word, "label": label, "isChosen": level == chosen]
        }
    }

    static func word(_ role: Membership.Role) -> String? {
        switch role {
        case .guest: "Guest"
        case .member: nil
        case .moderator: "Moderator"
        case .owner: "Owner"
        }
    }

    /// The button by which one joins or leaves, and what is said of how one stands.
    func belonging(_ id: ActorID, _ group: Group, _ own: Membership?) -> [String: Any] {
        func button(_ verb: String, _ label: String, _ isQuiet: Bool) -> [String: Any] {
            ["id": id.description, "verb": verb, "label": label, "isQuiet": isQuiet, "seal": seal]
        }
        return switch own?.state {
        case .member: ["belonging": button("leave", "Leave", true)]
        case .asked:
            [
                "belonging": button("leave", "Take back", true),
                "standing": "You asked to join. The moderators of the group decide.",
            ]
        case .invited:
            [
                "belonging": button("join", "Accept", false), "standing": "You are invited to this group.",
                "isInvited": true,
            ]
        case .banned: ["standing": "You are banned from this group."]
        case nil: ["belonging": button("join", group.kind == .open ? "Join" : "Ask to join", false)]
        }
    }

    /// The form by which a group is founded or changed.
    func form(
        _ actor: Actor?, _ group: Group?, action: String, label: String
    ) -> [String: Any] {
        let kinds: [(Group.Kind, String)] = [
            (.open, "Open: everyone reads and joins"),
            (.closed, "Closed: everyone knows of it, members read"),
            (.secret, "Secret: only members know that it exists"),
        ]
        let postings: [(Group.Posting, String)] = [
            (.members, "Members"), (.moderators, "Moderators; members answer"),
        ]
        let chosen = (group?.kind ?? .open, group?.posting ?? .members)
        return [
            "action": action, "label": label, "seal": seal, "isNew": actor == nil, "name": "",
            "displayName": actor?.displayName ?? "",
            "note": actor.map { SafeHTML.plainText($0.summary) } ?? "",
            "rules": group?.rules ?? "", "department": group?.rule?.department ?? "",
            "office": group?.rule?.office ?? "",
            // A group does not become more open.
            "kinds": kinds.filter { $0.0.rawValue >= group?.kind.rawValue ?? 0 }.map {
                ["value": $0.0.word, "label": $0.1, "isChosen": $0.0 == chosen.0] as [String: Any]
            },
            "postings": postings.map {
                ["value": $0.0.word, "label": $0.1, "isChosen": $0.0 == chosen.1] as [String: Any]
            },
        ]
    }

    /// The form with what was typed into it in its place.
    static func fill(_ form: [String: Any], from fields: Fields) -> [String: Any] {
        var form = form
        for (key, name) in [
            ("name", "name"), ("displayName", "display_name"), ("note", "note"), ("rules", "rules"),
            ("department", "department"), ("office", "office"),
        ] {
            form[key] = fields[name] ?? ""
        }
        for (key, name) in [("kinds", "kind"), ("postings", "posting")] {
            guard let choices = form[key] as? [[String: Any]] else { continue }
            form[key] = TypedWords.chosen(fields[name], in: choices)
        }
        return form
    }

    /// Where its owner has it moved, and how far that is.
    func move(_ actor: Actor, _ own: Membership, in transaction: Transaction) throws -> [String: Any] {
        var values: [String: Any] = ["id": actor.id.description, "seal": seal]
        if let move = try transaction.groupMove(from: actor.uri) ?? transaction.groupMove(to: actor.uri) {
            let other = move.source == actor.uri ? move.target : move.source
            let name = try transaction.actor(other).map { PersonView(desk: desk).handle($0) } ?? other.string
            values["progress"] = Self.progress(move, with: name)
        }
        if try actor.isLocal && transaction.isEmptyGroup(actor.id, but: own.person) {
            values["mayClaim"] = true
        }
        return values
    }

    private static func progress(_ move: GroupMove, with name: String) -> String {
        switch move.state {
        case .claimed: "This group is ready to take \(name) over, once that is moved here."
        case .offered: "\(name) was asked to take this group over. Everything goes on here until it has."
        case .reading: "What \(name) holds is being read."
        case .ready: "Everything is here; \(name) is about to say that it moved."
        case .arriving: "The last posts of \(name) are being read."
        case .done: "This group came from \(name)."
        case .refused: "The move between this group and \(name) was refused: \(move.reason)"
        }
    }

    /// The list of members, and for moderators those who wait, were invited or are banned: the first page of each, or one
    /// page of one of them. `only`: that one. `after`: the last of the page before.
    func parts(
        _ id: ActorID, for person: ActorID, own: Membership?, only: Membership.State?, after: ActorID?,
        in transaction: Transaction
    ) throws -> [[String: Any]] {
        let states: [(Membership.State, String)] = [
            (.asked, "Waiting to be let in"), (.member, "Members"), (.invited, "Invited"),
            (.banned, "Banned"),
        ]
        return try states.filter { only == nil || $0.0 == only }.compactMap { state, heading in
            let found = try transaction.roster(
                of: id, state: state, for: person, after: after, limit: Self.size + 1)
            guard !found.isEmpty else { return nil }
            var list = found.prefix(Self.size).sorted { $0.role > $1.role }
            if state == .member {
                // Those who look after the group are found at its head, wherever their ids are.
                let heads = after == nil ? try transaction.moderators(of: id) : []
                list = heads + list.filter { !$0.moderates }
            }
            let actors = Dictionary(try transaction.actors(list.map(\.person)).map { ($0.id, $0) }) { $1 }
            let people = list.compactMap { membership in
                actors[membership.person].map { self.person($0, membership, own) }
            }
            var part: [String: Any] = ["heading": heading, "people": people]
            if found.count > Self.size {
                let last = found[Self.size - 1].person
                part["further"] = "/groups/\(id)?tab=members&state=\(state.word)&after=\(last)"
            }
            return part
        }
    }

    /// Somebody who stands to a group in some way, and what the reader may decide about them.
    private func person(_ actor: Actor, _ membership: Membership, _ own: Membership?) -> [String: Any] {
        var values = PersonView(desk: desk).values(actor)
        if let role = Self.word(membership.role), membership.state == .member { values["role"] = role }
        values["isByRule"] = membership.isAutomatic
        let choices = Self.choices(membership, own)
        if !choices.isEmpty {
            values["decide"] =
                [
                    "group": membership.group.description, "person": actor.id.description,
                    "who": PersonView(desk: desk).name(actor), "seal": seal,
                    "choices": choices.map { ["value": $0.word, "label": Self.label($0)] },
                ] as [String: Any]
        }
        return values
    }

    private static func choices(_ other: Membership, _ own: Membership?) -> [GroupDecision] {
        guard let own, (try? own.mayDecide(about: other)) != nil else { return [] }
        switch other.state {
        case .asked: return [.approve, .refuse, .ban]
        case .invited: return [.remove]
        case .banned: return [.unban]
        case .member:
            let roles: [Membership.Role] =
                own.role == .owner ? [.moderator, .member, .guest, .owner] : [.member, .guest]
            return roles.filter { $0 != other.role }.map { .role($0) } + [.remove, .ban]
        }
    }

    private static func label(_ decision: GroupDecision) -> String {
        switch decision {
        case .approve: "Let in"
        case .refuse: "Decline"
        case .invite: "Invite"
        case .remove: "Remove"
        case .ban: "Ban"
        case .unban: "Lift the ban"
        case .role(.guest): "Make a guest"
        case .role(.member): "Make a member"
        case .role(.moderator): "Make a moderator"
        case .role(.owner): "Hand the group over"
        }
    }

    /// What was decided lately, in words.
    func records(_ id: ActorID, in transaction: Transaction) throws -> [[String: Any]] {
        let list = try transaction.records(of: id, limit: 30)
        let ids = Array(Set(list.flatMap { [$0.actor, $0.person] }))
        let names = Dictionary(
            try transaction.actors(ids).map { ($0.id, PersonView(desk: desk).name($0)) }
        ) { $1 }
        return list.map { record in
            let (actor, person) = (names[record.actor] ?? "Someone", names[record.person] ?? "someone")
            let text =
                record.actor == record.person
                ? "\(actor): \(record.word)" : "\(person): \(record.word), by \(actor)"
            return ["text": text].merging(Moments.values(record.at, now: desk.needs.now())) { $1 }
        }
    }
}
