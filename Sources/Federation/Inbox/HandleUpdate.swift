import ActivityStreams
import Domain
import Social
import Storage

/// A post or a profile of another node has changed.
struct HandleUpdate {
    let world: World

    func prepare(_ activity: Activity) async throws -> Handlers.Effect {
        let uri = try activity.target()
        let object =
            if let embedded = activity.object.objects("object").first { embedded } else {
                try await Fetch(world: world).object(uri)
            }
        if Vocabulary.actorTypes.contains(object.type) {
            guard uri == activity.actor.uri else {
                throw Refusal.notAllowed(because: "only an actor itself changes its profile")
            }
            // Keys decide who may speak: they are read from the actor's own address, never from a message.
            try await RemoteActors(world: world).refresh(uri)
            return { _ in }
        }
        guard Vocabulary.postTypes.contains(object.type) else {
            return { try $0.countUnknown("Update \(object.type)") }
        }
        var reading = try PostIn(world: world).read(object, by: activity.actor)
        if reading.post.editedAt == nil { reading.post.editedAt = activity.receivedAt }
        return { [world, reading, actor = activity.actor.id] transaction in
            guard let stored = try transaction.post(reading.post.uri), stored.deletedAt == nil else { return }
            guard stored.author == actor else {
                throw Refusal.notAllowed(because: "only its author changes a post")
            }
            var (version, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            version.id = stored.id
            try Edit.receive(version, recipients: recipients, in: transaction)
        }
    }
}
