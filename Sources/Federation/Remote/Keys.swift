import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Signatures
import Social
import Storage
import Synchronization

/// Finds the key that a signature names, and the actor that claims it (FEP-fe34: both ways, on every path).
final class Keys: Sendable {
    private static let pause = Double(ActivityWaits.seconds)
    private static let limit = 10_000

    private struct Memory {
        /// Keys that could not be had, until when they are not asked for again (N2).
        var missing: [ObjectURI: (until: Date, fault: ExchangeFault)] = [:]
    }

    private let world: World
    private let memory = Mutex(Memory())
    /// Unknown keys asked for, and known ones asked for again, by node (N2, N27).
    private let fetches = Throttle(capacity: 60, period: .seconds(60))
    private let refetches = Throttle(capacity: 20, period: .seconds(300))

    init(world: World) { self.world = world }

    /// The key and its owner.
    ///
    /// - Throws: ``ExchangeFault`` when it is unknown and cannot be had, or not in that time.
    func key(_ id: ObjectURI, _ patience: Patience) async throws -> (actor: Actor, key: PublicKey) {
        if let known = try await known(id) { return known }
        let now = world.needs.now()
        if let missing = memory.withLock({ $0.missing[id] }),
            missing.until.holds(at: now, atMost: Self.pause)
        {
            throw missing.fault
        }
        // What is not asked for is neither counted nor remembered: it says nothing of that node.
        try patience.check(id.origin)
        try fetches.take(id.authority, at: now)
        let isFair = patience.isFresh
        do {
            return try await patience.ask(id.origin) { try await self.fetch(id) }
        } catch let fault as ExchangeFault {
            guard isFair || fault != .tooSlow else { throw fault }
            memory.withLock { memory in
                if memory.missing.count >= Self.limit { memory.missing.removeAll() }
                memory.missing[id] = (now + Self.pause, fault)
            }
            throw fault
        }
    }

    /// The key anew, after a signature did not hold: it may have been rotated. Nil when it was asked for lately.
    func fresh(_ id: ObjectURI, _ patience: Patience) async throws -> (actor: Actor, key: PublicKey)? {
        guard (try? refetches.take(id.authority, at: world.needs.now())) != nil else { return nil }
        return try await patience.ask(id.origin) { try await self.fetch(id) }
    }

    private func known(_ id: ObjectURI) async throws -> (actor: Actor, key: PublicKey)? {
        let entry = world.ring.entry(id)
        let now = world.needs.now()
        if let entry, entry.until.holds(at: now, atMost: world.memory) { return (entry.actor, entry.key) }
        let found = try await world.needs.store.read { transaction -> (Actor, ActorKey)? in
            guard let key = try transaction.actorKey(id), let actor = try transaction.actor(key.actor) else {
                return nil
            }
            if let retired = key.retiredAt, now.timeIntervalSince(retired) > NodeKeys.overlap { return nil }
            return (actor, key)
        }
        guard let (actor, stored) = found else { return nil }
        // Parsing costs twenty verifications: what is parsed stays so while the bytes are the same.
        let isSame = entry.map { $0.encoded == stored.publicKey } ?? false
        guard let key = isSame ? entry?.key : try stored.parsed() else { return nil }
        world.ring.keep(
            KeyRing.Entry(actor: actor, key: key, encoded: stored.publicKey, until: now + world.memory),
            as: id)
        return (actor, key)
    }

    private func fetch(_ id: ObjectURI) async throws -> (actor: Actor, key: PublicKey) {
        let document = try await Fetch(world: world).object(id, strict: false)
        let actors = RemoteActors(world: world)
        let isOwner = Vocabulary.actorTypes.contains(document.type) && document.json["inbox"] != nil
        if isOwner, document.id == id.withoutFragment.string {
            try await actors.keep(document)
        } else {
            // A document of the key alone, a stub, or an actor's found elsewhere: only its owner's own document,
            // at its own address, says which keys are the owner's (N20, N21).
            let named =
                document.uri("owner") ?? document.uri("controller")
                ?? document.json["publicKey"]?["owner"]?.string ?? (isOwner ? document.id : nil)
            guard let owner = named.flatMap({ ObjectURI($0) }), owner.origin == id.origin else {
                throw ExchangeFault.unusable("key of another origin")
            }
            try await actors.refresh(owner)
        }
        guard let found = try await known(id) else {
            throw ExchangeFault.unusable("its actor does not list the key")
        }
        return found
    }
}
