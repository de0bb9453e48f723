import ActivityStreams
import Domain
import JSON
import Social
import Storage

/// A post of another node arrives.
struct HandleCreate: Sendable {
    let world: World
    let threads: Threads
    /// The group that passed it on.
    var via: Actor?
    /// Whether readers are told of it: not of what was written long ago.
    var isNews = true

    func plan(_ activity: Activity) throws -> Plan {
        // What is inside is its author's own (N42); a bare id is fetched from where it lives.
        guard let embedded = activity.object.objects("object").first else {
            let uri = try activity.target()
            return .errand {
                try await prepare(try await Fetch(world: world).object(uri), activity)
            }
        }
        if HandleVote.isVote(embedded, world: world) {
            return .effect(try HandleVote(world: world).effect(embedded, activity))
        }
        // Only an answer may need its thread fetched, only thanks have a proof to verify, and only a quote a stamp.
        guard embedded.uri("inReplyTo") == nil, embedded.json["hallway:recognition"] == nil,
            QuoteIn.uri(embedded) == nil
        else {
            return .errand { try await prepare(embedded, activity) }
        }
        guard let reading = try read(embedded, activity) else {
            world.counters.count(.inboxUnknown)
            return .effect { _ in }
        }
        return .effect { transaction in
            guard try concerns(reading, by: activity.actor, in: transaction) else { return }
            try perform(reading, activity, in: transaction)
        }
    }

    /// Asks before anything is fetched for it whether anybody here should have it.
    private func prepare(_ object: ASObject, _ activity: Activity) async throws -> Plan.Effect {
        if HandleVote.isVote(object, world: world) {
            return try HandleVote(world: world).effect(object, activity)
        }
        guard let reading = try read(object, activity) else {
            world.counters.count(.inboxUnknown)
            return { _ in }
        }
        guard
            try await world.needs.store.read({ try concerns(reading, by: activity.actor, in: $0) })
        else { return { _ in } }
        await threads.complete(above: reading.post)
        var checked = reading
        checked.post.quote = await QuoteCheck(world: world, threads: threads).check(reading.post)
        checked.proved = try await RecognitionCheck(world: world).verify(object, reading, by: activity.actor)
        // Whoever is thanked besides is looked up.
        for uri in reading.thanked where world.isForeign(uri) {
            _ = try? await RemoteActors(world: world).actor(uri)
        }
        let verified = checked
        return { transaction in
            try perform(verified, activity, in: transaction)
            try RecognitionCheck.keep(verified, in: transaction)
        }
    }

    private func read(_ object: ASObject, _ activity: Activity) throws -> PostIn.Reading? {
        guard Vocabulary.postTypes.contains(object.type) else { return nil }
        return try PostIn(world: world).read(object, by: activity.actor)
    }

    private func perform(
        _ reading: PostIn.Reading, _ activity: Activity, in transaction: Transaction
    ) throws {
        let actor = activity.actor
        guard try !transaction.hasSeen(HandleDelete.mark(reading.post.uri, actor.id)) else { return }
        var (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
        if via == nil {
            try Self.checkPlace(of: post, by: actor, in: transaction)
        } else {
            try placeInGroup(&post, reading, activity, in: transaction)
        }
        try Self.checkReply(post, by: actor, world: world, in: transaction)
        if try Publish.receive(post, recipients: recipients, isNews: isNews, in: transaction) {
            try Relay.note(activity, of: post, in: transaction)
        }
    }

    /// Puts what a group passed on into it: only what its author gave to the group, or to everyone. A group that passes on
    /// what it was told in confidence is not believed.
    private func placeInGroup(
        _ post: inout Post, _ reading: PostIn.Reading, _ activity: Activity, in transaction: Transaction
    ) throws {
        guard let via else { return }
        // What a group said before it moved is of the one that it became.
        let now = try transaction.groupNow(via.id)
        guard [via.id, now].contains(post.group ?? now) else {
            throw Refusal.notAllowed(because: "the post is of another group")
        }
        let outer = activity.object
        let named =
            (outer.uris("to") + outer.uris("cc") + outer.uris("audience")).prefix(Limits.recipients)
            .compactMap { ObjectURI($0) } + reading.addressees + [reading.group].compactMap { $0 }
        let isForGroup = try named.contains { uri in
            try uri == via.uri
                || transaction.actorID(uri).map { try transaction.groupNow($0) == now } ?? false
        }
        guard isForGroup || reading.post.audience == .anyone else {
            throw Refusal.notAllowed(because: "the post was not written for the group")
        }
        post.group = now
        if let group = try transaction.group(now) { post.place(in: group) }
    }

    /// A group's own node judges who writes in it (N56), however the post came; others take its posts from the group alone.
    static func checkPlace(of post: Post, by actor: Actor, in transaction: Transaction) throws {
        guard let id = post.group, let group = try transaction.group(id) else { return }
        guard try transaction.isLocal(id) else {
            throw Refusal.notAllowed(because: "a post in a group comes from the group")
        }
        try transaction.admit(post, to: group)
        if case .recognition(let recognition) = post.body {
            try Recognise.checkReach(recognition, of: post, in: transaction)
        }
    }

    /// An answer to something its author cannot see is no answer (N52).
    static func checkReply(
        _ post: Post, by actor: Actor, world: World, in transaction: Transaction
    ) throws {
        guard let parent = try post.reply?.post.flatMap({ try transaction.post($0) }) else { return }
        // Who is in another node's group is that node's to know: the group has passed it on.
        if let group = try transaction.group(ofPost: parent.id), group == post.group,
            try !transaction.isLocal(group) || transaction.isMember(actor.id, of: group)
        {
            return
        }
        guard try transaction.maySee(parent, try viewer(actor, world: world, in: transaction)) else {
            throw Refusal.notFound("Record")
        }
    }

    /// Whether anybody here should have it: a follower, someone it names, or whoever wrote what it answers.
    private func concerns(
        _ reading: PostIn.Reading, by actor: Actor, in transaction: Transaction
    ) throws -> Bool {
        if via != nil { return true }
        if (reading.mentioned + reading.addressees + reading.thanked).contains(where: {
            world.needs.addresses.isOwn($0)
        }) {
            return true
        }
        if try transaction.hasLocalFollower(actor.id) { return true }
        if try PostIn(world: world).isHonoured(reading.post, by: actor, in: transaction) { return true }
        return try reading.post.reply.flatMap { try transaction.postID($0.uri) } != nil
    }

    /// An actor of another node as a viewer, inside a transaction.
    static func viewer(_ actor: Actor, world: World, in transaction: Transaction) throws -> Viewer {
        let authority = actor.host ?? world.needs.addresses.authority
        let standing = try World.standing(of: authority, needs: world.needs, in: transaction)
        return .remote(actor.id, authority: authority, isOfOrganisation: standing == .member)
    }
}
