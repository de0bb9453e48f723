import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What groups of this node, and people in groups of others, tell other nodes (Spec/features/group.md §5).
extension Composer {
    func joinAsked(_ person: ActorID, _ group: ActorID, _ uri: ObjectURI) async throws -> [Dispatch] {
        guard let (person, group) = try await pair(person, group) else { return [] }
        guard world.needs.addresses.isOwn(uri) else {
            // The group asked first.
            return try await answer(
                "Accept", ["type": "Invite", "id": .string(uri.string)], by: person, to: group)
        }
        let json = ActivityOut.write(
            "Join", id: uri, actor: person.uri, object: .string(group.uri.string), to: [group.uri.string])
        return try await dispatch(json, uri: uri, by: person, to: inbox(of: group)).map { [$0] } ?? []
    }

    func joinAnswered(
        _ person: ActorID, _ group: ActorID, _ uri: ObjectURI, isAccepted: Bool
    ) async throws -> [Dispatch] {
        guard let (group, person) = try await pair(group, person) else { return [] }
        let (isBanned, isFirst) = try await world.needs.store.read { transaction in
            (
                try transaction.membership(of: person.id, in: group.id)?.state == .banned,
                try isAccepted && transaction.countMembers(of: group.id, on: person.host ?? "") == 1
            )
        }
        let first = try await answer(
            isAccepted ? "Accept" : "Reject", Self.join(person, group, uri), by: group, to: person,
            because: isAccepted
                ? nil
                : group.movedTo.map { "The group has moved to \($0)" }
                    ?? (isBanned ? "You are banned from this group" : "The group said no"))
        // Nobody there was told so far what was written before.
        return isFirst ? first + (try await before(in: group, to: inbox(of: person))) : first
    }

    /// What stands in a group already, and what of it is pinned.
    private func before(in group: Actor, to inboxes: [ObjectURI]) async throws -> [Dispatch] {
        let (history, pins) = try await world.needs.store.read { transaction in
            (try transaction.history(of: group.id), try transaction.pins(of: group.id))
        }
        var all: [Dispatch] = []
        for activity in history {
            let json = try JSONParser.parse(activity)
            all += try await passOn(json, .earlier(try await post(of: json)), by: group, to: inboxes)
        }
        for pin in pins {
            all += try await send(
                "Add", .string(pin.string), by: group, to: inboxes,
                more: [("target", .string("\(group.uri)/featured"))])
        }
        return all
    }

    func groupLeft(
        _ person: ActorID, _ group: ActorID, _ uri: ObjectURI, wasInvited: Bool
    ) async throws -> [Dispatch] {
        guard let (person, group) = try await pair(person, group) else { return [] }
        guard !wasInvited else {
            return try await answer(
                "Reject", ["type": "Invite", "id": .string(uri.string)], by: person, to: group)
        }
        return try await send("Leave", .string(group.uri.string), by: person, to: inbox(of: group))
    }

    /// To the person's node, in the words that fit; to those of moderators elsewhere, who have to know.
    func affiliated(_ id: ActorID, _ group: ActorID) async throws -> [Dispatch] {
        guard let group = try await local(group) else { return [] }
        let (person, membership, moderators) = try await world.needs.store.read { transaction in
            (
                try transaction.actor(id), try transaction.membership(of: id, in: group.id),
                try transaction.memberInboxes(of: group.id, isModerating: true)
            )
        }
        guard let person else { return [] }
        let own = person.isLocal ? [] : inbox(of: person)
        switch membership?.state {
        case .invited:
            guard let uri = membership?.uri else { return [] }
            let invite = ActivityOut.write(
                "Invite", id: uri, actor: group.uri, object: .string(group.uri.string),
                to: [person.uri.string], more: [("target", .string(person.uri.string))])
            let first = try await dispatch(invite, uri: uri, by: group, to: own)
            return try await [first].compactMap { $0 }
                + state(of: person, membership, in: group, to: moderators.filter { !own.contains($0) })
        case .banned:
            return try await send(
                "Block", .string(person.uri.string), by: group, to: own,
                more: [("target", .string(group.uri.string))])
                + state(of: person, membership, in: group, to: moderators.filter { !own.contains($0) })
        case .asked: return try await state(of: person, membership, in: group, to: moderators)
        case .member, nil:
            return try await state(
                of: person, membership, in: group, to: own + moderators.filter { !own.contains($0) })
        }
    }

    private func state(
        of person: Actor, _ membership: Membership?, in group: Actor, to inboxes: [ObjectURI]
    ) async throws -> [Dispatch] {
        var more: [(String, JSONValue)] = [("target", .string("\(group.uri)/members"))]
        if let membership {
            more += [
                ("hallway:role", .string(membership.role.word)),
                ("hallway:state", .string(membership.state.word)),
            ]
            if membership.isAutomatic { more.append(("hallway:byRule", true)) }
        }
        return try await send(
            membership == nil ? "Remove" : "Add", .string(person.uri.string), by: group, to: inboxes,
            more: more)
    }

    /// A moderator of this node asks the node of a group for something.
    func moderated(
        _ actor: ActorID, _ group: ActorID, _ about: ObjectURI, _ word: String
    ) async throws -> [Dispatch] {
        guard let (person, group) = try await pair(actor, group) else { return [] }
        let isPost = try await world.needs.store.read { try $0.postID(about) != nil }
        let object = JSONValue.string(about.string)
        func send(_ type: String, _ object: JSONValue, target: String? = nil, role: String? = nil)
            async throws -> [Dispatch]
        {
            try await self.send(
                type, object, by: person, to: inbox(of: group),
                more: [("target", target.map { .string($0) }), ("hallway:role", role.map { .string($0) })]
                    .compactMap { name, value in value.map { (name, $0) } })
        }
        guard !isPost else {
            let collection = word == "remove" ? "outbox" : "featured"
            return try await send(
                word == "pin" ? "Add" : "Remove", object, target: "\(group.uri)/\(collection)")
        }
        // Its id is known to whoever asked and to the group alone.
        let request: JSONValue = ["type": "Join", "actor": object, "object": .string(group.uri.string)]
        switch GroupDecision(word: word) {
        case .approve: return try await send("Accept", request)
        case .refuse: return try await send("Reject", request)
        case .invite:
            return try await send("Invite", .string(group.uri.string), target: about.string)
        case .remove: return try await send("Remove", object, target: "\(group.uri)/members")
        case .ban: return try await send("Block", object, target: group.uri.string)
        case .unban:
            return try await send(
                "Undo",
                [
                    "type": "Block", "actor": .string(person.uri.string), "object": object,
                    "target": .string(group.uri.string),
                ])
        case .role(let role):
            return try await send("Add", object, target: "\(group.uri)/members", role: role.word)
        case nil: return []
        }
    }

    /// The owner, of this node, asks the node of a group to run it otherwise: an Update of the group by someone else than
    /// the group, with what is to change alone.
    func changeAsked(_ owner: ActorID, _ group: ActorID, _ text: String) async throws -> [Dispatch] {
        guard let (person, group) = try await pair(owner, group), let wish = RunGroup.Wish(text: text) else {
            return []
        }
        return try await send(
            "Update", GroupWire.write(wish, of: group.uri, addresses: world.needs.addresses), by: person,
            to: inbox(of: group), more: [("to", [.string(group.uri.string)])])
    }

    /// A member's activity of another node, on its way to all members' nodes.
    func carried(_ id: ActivityID, _ group: ActorID) async throws -> [Dispatch] {
        guard let group = try await local(group),
            let activity = try await world.needs.store.read({ try $0.activity(id) })
        else { return [] }
        let json = try JSONParser.parse(activity.json)
        let post = try await post(of: json)
        let matter: Matter =
            switch json["type"]?.string {
            case "Create": post.map { .news($0) } ?? .other
            case "Delete": .end(post)
            default: activity.isPassing ? .totals(activity.post) : .other
            }
        return try await passOn(json, matter, by: group)
    }

    /// The post that an activity is about.
    private func post(of activity: JSONValue) async throws -> PostID? {
        let name = activity["object"]?["id"]?.string ?? activity["object"]?.string
        guard let uri = name.flatMap({ ObjectURI($0) }) else { return nil }
        return try await world.needs.store.read { try $0.postID(uri) }
    }

    /// What someone of this node did in a group of this node, after it was written for itself.
    func passedOn(_ dispatch: Dispatch, after event: Event) async throws -> [Dispatch] {
        guard let id = event.groupPost else { return [] }
        let group = try await world.needs.store.read { transaction -> Actor? in
            try transaction.group(ofPost: id).flatMap { try transaction.actor($0) }
        }
        guard let group, group.isLocal else { return [] }
        let json = try JSONParser.parse(dispatch.activity.json)
        switch event {
        case .published: return try await passOn(json, .news(id), by: group)
        case .deleted: return try await passOn(json, .end(id), by: group)
        // Totals that are hidden go to the nodes of those who voted, and to nobody else.
        case .pollCounted where json["object"]?["type"]?.string == PollOut.tallyType: return []
        default:
            return try await passOn(json, dispatch.activity.isPassing ? .totals(id) : .other, by: group)
        }
    }

    /// A group's word about a post.
    func groupPost(_ id: PostID, _ group: ActorID, _ word: String) async throws -> [Dispatch] {
        guard let group = try await local(group) else { return [] }
        let (post, inboxes) = try await world.needs.store.read { transaction in
            (
                try transaction.post(id),
                // Whoever was told of a post is told that it is gone, members or not.
                try transaction.memberInboxes(of: group.id)
                    + (word == "remove" ? transaction.inboxesThatKnow(id) : [])
            )
        }
        guard let post else { return [] }
        let collection = word == "remove" ? "outbox" : "featured"
        return try await send(
            word == "pin" ? "Add" : "Remove", .string(post.uri.string), by: group,
            to: Self.union(inboxes, []),
            more: [("target", .string("\(group.uri)/\(collection)"))])
    }

    /// The group in which a post was written.
    func group(of post: PostID) async throws -> Actor? {
        try await world.needs.store.read { transaction in
            try transaction.group(ofPost: post).flatMap { try transaction.actor($0) }
        }
    }

    /// What an activity that is passed on is to those who get it.
    private enum Matter {
        /// A post that is new.
        case news(PostID)
        /// Of a post that was new before they came.
        case earlier(PostID?)
        /// What takes the place of what was said before: no history of it is kept (Spec/decisions/0021).
        case totals(PostID?)
        /// The end of a post, for all who were told of it, also where nobody is a member any more.
        case end(PostID?)
        case other

        var post: PostID? {
            switch self {
            case .news(let post): post
            case .earlier(let post), .totals(let post): post
            case .end, .other: nil
            }
        }
    }

    /// `inboxes`: those of all members, and of whoever else it concerns, where nil.
    private func passOn(
        _ activity: JSONValue, _ matter: Matter, by group: Actor, to some: [ObjectURI]? = nil
    ) async throws -> [Dispatch] {
        let (all, author) = try await world.needs.store.read { transaction in
            var all = try transaction.memberInboxes(of: group.id)
            var author: Membership?
            switch matter {
            case .news(let id):
                guard let post = try transaction.post(id) else { break }
                author = try transaction.membership(of: post.author, in: group.id)
                if case .recognition(let recognition) = post.body {
                    // Whoever is thanked hears of it, member or not.
                    all += try transaction.inboxes(of: recognition.recipients)
                }
            case .end(let id): all += try id.map { try transaction.inboxesThatKnow($0) } ?? []
            case .earlier, .totals, .other: break
            }
            return (Self.union(all, []), author)
        }
        let uri = freshURI()
        // Some of the readers want to hear of what those write who look after the group.
        let role = author.flatMap { $0.moderates ? $0.role : nil }
        let json = ActivityOut.write(
            "Announce", id: uri, actor: group.uri, object: activity, to: ["\(group.uri)/members"],
            published: world.needs.now(), more: role.map { [("hallway:role", .string($0.word))] } ?? [])
        let isNews = if case .news = matter { true } else { false }
        let isTotals = if case .totals(.some) = matter { true } else { false }
        return try await dispatch(
            json, uri: uri, by: group, post: matter.post, isListed: isNews, isPassing: isTotals,
            to: some ?? all
        ).map { [$0] } ?? []
    }

    func send(
        _ type: String, _ object: JSONValue, by actor: Actor, to inboxes: [ObjectURI],
        more: [(String, JSONValue)] = []
    ) async throws -> [Dispatch] {
        let uri = freshURI()
        let json = ActivityOut.write(type, id: uri, actor: actor.uri, object: object, more: more)
        return try await dispatch(json, uri: uri, by: actor, to: inboxes).map { [$0] } ?? []
    }

    func answer(
        _ type: String, _ object: JSONValue, by actor: Actor, to other: Actor, because reason: String? = nil
    ) async throws -> [Dispatch] {
        try await send(
            type, object, by: actor, to: inbox(of: other),
            more: reason.map { [("summary", .string($0))] } ?? [])
    }

    private static func join(_ person: Actor, _ group: Actor, _ uri: ObjectURI) -> JSONValue {
        [
            "type": "Join", "id": .string(uri.string), "actor": .string(person.uri.string),
            "object": .string(group.uri.string),
        ]
    }
}

extension Event {
    /// The post about which a group might have something to pass on.
    fileprivate var groupPost: PostID? {
        switch self {
        case .published(let post), .edited(let post), .deleted(let post), .settled(let post),
            .counted(let post),
            .pollCounted(let post), .pollClosed(let post), .surveyTold(let post), .quoteSettled(let post),
            .recognitionHidden(let post, _, _), .gatheringCounted(let post, _):
            post
        case .liked(_, let post, _, _), .unliked(_, let post, _): post
        case .followAsked, .followAccepted, .followRejected, .unfollowed, .blocked, .unblocked,
            .profileChanged, .honoursChanged, .actorGone, .reported, .notified, .joinAsked, .joinAnswered,
            .groupLeft,
            .affiliated, .moderated, .carried, .groupPost, .relayed, .announcementCounted,
            .groupChangeAsked, .groupMoveAsked, .groupMoveOffered, .groupMoveAnswered, .groupMoved,
            .groupPostRepeated,
            .announcementAcknowledged, .announcementReminded, .attendanceAsked, .attendanceLeft,
            .attendanceAnswered, .challengeReported, .voted, .tallied, .surveyClosed, .quoteAsked,
            .quoteAllowed, .quoteRefused, .quoteWithdrawn:
            nil
        }
    }
}
