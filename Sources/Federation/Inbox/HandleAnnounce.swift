import ActivityStreams
import Domain
import JSON
import Social
import Storage

/// Someone elsewhere passes a post on. A copy inside is ignored: the post is read where it lives (N46).
struct HandleAnnounce {
    let world: World
    let threads: Threads

    func prepare(_ activity: Activity) async throws -> Plan.Effect {
        if activity.actor.kind == .group, let inner = activity.object.objects("object").first,
            Carried.types.contains(inner.type)
        {
            let effect = try await Carried(world: world, threads: threads)
                .prepare(inner, by: activity.actor, at: activity.receivedAt)
            guard inner.type == "Create", let uri = inner.uri("object").flatMap({ ObjectURI($0) }) else {
                return effect
            }
            let role = activity.object.json["hallway:role"]?.string.flatMap { Membership.Role(word: $0) }
            return { [group = activity.actor.id] transaction in
                try effect(transaction)
                // Of nobody but the author of what stands in the group, as was proved before it was kept.
                guard let post = try transaction.post(uri), post.deletedAt == nil, post.group == group else {
                    return
                }
                try transaction.setVoice((role ?? .member) >= .moderator, of: post.author, in: group)
            }
        }
        let target = try activity.target()
        let (isKnown, isFollowed) = try await world.needs.store.read { transaction in
            (
                try transaction.postID(target) != nil,
                try transaction.localFollowers(of: activity.actor.id).contains(where: \.showsAnnounces)
            )
        }
        // Nobody here would see it.
        guard isFollowed || isKnown else { return { _ in } }
        if !isKnown { try await threads.fetch(target) }
        let audience = Self.audience(of: activity.object, policy: world.needs.policy)
        return { [world, actor = activity.actor] transaction in
            guard let original = try transaction.post(target), original.deletedAt == nil,
                original.body.announced == nil
            else { return }
            let viewer = try HandleCreate.viewer(actor, world: world, in: transaction)
            guard try transaction.maySee(original, viewer),
                [.anyone, .organisation].contains(original.audience) || original.author == actor.id
            else { throw Refusal.notFound("Record") }
            guard try transaction.announce(of: original.id, by: actor.id) == nil,
                try transaction.actor(original.author)?.isLocal == true
                    || transaction.hasLocalFollower(actor.id)
            else { return }
            let announce = Post(
                id: world.needs.ids.next(), uri: activity.id, author: actor.id,
                body: .announce(of: original.id),
                content: "", audience: original.audience == .anyone ? audience : original.audience,
                createdAt: min(activity.object.date("published") ?? activity.receivedAt, activity.receivedAt)
            )
            _ = try Publish.receive(announce, recipients: [], isNews: true, in: transaction)
        }
    }

    private static func audience(of object: ASObject, policy: FederationPolicy) -> Audience {
        let addressed = Set((object.uris("to") + object.uris("cc")).prefix(Limits.recipients))
        if !addressed.isDisjoint(with: Vocabulary.everyoneSpellings) {
            return policy == .open ? .anyone : .organisation
        }
        return addressed.contains(Vocabulary.authenticated) ? .organisation : .followers
    }
}
