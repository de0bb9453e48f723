import Domain
import FoundationEssentials
import Social
import Storage
import Surface

/// The box in which one writes.
struct ComposerView {
    let desk: Desk
    let seal: String
    let back: String

    /// `answered`: the post that is answered, with its author; nil for a new one.
    func values(for person: ActorID, answering answered: (Post, Actor)? = nil, in transaction: Transaction)
        throws
        -> [String: Any]
    {
        let actor = try transaction.actor(person)
        let login = try transaction.login(of: person)
        let own = login?.defaultAudience ?? .organisation
        var values: [String: Any] = [
            "seal": seal, "back": back, "label": "What would you like to tell your colleagues?", "text": "",
            "action": "Post", "policies": QuoteView.policies(chosen: login?.quotePolicy ?? .everyone),
            "audiences": audiences(
                chosen: answered?.0.audience ?? own, followers: actor?.counts.followers ?? 0)
                + (answered == nil ? try groups(of: person, in: transaction) : []),
        ]
        if let login, desk.needs.now() < login.createdAt + Guideline.newness,
            try transaction.guideline() != nil
        {
            values["isNewcomer"] = true
        }
        if try transaction.mustAccept(person) { values["mustAccept"] = true }
        if answered == nil {
            values["hasKinds"] = true
            values["kinds"] = try kinds(for: person, in: nil, transaction)
        }
        if let group = try answered?.0.group.flatMap({ try transaction.actor($0) }) {
            // An answer stays where its thread is.
            values["audiences"] = [
                ["value": "group:\(group.id)", "label": PersonView(desk: desk).name(group), "isChosen": true]
                    as [String: Any]
            ]
        }
        if let (post, author) = answered {
            values["isAnswer"] = true
            values["replyTo"] = post.id.description
            values["label"] = "Your answer to \(PersonView(desk: desk).name(author))"
            values["action"] = "Answer"
            let others = ([PersonView(desk: desk).handle(author)] + post.mentions.map(\.handle))
                .filter { $0 != actor.map { PersonView(desk: desk).handle($0) } }
            if post.author != person { values["text"] = Self.unique(others).map { "@\($0) " }.joined() }
        }
        return values
    }

    /// What can be written besides a post, each on a page of its own.
    private static let kinds = [
        ("/new/recognition", "Thank someone"), ("/new/question", "Ask a question"), ("/new/poll", "Poll"),
        ("/new/survey", "Survey"),
    ]

    /// `group`: where it is written, if that is in a group; the forms are then for the group as well.
    private func kinds(
        for person: ActorID, in group: ActorID?, _ transaction: Transaction
    ) throws -> [[String: Any]] {
        let query = group.map { "?group=\($0)" } ?? ""
        func links(_ kinds: [(String, String)]) -> [[String: Any]] {
            kinds.map { ["path": "\($0)\(query)", "label": $1] }
        }
        let label = Self.drafts(isRefused: try transaction.hasRefusedDraft(of: person))
        let drafts: [String: Any] = ["path": "/drafts", "label": label]
        // No group has announcements.
        let announcement =
            try group == nil ? AnnouncementView(desk: desk).kinds(for: person, in: transaction) : []
        return links(Self.kinds) + [drafts] + announcement + links(GatheringView.kinds)
    }

    private static func drafts(isRefused: Bool) -> String {
        isRefused ? "Drafts: one could not be published" : "Drafts"
    }

    /// The box of a group's page: what is written there is for the group.
    func values(for person: ActorID, in group: Actor, _ transaction: Transaction) throws -> [String: Any] {
        var values = try values(for: person, in: transaction)
        let name = PersonView(desk: desk).name(group)
        values["label"] = "What would you like to tell \(name)?"
        values["kinds"] = try kinds(for: person, in: group.id, transaction)
        values["audiences"] = [
            ["value": "group:\(group.id)", "label": name, "isChosen": true] as [String: Any]
        ]
        return values
    }

    /// The choices for what is kept for later. Where it is for none of them, as for a group that its author has left, it stays
    /// so until they choose: nothing that was for few goes to many unasked.
    func audiences(of draft: KeptDraft, in transaction: Transaction) throws -> [[String: Any]] {
        let own = try transaction.login(of: draft.person)?.defaultAudience ?? .organisation
        let group = try draft.group ?? draft.replyTo.flatMap { try transaction.group(ofPost: $0) }
        let followers = try transaction.actor(draft.person)?.counts.followers ?? 0
        let list =
            audiences(chosen: group == nil ? draft.audience ?? own : nil, followers: followers)
            + (try groups(of: draft.person, chosen: group, in: transaction))
        guard !list.contains(where: { $0["isChosen"] as? Bool == true }) else { return list }
        let known = try group.flatMap {
            try transaction.mayKnow($0, .person(draft.person)) ? transaction.actor($0) : nil
        }
        let label =
            known.map { "Group: \(PersonView(desk: desk).name($0))" }
            ?? (group == nil ? "As it was kept" : "Its group")
        let unchanged: [String: Any] = ["value": "", "label": label, "isChosen": true]
        return [unchanged] + list
    }

    /// The choices of a form on a page of its own. `word`: what was chosen; nil for the person's own default.
    func choices(
        _ word: String?, for person: ActorID, in transaction: Transaction
    ) throws -> [[String: Any]] {
        let named = Self.group(word)
        let own = try transaction.login(of: person)?.defaultAudience ?? .organisation
        let audience = (try? Self.audience(word)) ?? own
        let followers = try transaction.actor(person)?.counts.followers ?? 0
        let list =
            audiences(chosen: named == nil ? audience : nil, followers: followers)
            + (try groups(of: person, chosen: named, in: transaction))
        guard let group = named, !list.contains(where: { $0["isChosen"] as? Bool == true }) else {
            return list
        }
        // Whoever may not write there is told so: nothing that was for few goes to many unasked.
        let known = try transaction.mayKnow(group, .person(person)) ? transaction.actor(group) : nil
        let label = known.map { "Group: \(PersonView(desk: desk).name($0))" } ?? "Its group"
        return [["value": "group:\(group)", "label": label, "isChosen": true] as [String: Any]] + list
    }

    /// For whom a form is: as was chosen there, else for the group from whose page one came.
    static func word(_ fields: Fields) -> String? {
        fields["audience"] ?? fields["group"].map { "group:\($0)" }
    }

    /// The groups in which a person may begin a thread, as further choices.
    private func groups(
        of person: ActorID, chosen: ActorID? = nil, in transaction: Transaction
    ) throws -> [[String: Any]] {
        let own = try transaction.memberships(of: person).filter { $0.state == .member }
        return try own.prefix(50).compactMap { membership -> [String: Any]? in
            guard let group = try transaction.group(membership.group),
                (try? group.admits(membership, answering: false)) != nil,
                let actor = try transaction.actor(membership.group), actor.movedTo == nil
            else { return nil }
            return [
                "value": "group:\(actor.id)", "label": "Group: \(PersonView(desk: desk).name(actor))",
                "isChosen": actor.id == chosen,
            ]
        }
    }

    /// The group that an audience's word names.
    static func group(_ word: String?) -> ActorID? {
        word.flatMap { $0.hasPrefix("group:") ? ActorID(decimal: $0.dropFirst(6)) : nil }
    }

    func audiences(chosen: Audience?, followers: Int = 0) -> [[String: Any]] {
        var list: [(String, String, Audience)] = [
            ("organisation", "Everyone in the organisation", .organisation),
            ("node", "Only \(desk.nodeName)", .node),
            ("private", "My followers (\(followers))", .followers),
            ("direct", "Only the people I name", .direct),
        ]
        if desk.needs.policy == .open { list.insert(("public", "Anyone", .anyone), at: 0) }
        return list.map { value, label, audience in
            ["value": value, "label": label, "isChosen": audience == chosen]
        }
    }

    static func audience(_ word: String?) throws(Refusal) -> Audience? {
        switch word {
        case nil, "": nil
        case let word? where group(word) != nil: nil
        case "public": .anyone
        case "organisation": .organisation
        case "node": .node
        case "private": .followers
        case "direct": .direct
        default: throw .invalid(field: "Audience", because: "is not in the list")
        }
    }

    private static func unique(_ handles: [String]) -> [String] {
        var seen: Set<String> = []
        return handles.filter { seen.insert($0).inserted }
    }
}
