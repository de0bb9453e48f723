import ActivityStreams
import Domain
import Social
import Storage

/// A post or a profile of another node has changed.
struct HandleUpdate: Sendable {
    let world: World

    func plan(_ activity: Activity) throws -> Plan {
        if let tally = activity.object.objects("object").first, tally.type == PollOut.tallyType {
            return .effect(try HandleVote(world: world).tally(tally, activity))
        }
        if let tally = activity.object.objects("object").first, tally.type == SurveyOut.tallyType {
            return .effect(try HandleSurvey(world: world).effect(tally, activity))
        }
        let uri = try activity.target()
        guard let embedded = activity.object.objects("object").first else {
            return .errand { try await prepare(try await Fetch(world: world).object(uri), activity) }
        }
        guard Vocabulary.actorTypes.contains(embedded.type) else {
            return .effect(try effect(embedded, activity))
        }
        return .errand { try await prepare(embedded, activity) }
    }

    private func prepare(_ object: ASObject, _ activity: Activity) async throws -> Plan.Effect {
        guard Vocabulary.actorTypes.contains(object.type) else { return try effect(object, activity) }
        let uri = try activity.target()
        guard uri == activity.actor.uri else {
            throw Refusal.notAllowed(because: "only an actor itself changes its profile")
        }
        // Keys decide who may speak: they are read from the actor's own address, never from a message.
        try await RemoteActors(world: world).refresh(uri)
        return { _ in }
    }

    private func effect(_ object: ASObject, _ activity: Activity) throws -> Plan.Effect {
        guard Vocabulary.postTypes.contains(object.type) else {
            return { try $0.countUnknown("Update \(object.type)") }
        }
        var reading = try PostIn(world: world).read(object, by: activity.actor)
        let isEdit = reading.post.editedAt != nil
        if !isEdit { reading.post.editedAt = activity.receivedAt }
        return { [world, reading, actor = activity.actor.id] transaction in
            guard let stored = try transaction.post(reading.post.uri), stored.deletedAt == nil else { return }
            guard stored.author == actor else {
                throw Refusal.notAllowed(because: "only its author changes a post")
            }
            if case .poll(let poll) = reading.post.body {
                try HandleVote.told(poll, of: stored, in: transaction)
                // New totals are no edit; other options are one.
                if case .poll(let known) = stored.body, !isEdit, known.asksTheSame(as: poll) { return }
            }
            var (version, recipients) = try PostIn(world: world).complete(reading, in: transaction)
            version.id = stored.id
            try Edit.receive(version, recipients: recipients, in: transaction)
        }
    }
}
