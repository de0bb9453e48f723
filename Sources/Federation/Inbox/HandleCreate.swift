import ActivityStreams
import Domain
import Social
import Storage

/// A post of another node arrives.
struct HandleCreate: Sendable {
    let world: World
    let threads: Threads

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
        // Only an answer may need its thread fetched.
        guard embedded.uri("inReplyTo") == nil else {
            return .errand { try await prepare(embedded, activity) }
        }
        guard let reading = try read(embedded, activity) else {
            return .effect { try $0.countUnknown("Create \(embedded.type)") }
        }
        return .effect { transaction in
            guard try concerns(reading, by: activity.actor, in: transaction) else { return }
            try perform(reading, by: activity.actor, in: transaction)
        }
    }

    /// Asks before anything is fetched for it whether anybody here should have it.
    private func prepare(_ object: ASObject, _ activity: Activity) async throws -> Plan.Effect {
        if HandleVote.isVote(object, world: world) {
            return try HandleVote(world: world).effect(object, activity)
        }
        guard let reading = try read(object, activity) else {
            return { try $0.countUnknown("Create \(object.type)") }
        }
        guard
            try await world.needs.store.read({ try concerns(reading, by: activity.actor, in: $0) })
        else { return { _ in } }
        await threads.complete(above: reading.post)
        return { try perform(reading, by: activity.actor, in: $0) }
    }

    private func read(_ object: ASObject, _ activity: Activity) throws -> PostIn.Reading? {
        guard Vocabulary.postTypes.contains(object.type) else { return nil }
        return try PostIn(world: world).read(object, by: activity.actor)
    }

    private func perform(_ reading: PostIn.Reading, by actor: Actor, in transaction: Transaction) throws {
        guard try !transaction.hasSeen(HandleDelete.mark(reading.post.uri, actor.id)) else { return }
        let (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
        try Self.checkReply(post, by: actor, world: world, in: transaction)
        _ = try Publish.receive(post, recipients: recipients, isNews: true, in: transaction)
    }

    /// An answer to something its author cannot see is no answer (N52).
    static func checkReply(
        _ post: Post, by actor: Actor, world: World, in transaction: Transaction
    ) throws {
        guard let parent = try post.reply?.post.flatMap({ try transaction.post($0) }) else { return }
        guard try transaction.maySee(parent, try viewer(actor, world: world, in: transaction)) else {
            throw Refusal.notFound("Record")
        }
    }

    /// Whether anybody here should have it: a follower, someone it names, or whoever wrote what it answers.
    private func concerns(
        _ reading: PostIn.Reading, by actor: Actor, in transaction: Transaction
    ) throws -> Bool {
        if (reading.mentioned + reading.addressees).contains(where: { world.needs.addresses.isOwn($0) }) {
            return true
        }
        if try transaction.hasLocalFollower(actor.id) { return true }
        return try reading.post.reply.flatMap { try transaction.postID($0.uri) } != nil
    }

    /// An actor of another node as a viewer, inside a transaction.
    static func viewer(_ actor: Actor, world: World, in transaction: Transaction) throws -> Viewer {
        let authority = actor.host ?? world.needs.addresses.authority
        let standing = try World.standing(of: authority, needs: world.needs, in: transaction)
        return .remote(actor.id, authority: authority, isOfOrganisation: standing == .member)
    }
}
