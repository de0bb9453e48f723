public import Domain
public import FoundationEssentials
public import Signatures
public import Storage
import Synchronization

/// The private keys of this node's actors: made when first needed, sealed at rest, parsed once.
public final class NodeKeys: Sendable {
    /// How long a key goes on being honoured after its successor took over.
    public static let overlap: Double = 7 * 86400

    private let store: any Store
    private let sealing: Sealing
    private let now: @Sendable () -> Date
    private let parsed = Mutex<[ObjectURI: PrivateKey]>([:])
    /// Keys in force as last read. One that was rotated elsewhere is honoured for much longer than this.
    private let read = Mutex<[ActorID: (keys: [ActorKey], until: Date)]>([:])
    private static let memory: Double = 10

    public init(store: any Store, sealing: Sealing, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.sealing = sealing
        self.now = now
    }

    /// Keys for a newcomer. RSA is left until someone outside needs it: making one takes a tenth of a second.
    public func make(for actor: ActorID, uri: ObjectURI) throws -> [ActorKey] {
        [try key(.ed25519, named: "ed25519-key", of: actor, uri: uri)]
    }

    /// The key that an actor signs with now, and its id.
    public func signingKey(_ kind: ActorKey.Kind, of actor: Actor) async throws -> (
        id: ObjectURI, key: PrivateKey
    ) {
        let key = try await current(kind, of: actor)
        if let known = parsed.withLock({ $0[key.id] }) { return (key.id, known) }
        guard let sealed = key.sealedPrivateKey else { throw SignatureFault.badKey }
        let opened = try PrivateKey(encoded: sealing.open(sealed, for: key.id.string))
        parsed.withLock { parsed in
            if parsed.count >= 10_000 { parsed.removeAll() }
            parsed[key.id] = opened
        }
        return (key.id, opened)
    }

    /// The keys that an actor's document shows: one of each kind in force.
    public func publicKeys(of actor: Actor) async throws -> [ActorKey] {
        [try await current(.rsa, of: actor), try await current(.ed25519, of: actor)]
    }

    /// Gives an actor new keys. The old ones are no longer shown, but what they signed holds for the overlap.
    public func rotate(_ actor: Actor) async throws {
        let old = try await store.read { try $0.keys(of: actor.id) }
        let date = now()
        let fresh = try [ActorKey.Kind.rsa, .ed25519].map { kind in
            let base = kind == .rsa ? "main-key" : "ed25519-key"
            return try key(kind, named: "\(base)-\(old.count + 1)", of: actor.id, uri: actor.uri)
        }
        try await store.write { transaction in
            for key in old where key.retiredAt == nil { try transaction.retireKey(key.id, at: date) }
            for key in fresh { try transaction.save(key) }
            try transaction.append(.profileChanged(actor.id))
        }
        read.withLock { $0[actor.id] = nil }
    }

    private func current(_ kind: ActorKey.Kind, of actor: Actor) async throws -> ActorKey {
        if let key = try await keys(of: actor.id).first(where: { $0.kind == kind }) { return key }
        let fresh = try key(
            kind, named: kind == .rsa ? "main-key" : "ed25519-key", of: actor.id, uri: actor.uri)
        let kept = try await store.write { transaction in
            // Someone else may have needed it at the same moment.
            if let key = try Self.inForce(kind, of: actor.id, in: transaction) { return key }
            try transaction.save(fresh)
            return fresh
        }
        read.withLock { $0[actor.id] = nil }
        return kept
    }

    private func keys(of actor: ActorID) async throws -> [ActorKey] {
        let now = now()
        if let known = read.withLock({ $0[actor] }), known.until.holds(at: now, atMost: Self.memory) {
            return known.keys
        }
        let keys = try await store.read { try $0.keys(of: actor) }.filter { $0.retiredAt == nil }
        read.withLock { read in
            if read.count >= 10_000 { read.removeAll() }
            read[actor] = (keys, now + Self.memory)
        }
        return keys
    }

    private static func inForce(
        _ kind: ActorKey.Kind, of actor: ActorID, in transaction: Transaction
    ) throws -> ActorKey? {
        try transaction.keys(of: actor).first { $0.kind == kind && $0.retiredAt == nil }
    }

    private func key(_ kind: ActorKey.Kind, named name: String, of actor: ActorID, uri: ObjectURI) throws
        -> ActorKey
    {
        guard let id = ObjectURI("\(uri)#\(name)") else { throw SignatureFault.badKey }
        let made = try kind == .rsa ? PrivateKey.makeRSA() : PrivateKey.makeEd25519()
        let half = try made.publicKey()
        return ActorKey(
            id: id, actor: actor, kind: kind, publicKey: kind == .rsa ? half.der : half.raw,
            sealedPrivateKey: try sealing.seal(made.der, for: id.string)
        )
    }
}

extension ActorKey {
    /// The parsed public half.
    func parsed() throws(SignatureFault) -> PublicKey {
        switch kind {
        case .rsa: try PublicKey(encoded: publicKey)
        case .ed25519: try PublicKey(ed25519: publicKey)
        }
    }
}
