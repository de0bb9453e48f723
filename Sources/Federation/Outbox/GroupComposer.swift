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
        let (isBanned, movedTo, history) = try await world.needs.store.read { transaction in
            (
                try transaction.membership(of: person.id, in: group.id)?.state == .banned,
                group.movedTo,
                try isAccepted && transaction.countMembers(of: group.id, on: person.host ?? "") == 1
                    ? transaction.history(of: group.id) : []
            )
        }
        let first = try await answer(
            isAccepted ? "Accept" : "Reject", Self.join(person, group, uri), by: group, to: person,
            because: isAccepted
                ? nil
                : movedTo.map { "The group has moved to \($0)" }
                    ?? (isBanned ? "You are banned from this group" : "The group said no"))
        // Nobody there was told so far what was written before.
        var earlier: [Dispatch] = []
        for activity in history {
            earlier += try await passOn(
                try JSONParser.parse(activity), by: group, post: nil, to: inbox(of: person))
        }
        return first + earlier
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
        let post = try await world.needs.store.read { transaction in
            json["type"]?.string == "Create"
                ? try (json["object"]?["id"]?.string ?? json["object"]?.string).flatMap { ObjectURI($0) }
                    .flatMap { try transaction.postID($0) } : nil
        }
        return try await passOn(json, by: group, post: post)
    }

    /// What someone of this node did in a group of this node, after it was written for itself.
    func passedOn(_ dispatch: Dispatch, after event: Event) async throws -> [Dispatch] {
        guard let id = event.groupPost else { return [] }
        let group = try await world.needs.store.read { transaction -> Actor? in
            try transaction.group(ofPost: id).flatMap { try transaction.actor($0) }
        }
        guard let group, group.isLocal else { return [] }
        let isNew = if case .published = event { true } else { false }
        return try await passOn(
            try JSONParser.parse(dispatch.activity.json), by: group, post: isNew ? id : nil)
    }

    /// A group's word about a post.
    func groupPost(_ id: PostID, _ group: ActorID, _ word: String) async throws -> [Dispatch] {
        guard let group = try await local(group) else { return [] }
        let (post, inboxes) = try await world.needs.store.read { transaction in
            (try transaction.post(id), try transaction.memberInboxes(of: group.id))
        }
        guard let post else { return [] }
        let collection = word == "remove" ? "outbox" : "featured"
        return try await send(
            word == "pin" ? "Add" : "Remove", .string(post.uri.string), by: group, to: inboxes,
            more: [("target", .string("\(group.uri)/\(collection)"))])
    }

    /// The group in which a post was written.
    func group(of post: PostID) async throws -> Actor? {
        try await world.needs.store.read { transaction in
            try transaction.group(ofPost: post).flatMap { try transaction.actor($0) }
        }
    }

    /// `inboxes`: those of all members where nil.
    private func passOn(
        _ activity: JSONValue, by group: Actor, post: PostID?, to some: [ObjectURI]? = nil
    ) async throws -> [Dispatch] {
        let all = try await world.needs.store.read { try $0.memberInboxes(of: group.id) }
        let inboxes = some ?? all
        let uri = freshURI()
        let json = ActivityOut.write(
            "Announce", id: uri, actor: group.uri, object: activity, to: ["\(group.uri)/members"],
            published: world.needs.now())
        return try await dispatch(
            json, uri: uri, by: group, post: post, isListed: post != nil, to: inboxes
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
            .pollCounted(let post), .pollClosed(let post), .surveyTold(let post), .quoteSettled(let post):
            post
        case .liked(_, let post, _, _), .unliked(_, let post, _): post
        case .followAsked, .followAccepted, .followRejected, .unfollowed, .blocked, .unblocked,
            .profileChanged, .honoursChanged, .actorGone, .reported, .notified, .joinAsked, .joinAnswered,
            .groupLeft,
            .affiliated, .moderated, .carried, .groupPost, .recognitionHidden, .relayed, .announcementCounted,
            .groupChangeAsked, .groupMoveAsked, .groupMoveOffered, .groupMoveAnswered, .groupMoved,
            .groupPostRepeated,
            .announcementAcknowledged, .announcementReminded, .attendanceAsked, .attendanceLeft,
            .attendanceAnswered, .gatheringCounted, .challengeReported, .voted, .tallied, .surveyClosed,
            .quoteAsked,
            .quoteAllowed, .quoteRefused, .quoteWithdrawn:
            nil
        }
    }
}
