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
    private static let patience: Double = 60
    private static let refetchPause: Double = 300
    private static let limit = 10_000

    private struct Memory {
        /// Keys that could not be had, until when they are not asked for again (N2).
        var missing: [ObjectURI: Date] = [:]
        /// When a key was last fetched because its signature did not hold (N27).
        var refetched: [ObjectURI: Date] = [:]
    }

    private let world: World
    private let memory = Mutex(Memory())

    init(world: World) { self.world = world }

    /// The key and its owner.
    ///
    /// - Throws: ``ExchangeFault`` when it is unknown and cannot be had.
    func key(_ id: ObjectURI) async throws -> (actor: Actor, key: PublicKey) {
        if let known = try await known(id) { return known }
        let now = world.needs.now()
        if let until = memory.withLock({ $0.missing[id] }), until > now {
            throw ExchangeFault.unusable("key could not be had a moment ago")
        }
        do {
            return try await fetch(id)
        } catch {
            memory.withLock { memory in
                if memory.missing.count >= Self.limit { memory.missing.removeAll() }
                memory.missing[id] = now + Self.patience
            }
            throw error
        }
    }

    /// The key anew, after a signature did not hold: it may have been rotated. Nil when it was asked for lately.
    func fresh(_ id: ObjectURI) async throws -> (actor: Actor, key: PublicKey)? {
        let now = world.needs.now()
        let isDue = memory.withLock { memory in
            if let last = memory.refetched[id], now.timeIntervalSince(last) < Self.refetchPause {
                return false
            }
            if memory.refetched.count >= Self.limit { memory.refetched.removeAll() }
            memory.refetched[id] = now
            return true
        }
        return isDue ? try await fetch(id) : nil
    }

    private func known(_ id: ObjectURI) async throws -> (actor: Actor, key: PublicKey)? {
        let entry = world.ring.entry(id)
        let now = world.needs.now()
        let found = try await world.needs.store.read { transaction -> (Actor, ActorKey?)? in
            if let entry { return try transaction.actor(entry.actor).map { ($0, nil) } }
            guard let key = try transaction.actorKey(id), let actor = try transaction.actor(key.actor) else {
                return nil
            }
            if let retired = key.retiredAt, now.timeIntervalSince(retired) > NodeKeys.overlap { return nil }
            return (actor, key)
        }
        guard let (actor, stored) = found else { return nil }
        if let entry { return (actor, entry.key) }
        guard let key = try stored?.parsed() else { return nil }
        world.ring.keep(KeyRing.Entry(actor: actor.id, key: key), as: id)
        return (actor, key)
    }

    private func fetch(_ id: ObjectURI) async throws -> (actor: Actor, key: PublicKey) {
        let document = try await Fetch(world: world).object(id, strict: false)
        let actors = RemoteActors(world: world)
        let isOwner = Vocabulary.actorTypes.contains(document.type) && document.json["inbox"] != nil
        if isOwner {
            guard let own = document.id.flatMap({ ObjectURI($0) }), own.origin == id.origin else {
                throw ExchangeFault.unusable("key document of another origin")
            }
            try await actors.keep(document)
        } else {
            // A document of the key alone, or a stub: its owner must list the key (N20).
            let named =
                document.uri("owner") ?? document.uri("controller")
                ?? document.json["publicKey"]?["owner"]?.string
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
