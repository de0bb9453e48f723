import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Signatures
import Social
import Storage

/// Turns what an actor of this node did into the activity that tells other nodes.
struct Composer: Sendable {
    let world: World
    let documents: Documents

    /// The activities for an event; none for what stays on this node. What was done in a group is passed on by the group.
    func compose(_ event: Event) async throws -> [Dispatch] {
        switch event {
        case .joinAsked(let person, let group, let uri): try await joinAsked(person, group, uri)
        case .joinAnswered(let person, let group, let uri, let isAccepted):
            try await joinAnswered(person, group, uri, isAccepted: isAccepted)
        case .groupLeft(let person, let group, let uri, let wasInvited):
            try await groupLeft(person, group, uri, wasInvited: wasInvited)
        case .affiliated(let person, let group): try await affiliated(person, group)
        case .moderated(let actor, let group, let about, let word):
            try await moderated(actor, group, about, word)
        case .carried(let activity, let group): try await carried(activity, group)
        case .groupPost(let post, let group, let word): try await groupPost(post, group, word)
        case .groupChangeAsked(let person, let group, let wish): try await changeAsked(person, group, wish)
        case .groupMoveAsked(let person, let group, let target):
            try await moveAsked(person, group, target)
        case .groupMoveOffered(let group, let target): try await moveOffered(group, target)
        case .groupMoveAnswered(let group, let source, let reason):
            try await moveAnswered(group, source, reason: reason)
        case .groupMoved(let group, let actor): try await groupMoved(group, for: actor)
        case .groupPostRepeated(let post): try await postRepeated(post)
        case .published, .edited, .deleted, .liked, .unliked, .followAsked, .followAccepted, .followRejected,
            .unfollowed, .blocked, .unblocked, .profileChanged, .honoursChanged, .actorGone, .reported,
            .notified,
            .recognitionHidden, .settled, .counted, .relayed, .announcementCounted, .announcementAcknowledged,
            .announcementReminded, .attendanceAsked, .attendanceLeft, .attendanceAnswered, .gatheringCounted,
            .challengeReported,
            .voted,
            .pollCounted, .tallied, .pollClosed, .surveyClosed, .surveyTold, .quoteAsked, .quoteAllowed,
            .quoteRefused, .quoteSettled, .quoteWithdrawn:
            if let first = try await single(event) {
                [first] + (try await passedOn(first, after: event))
            } else {
                []
            }
        }
    }

    private func single(_ event: Event) async throws -> Dispatch? {
        switch event {
        case .published(let id): try await published(id)
        case .edited(let id): try await edited(id)
        case .deleted(let id): try await deleted(id)
        case .liked(let actor, let post, let uri, let content):
            try await liked(actor, post, uri: uri, content: content)
        case .unliked(let actor, let post, let uri): try await unliked(actor, post, uri: uri)
        case .followAsked(let follower, let followee): try await followAsked(follower, followee)
        case .followAccepted(let follower, let followee, let uri):
            try await answer("Accept", follower, followee, uri: uri)
        case .followRejected(let follower, let followee, let uri):
            try await answer("Reject", follower, followee, uri: uri)
        case .unfollowed(let follower, let followee, let uri):
            try await unfollowed(follower, followee, uri: uri)
        case .blocked(let actor, let target): try await block(actor, target, isUndone: false)
        case .unblocked(let actor, let target): try await block(actor, target, isUndone: true)
        case .profileChanged(let actor): try await profileChanged(actor)
        case .honoursChanged(let actor): try await profileChanged(actor, isForAll: true)
        case .actorGone(let actor): try await actorGone(actor)
        case .reported(let report): try await reported(report)
        case .notified, .joinAsked, .joinAnswered, .groupLeft, .affiliated, .moderated, .carried, .groupPost,
            .groupChangeAsked, .groupMoveAsked, .groupMoveOffered, .groupMoveAnswered, .groupMoved,
            .groupPostRepeated:
            nil
        case .recognitionHidden(let post, let recipient, let isHidden):
            try await recognitionHidden(post, by: recipient, isHidden: isHidden)
        case .settled(let id): try await edited(id)
        case .counted(let id): try await edited(id, at: world.needs.now())
        case .relayed(let question, let uri, let json): try await relayed(question, uri: uri, json: json)
        case .announcementCounted(let post, let sequence):
            try await announcementCounted(post, sequence: sequence)
        case .announcementAcknowledged(let person, let post, let uri):
            try await announcementAcknowledged(person, post, uri: uri)
        case .announcementReminded(let post, let uri): try await announcementReminded(post, uri: uri)
        case .attendanceAsked(let person, let post, let uri):
            try await attendance("Join", person, post, uri: uri)
        case .attendanceLeft(let person, let post, let uri):
            try await attendance("Leave", person, post, uri: uri)
        case .attendanceAnswered(let actor, let post, let uri):
            try await attendanceAnswered(actor, post, uri: uri)
        case .gatheringCounted(let post, let sequence): try await gatheringCounted(post, sequence: sequence)
        case .challengeReported(let person, let post, let sequence):
            try await challengeReported(person, post, sequence: sequence)
        case .voted(let person, let post, let option): try await voted(person, post, option: option)
        case .pollCounted(let post), .pollClosed(let post): try await counted(post)
        case .tallied(let post): try await tallied(post)
        case .surveyClosed(let post): try await surveyClosed(post)
        case .surveyTold(let post): try await surveyTold(post)
        case .quoteAsked(let id): try await quoteAsked(id)
        case .quoteAllowed(let id): try await quoteAllowed(id)
        case .quoteRefused(let actor, let post, let request, let quoting):
            try await quoteAnswered("Reject", to: actor, about: post, request: request, quoting: quoting)
        case .quoteSettled(let id): try await edited(id, at: world.needs.now())
        case .quoteWithdrawn(let id): try await quoteWithdrawn(id)
        }
    }

    // MARK: Posts

    private func published(_ id: PostID) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil else { return nil }
        let inboxes = try await inboxes(of: post, by: author)
        if let announced = post.body.announced {
            guard let original = try await world.needs.store.read({ try $0.post(announced) }) else {
                return nil
            }
            let (to, cc) = PostOut(addresses: world.needs.addresses).recipients(of: post, by: author)
            let owner = try await world.needs.store.read { try $0.actor(original.author) }
            let json = ActivityOut.write(
                "Announce", id: post.uri, actor: author.uri, object: .string(original.uri.string), to: to,
                cc: cc + [owner?.uri.string].compactMap { $0 }, published: post.createdAt
            )
            let ownerInbox = try await world.needs.store.read { try $0.inboxes(of: [original.author]) }
            return try await dispatch(
                json, uri: post.uri, by: author, post: post.id, isListed: true,
                to: Self.union(inboxes, ownerInbox))
        }
        let json = try await envelope(
            "Create", post, by: author, id: world.needs.addresses.activity(activityID(post.id)))
        return try await dispatch(
            json, uri: world.needs.addresses.activity(activityID(post.id)), by: author, post: post.id,
            isListed: true,
            to: inboxes)
    }

    /// `date`: when what it tells became true; nil for the moment of the edit.
    private func edited(_ id: PostID, at date: Date? = nil) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil else { return nil }
        let uri = freshURI()
        let json = try await envelope("Update", post, by: author, id: uri, at: date)
        guard post.group == nil else {
            return try await dispatch(
                json, uri: uri, by: author, post: id, isCarried: true,
                to: try await inboxes(of: post, by: author))
        }
        let before = try await world.needs.store.read { try $0.inboxesThatKnow(id) }
        return try await dispatch(
            json, uri: uri, by: author, post: id, isListed: false,
            to: Self.union(try await inboxes(of: post, by: author), before))
    }

    /// Told to everyone who was told of the post: the ledger knows.
    private func deleted(_ id: PostID) async throws -> Dispatch? {
        guard let (post, author) = try await own(id) else { return nil }
        let before = try await world.needs.store.read { try $0.inboxesThatKnow(id) }
        let uri = freshURI()
        let json: JSONValue
        if let announced = post.body.announced {
            let original = try await world.needs.store.read { try $0.post(announced) }
            json = ActivityOut.write(
                "Undo", id: uri, actor: author.uri,
                object: [
                    "type": "Announce", "id": .string(post.uri.string), "actor": .string(author.uri.string),
                    "object": JSONValue(original?.uri.string),
                ], to: author.endpoints.followers.map { [$0.string] } ?? [])
        } else {
            let group = try await group(of: id)
            json = ActivityOut.write(
                "Delete", id: uri, actor: author.uri,
                object: ["id": .string(post.uri.string), "type": "Tombstone"],
                to: (group?.uri ?? author.endpoints.followers).map { [$0.string] } ?? [])
            if let group {
                return try await dispatch(
                    json, uri: uri, by: author, isCarried: true, to: group.isLocal ? [] : inbox(of: group))
            }
        }
        return try await dispatch(
            json, uri: uri, by: author, post: nil, isListed: false, to: Self.union(before, []))
    }

    /// What another's node says of an answer, as it came: its proof shows whose it is. For members' nodes alone.
    private func relayed(_ id: PostID, uri: ObjectURI, json: String) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil else { return nil }
        let inboxes = try await inboxes(of: post, by: author)
        let all = try await world.needs.store.read { [world] transaction in
            try Self.union(inboxes, transaction.inboxesThatKnow(id)).filter { inbox in
                try inbox.origin != uri.origin
                    && World.standing(of: inbox.authority, needs: world.needs, in: transaction) == .member
            }
        }
        guard !all.isEmpty else { return nil }
        return Dispatch(
            activity: OutgoingActivity(
                id: world.needs.ids.next(), uri: uri, actor: author.id, post: nil, json: Array(json.utf8),
                isListed: false, createdAt: world.needs.now()),
            inboxes: all)
    }

    func envelope(
        _ type: String, _ post: Post, by author: Actor, id: ObjectURI, at date: Date? = nil
    ) async throws -> JSONValue {
        let group = post.group == nil ? nil : try await group(of: post.id)
        let out = PostOut(addresses: world.needs.addresses, group: group?.uri)
        let (to, cc) = out.recipients(of: post, by: author)
        // What bears a proof of its own is a document of its own.
        let isProved = if case .recognition = post.body { true } else { false }
        let object = try await RecognitionOut.prove(
            out.write(post, by: author, context: isProved), of: post, by: author, world: world)
        return ActivityOut.write(
            type, id: id, actor: author.uri, object: object, to: to, cc: cc,
            published: date ?? post.editedAt ?? post.createdAt,
            more: group.map { [("audience", .string($0.uri.string))] } ?? []
        )
    }

    /// A post of this node, with its author.
    func own(_ id: PostID) async throws -> (Post, Actor)? {
        try await world.needs.store.read { transaction in
            guard let post = try transaction.post(id), let author = try transaction.actor(post.author),
                author.isLocal
            else { return nil }
            return (post, author)
        }
    }

    /// Where a post goes: its author's followers if it is for them, whoever it names, and whom it answers.
    func inboxes(of post: Post, by author: Actor) async throws -> [ObjectURI] {
        // A group's node passes on what is written in it; to everyone at once, and to nobody before.
        if post.group != nil, let group = try await group(of: post.id) {
            return group.isLocal ? [] : inbox(of: group)
        }
        return try await world.needs.store.read { transaction in
            var named = try transaction.recipients(of: post.id)
            // An answer that is not for everyone is for those it names, whoever wrote what it answers (N97).
            if let answered = post.reply?.author, [.anyone, .organisation].contains(post.audience) {
                named.append(answered)
            }
            let direct = try transaction.inboxes(of: named)
            let followers =
                switch post.audience {
                case .anyone, .organisation, .followers: try transaction.followerInboxes(of: author.id)
                case .direct, .node, .unit, .group: [ObjectURI]()
                }
            var all = Self.union(followers, direct)
            // Whoever has a question of this node gets its answers.
            if [.anyone, .organisation].contains(post.audience), let question = post.reply?.post,
                try transaction.isOwnQuestion(question)
            {
                all = Self.union(all, try transaction.inboxesThatKnow(question))
            }
            if case .announcement = post.body, post.audience == .organisation {
                all = Self.union(all, try memberInboxes(in: transaction))
            }
            guard post.audience == .organisation else { return all }
            // A stranger who follows is still not of the organisation.
            return try all.filter {
                try World.standing(of: $0.authority, needs: world.needs, in: transaction) == .member
            }
        }
    }

    /// Told to the nodes of the giver and of the other recipients; the giver's tells whoever else it told of the recognition.
    /// In a group, to the group, which passes it on.
    private func recognitionHidden(_ id: PostID, by recipient: ActorID, isHidden: Bool) async throws
        -> Dispatch?
    {
        let group = try await group(of: id)
        let found = try await world.needs.store.read { transaction -> (Post, Actor, [ObjectURI])? in
            guard let post = try transaction.post(id), case .recognition(let recognition) = post.body,
                let person = try transaction.actor(recipient), person.isLocal
            else { return nil }
            let near = try transaction.inboxes(of: [post.author] + recognition.recipients)
            guard try transaction.isLocal(post.author), group == nil else { return (post, person, near) }
            return (post, person, Self.union(near, try transaction.inboxesThatKnow(id)))
        }
        guard let (post, person, near) = found else { return nil }
        let inboxes = group.map { $0.isLocal ? near : Self.union(near, inbox(of: $0)) } ?? near
        let uri = freshURI()
        let ignore: JSONValue = [
            "type": "Ignore", "actor": .string(person.uri.string), "object": .string(post.uri.string),
        ]
        let json = ActivityOut.write(
            isHidden ? "Ignore" : "Undo", id: uri, actor: person.uri,
            object: isHidden ? .string(post.uri.string) : ignore,
            more: group.map { [("audience", .string($0.uri.string))] } ?? [])
        return try await dispatch(
            json, uri: uri, by: person, isCarried: group?.isLocal == true, to: Self.union(inboxes, []))
    }

    // MARK: What they share

    /// `isCarried`: whether it is kept also where nobody but a group gets it. `isPassing`: whether its text is forgotten as
    /// soon as it was delivered.
    func dispatch(
        _ json: JSONValue, uri: ObjectURI, by actor: Actor, post: PostID? = nil, isListed: Bool = false,
        isCarried: Bool = false, isPassing: Bool = false, to inboxes: [ObjectURI]
    ) async throws -> Dispatch? {
        guard isListed || isCarried || !inboxes.isEmpty else { return nil }
        let (id, key) = try await world.keys.signingKey(.ed25519, of: actor)
        let proved = try ObjectProof.add(to: json, key: key, method: id.string, created: world.needs.now())
        var activity = OutgoingActivity(
            id: world.needs.ids.next(), uri: uri, actor: actor.id, post: post, json: proved.bytes,
            isListed: isListed, createdAt: world.needs.now()
        )
        activity.isPassing = isPassing
        return Dispatch(activity: activity, inboxes: inboxes)
    }

    func local(_ id: ActorID) async throws -> Actor? {
        let actor = try await world.needs.store.read { try $0.actor(id) }
        return actor?.isLocal == true ? actor : nil
    }

    /// An actor of this node and one of another; nil when it is otherwise.
    func pair(_ own: ActorID, _ other: ActorID) async throws -> (Actor, Actor)? {
        try await world.needs.store.read { transaction in
            guard let person = try transaction.actor(own), let target = try transaction.actor(other),
                person.isLocal, !target.isLocal
            else { return nil }
            return (person, target)
        }
    }

    func foreignPost(_ actor: ActorID, _ id: PostID) async throws -> (Actor, Actor, Post)? {
        guard let post = try await world.needs.store.read({ try $0.post(id) }),
            let (person, author) = try await pair(actor, post.author)
        else { return nil }
        return (person, author, post)
    }

    func inbox(of actor: Actor) -> [ObjectURI] {
        [actor.endpoints.sharedInbox ?? actor.endpoints.inbox]
    }

    /// A Create is named after its post, so that composing it twice names it once.
    private func activityID(_ post: PostID) -> ActivityID { ActivityID(post.raw) }

    func freshURI() -> ObjectURI { world.needs.addresses.activity(world.needs.ids.next()) }

    static func union(_ left: [ObjectURI], _ right: [ObjectURI]) -> [ObjectURI] {
        var seen: Set<ObjectURI> = []
        return (left + right).filter { seen.insert($0).inserted }
    }
}
