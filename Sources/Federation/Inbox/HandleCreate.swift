import ActivityStreams
import Domain
import Social
import Storage

/// A post of another node arrives.
struct HandleCreate {
    let world: World
    let threads: Threads

    func prepare(_ activity: Activity) async throws -> Handlers.Effect {
        let uri = try activity.target()
        // What is inside is its author's own (N42); a bare id is fetched from where it lives.
        let object =
            if let embedded = activity.object.objects("object").first { embedded } else {
                try await Fetch(world: world).object(uri)
            }
        guard Vocabulary.postTypes.contains(object.type) else {
            return { try $0.countUnknown("Create \(object.type)") }
        }
        let reading = try PostIn(world: world).read(object, by: activity.actor)
        guard try await concerns(reading, by: activity.actor) else { return { _ in } }
        await threads.complete(above: reading.post)
        return { [world, actor = activity.actor] transaction in
            guard try !transaction.hasSeen(HandleDelete.mark(reading.post.uri, actor.id)) else { return }
            let (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            try Self.checkReply(post, by: actor, world: world, in: transaction)
            _ = try Publish.receive(post, recipients: recipients, isNews: true, in: transaction)
        }
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

    /// Whether anybody here should have it: a follower, someone it names, or whoever wrote what it answers. Asked
    /// before anything is fetched for it.
    private func concerns(_ reading: PostIn.Reading, by actor: Actor) async throws -> Bool {
        if (reading.mentioned + reading.addressees).contains(where: { world.needs.addresses.isOwn($0) }) {
            return true
        }
        return try await world.needs.store.read { transaction in
            if try !transaction.localFollowers(of: actor.id, forAnnounce: false).isEmpty { return true }
            return try reading.post.reply.flatMap { try transaction.postID($0.uri) } != nil
        }
    }

    /// An actor of another node as a viewer, inside a transaction.
    static func viewer(_ actor: Actor, world: World, in transaction: Transaction) throws -> Viewer {
        let authority = actor.host ?? world.needs.addresses.authority
        let standing = try World.standing(of: authority, needs: world.needs, in: transaction)
        return .remote(actor.id, authority: authority, isOfOrganisation: standing == .member)
    }
}
