import ActivityStreams
public import Domain
import FoundationEssentials
import JSON
import Signatures
import Social
import Storage

/// Actors of other nodes: found, read, kept and refreshed.
public struct RemoteActors: Sendable {
    /// After this a document is read again when it is needed.
    private static let freshness: Double = 86400
    let world: World

    public init(world: World) { self.world = world }

    /// A known actor, or the one that the URI names when it is asked for.
    ///
    /// - Throws: `ExchangeFault` when it is unknown and cannot be read.
    public func actor(_ uri: ObjectURI) async throws -> Actor {
        let known = try await world.needs.store.read { try $0.actor(uri) }
        if let known {
            let age = world.needs.now().timeIntervalSince(known.fetchedAt ?? .distantPast)
            guard !known.isLocal, age > Self.freshness else { return known }
            // An old reading is better than none: the other node may be down.
            return (try? await refresh(uri)) ?? known
        }
        return try await refresh(uri)
    }

    /// Reads an actor's document now and keeps what it says.
    @discardableResult
    public func refresh(_ uri: ObjectURI) async throws -> Actor {
        let object = try await Fetch(world: world).object(uri)
        return try await keep(object)
    }

    /// Looks a handle up by WebFinger at its host, and reads the actor that it names (RFC 7033).
    ///
    /// A handle that D's WebFinger gives to an actor on H is kept under H unless H claims it too (N60, N61).
    public func find(_ handle: Handle) async throws -> Actor {
        let scheme = world.allowsInsecure ? "http" : "https"
        let query = "/.well-known/webfinger?resource=acct:\(handle.name)@\(handle.host)"
        guard let url = ObjectURI("\(scheme)://\(handle.host)\(query)") else {
            throw Refusal.notFound("Record")
        }
        let json = try await Fetch(world: world).json(url, accept: "application/jrd+json, application/json")
        guard let descriptor = ResourceDescriptor(json), let target = descriptor.actor,
            let uri = ObjectURI(target)
        else { throw ExchangeFault.unusable("no actor in the WebFinger answer") }
        if world.needs.addresses.isOwn(uri) {
            guard let own = try await world.needs.store.read({ try $0.actor(uri) }) else {
                throw Refusal.notFound("Record")
            }
            return own
        }
        return try await actor(uri)
    }

    /// Keeps an actor's document that was fetched from its own address, or signed by the actor itself.
    @discardableResult
    func keep(_ object: ASObject) async throws -> Actor {
        let read = try ActorIn(world: world).read(object)
        let authority = read.actor.uri.authority
        if read.capabilities?.contains(.signsModern) == true { world.styles.learn(.modern, for: authority) }
        let kept = try await world.needs.store.write { transaction -> Actor in
            var actor = read.actor
            if let known = try transaction.actor(actor.uri) {
                actor.id = known.id
                actor.createdAt = known.createdAt
                actor.organisationHandle = known.organisationHandle
                // Only the register tells of contacts.
                actor.work.contacts = known.work.contacts
                // What administrators and the directory decided stays decided.
                if known.state != .active { actor.state = known.state }
            }
            try transaction.save(actor)
            for var key in read.keys {
                key.actor = actor.id
                try transaction.save(key)
            }
            try transaction.forgetKeys(of: actor.id, except: read.keys.map(\.id))
            if var group = read.group {
                group.actor = actor.id
                try transaction.save(group)
            }
            if let honours = read.honours { try transaction.save(honours, of: actor.id) }
            try transaction.restore(actor.endpoints)
            if let announced = read.capabilities, try transaction.capabilities(of: authority) != announced {
                try transaction.save(announced, of: authority)
            }
            return actor
        }
        world.ring.forget(actor: kept.id)
        return kept
    }
}
