import ActivityStreams
import Domain
import FoundationEssentials
import Social
import Storage

/// Someone moved to another node: their followers here follow them there (FEP-7628).
struct HandleMove {
    /// A second move within this time is ignored (N50).
    private static let cooldown: Double = 7 * 86400
    let world: World

    func prepare(_ activity: Activity) async throws -> Plan.Effect {
        let source = try activity.target()
        guard source == activity.actor.uri,
            let target = activity.object.uri("target").flatMap({ ObjectURI($0) }), target != source
        else { throw Refusal.notAllowed(because: "an actor moves itself") }
        // Read now: the new actor must claim the old one.
        let fresh: Actor? =
            world.needs.addresses.isOwn(target)
            ? try await world.needs.store.read { try $0.actor(target) }
            : try await RemoteActors(world: world).refresh(target)
        guard let fresh, fresh.alsoKnownAs.contains(source) else {
            throw Refusal.notAllowed(because: "the new actor does not know the old one")
        }
        return { [world, old = activity.actor] transaction in
            let name = "moved \(old.id)"
            let now = world.needs.now()
            let last =
                try transaction.nodeState(name).flatMap { Double(String(decoding: $0, as: UTF8.self)) } ?? 0
            guard now.timeIntervalSince1970 - last > Self.cooldown else { return }
            try transaction.setNodeState(name, to: Array(String(now.timeIntervalSince1970).utf8))
            for follower in try transaction.localFollowers(of: old.id) {
                let person = follower.person
                try FollowActor.end(person, old.id, in: transaction)
                guard person != fresh.id, try transaction.follow(person, fresh.id) == nil,
                    try !transaction.isBlocked(person, by: fresh.id),
                    try !transaction.isBlocked(fresh.id, by: person)
                else { continue }
                var moved = Follow(
                    follower: person, followee: fresh.id, state: .asked,
                    uri: world.needs.addresses.activity(world.needs.ids.next()), createdAt: now
                )
                moved.notifies = follower.notifies
                try FollowActor.receive(moved, followee: fresh, in: transaction)
            }
        }
    }
}
