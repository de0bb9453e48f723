import ActivityStreams
public import Domain
import FoundationEssentials
import Logging
public import ServiceLifecycle
import Signatures
import Social
import Storage
import Synchronization

/// Repairs what two nodes believe about who follows whom, after one of them was restored from a backup, say (FEP-8fcf).
public final class FollowersSync: Service {
    /// The same actor is looked at once in that time.
    private static let pause: Double = 600
    private static let patience = Duration.seconds(30)
    /// People of ours that one comparison tells of.
    private static let mostTold = 100
    private let nodes = Throttle(capacity: 20, period: .seconds(600))
    private let world: World
    private let asked = Mutex<[ActorID: Date]>([:])
    private let book = Mutex(ComparisonBook())
    private let bell = Bell()

    public init(world: World) { self.world = world }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    while let claim = book.withLock({ $0.start() }) {
                        group.addTask { [self] in await handle(claim) }
                    }
                    await bell.wait(upTo: .seconds(60))
                }
            }
        }
    }

    /// Asks for a comparison with what an actor's node said in a signed field.
    public func heard(_ field: String, from actor: Actor) {
        let now = world.needs.now()
        book.withLock { $0.add(ComparisonBook.Claim(actor: actor, field: field), at: now) }
        bell.ring()
    }

    /// Compares, and where the two differ asks the actor's node and puts ours right.
    ///
    /// People of ours whom it does not list do not follow any more; those whom it lists and who do not follow are told
    /// of. Its list counts only when it is what the digest says, whole; whoever began to follow meanwhile stays.
    public func compare(_ actor: Actor, _ field: String) async throws {
        guard let claim = FollowersDigest(field), claim.collection == actor.endpoints.followers,
            claim.url.origin == actor.uri.origin, !actor.isLocal
        else { return }
        let asked = world.needs.now()
        let own = try await world.needs.store.read { try $0.ownFollowers(of: actor.id) }
        // Also where nobody here follows: whoever began to after a backup that was restored is still sent everything.
        guard FollowersDigest.digest(of: own.map(\.uri)) != claim.digest, isDue(actor) else { return }
        let object = try await within(Self.patience) { [world] in
            try await Fetch(world: world).object(claim.url, strict: false)
        }
        let items = Set((object.uris("orderedItems") + object.uris("items")).compactMap { ObjectURI($0) })
        guard ["OrderedCollection", "Collection"].contains(object.type),
            FollowersDigest.digest(of: Array(items)) == claim.digest
        else { return }
        let listed = items.filter { world.needs.addresses.isOwn($0) }
        let known = Set(own.map(\.person))
        try await world.needs.store.write { [world] transaction in
            let own = try transaction.ownFollowers(of: actor.id)
            for follower in own where known.contains(follower.person) && !listed.contains(follower.uri) {
                guard let follow = try transaction.follow(follower.person, actor.id), follow.createdAt < asked
                else { continue }
                try FollowActor.end(follower.person, actor.id, in: transaction)
            }
            for uri in listed.subtracting(own.map(\.uri)).prefix(Self.mostTold) {
                guard let person = try transaction.actor(uri), person.isLocal,
                    try transaction.follow(person.id, actor.id) == nil
                else { continue }
                let undone = world.needs.addresses.activity(world.needs.ids.next())
                try transaction.append(.unfollowed(person.id, of: actor.id, uri: undone))
            }
        }
        world.counters.count(.followersRepaired)
    }

    private func handle(_ claim: ComparisonBook.Claim) async {
        var isTooSlow = false
        do { try await compare(claim.actor, claim.field) } catch {
            isTooSlow = error as? ExchangeFault == .tooSlow
            world.logger.debug("followers were not compared", metadata: ["because": "\(error)"])
        }
        let now = world.needs.now()
        book.withLock { [isTooSlow] in $0.end(claim.node, isTooSlow: isTooSlow, at: now) }
        bell.ring()
    }

    /// Not the same actor again soon, and not many actors of one node.
    private func isDue(_ actor: Actor) -> Bool {
        let now = world.needs.now()
        let isFirst = asked.withLock { asked in
            if let last = asked[actor.id], abs(now.timeIntervalSince(last)) < Self.pause { return false }
            if asked.count > 10_000 { asked.removeAll() }
            asked[actor.id] = now
            return true
        }
        return isFirst && (try? nodes.take(actor.uri.authority, at: now)) != nil
    }
}
