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
        try await threads.complete(above: reading.post)
        return { [world, actor = activity.actor] transaction in
            guard try !transaction.hasSeen(reading.post.uri) else { return }
            let (post, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            try Self.checkReply(post, by: actor, world: world, in: transaction)
            guard try Self.concerns(post, recipients, by: actor, in: transaction) else { return }
            _ = try Publish.receive(post, recipients: recipients, isNews: true, in: transaction)
        }
    }

    /// An answer to something its author cannot see is no answer (N52).
    private static func checkReply(
        _ post: Post, by actor: Actor, world: World, in transaction: Transaction
    ) throws {
        guard let parent = try post.reply?.post.flatMap({ try transaction.post($0) }) else { return }
        guard try transaction.maySee(parent, try viewer(actor, world: world, in: transaction)) else {
            throw Refusal.notFound("Record")
        }
    }

    /// Whether anybody here should have it: a follower, someone it names, or a thread that began here.
    private static func concerns(
        _ post: Post, _ recipients: [ActorID], by actor: Actor, in transaction: Transaction
    ) throws -> Bool {
        if try !transaction.localFollowers(of: actor.id, forAnnounce: false).isEmpty { return true }
        if post.reply?.post != nil { return true }
        return try recipients.contains { try transaction.actor($0)?.isLocal == true }
    }

    /// An actor of another node as a viewer, inside a transaction.
    static func viewer(_ actor: Actor, world: World, in transaction: Transaction) throws -> Viewer {
        let authority = actor.host ?? world.needs.addresses.authority
        let standing = try World.standing(of: authority, needs: world.needs, in: transaction)
        return .remote(actor.id, authority: authority, isOfOrganisation: standing == .member)
    }
}
