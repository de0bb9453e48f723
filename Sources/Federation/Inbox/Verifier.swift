public import Domain
import FoundationEssentials
import JSON
public import Signatures
import Social
import Storage

/// Says who signed a request. What they say is looked at only after that.
///
/// The rules are FEP-fe34's: key and actor claim each other, and id, owner and key share an origin.
public struct Verifier: Sendable {
    let world: World
    private let keys: Keys

    public init(world: World) {
        self.world = world
        keys = Keys(world: world)
    }

    /// Where this node lives: what signatures must name.
    public var addresses: Addresses { world.needs.addresses }

    /// The actor of another node whose signature the request bears.
    ///
    /// - Throws: ``Refusal/notAuthenticated(because:)`` when it does not hold, ``Refusal/notAllowed(because:)`` for
    ///   a node or an actor with whom we do not deal, ``ExchangeFault`` when the key cannot be had.
    public func signer(of message: HTTPMessage) async throws -> Actor {
        try await signer(of: message, mayHaveLeft: false, Patience(world.keyPatience))
    }

    /// The same. `mayHaveLeft`: whether it may be that of someone who has left the organisation; what they may still say,
    /// the caller decides.
    func signer(of message: HTTPMessage, mayHaveLeft: Bool, _ patience: Patience) async throws -> Actor {
        let signature = try Self.read(message)
        guard let id = ObjectURI(signature.keyID), world.isForeign(id) else {
            throw Refusal.notAuthenticated(because: "the key's id is not acceptable")
        }
        guard try await world.standing(of: id.authority) != .refused else {
            throw Refusal.notAllowed(because: "this node does not federate with \(id.authority)")
        }
        let found = try await keys.key(id, patience)
        guard found.actor.state == .active || (mayHaveLeft && found.actor.state == .left) else {
            throw Refusal.notAllowed(because: "the actor is suspended or gone")
        }
        do {
            try verify(signature, message, by: found.key)
            return found.actor
        } catch SignatureFault.wrongSignature {
            // Rotated, perhaps.
            guard let fresh = try? await keys.fresh(id, patience) else {
                throw Refusal.notAuthenticated(because: "the signature does not hold")
            }
            do {
                try verify(signature, message, by: fresh.key)
                return fresh.actor
            } catch {
                throw Refusal.notAuthenticated(because: "the signature does not hold")
            }
        } catch let fault {
            throw Refusal.notAuthenticated(because: "\(fault)")
        }
    }

    /// A field's value, where the request's signature covers it. To be asked after ``signer(of:)`` has verified.
    static func signed(_ name: String, of message: HTTPMessage) -> String? {
        guard let value = message.field(name), let signature = try? read(message), signature.covers(name)
        else {
            return nil
        }
        return value
    }

    /// The actor by whose proof a document that someone else passes on is genuine (FEP-8b32). `patience`: of the request
    /// that brings it, where it is not looked at for itself.
    ///
    /// - Throws: as ``signer(of:)``; ``ExchangeFault`` also when the key may not be asked for just now.
    func prover(
        of document: JSONValue, claimed actor: ObjectURI, _ patience: Patience? = nil
    ) async throws -> Actor {
        guard let method = ObjectProof.method(of: document).flatMap({ ObjectURI($0) }),
            world.isForeign(method),
            method.origin == actor.origin
        else { throw Refusal.notAllowed(because: "the activity is not its signer's own, and bears no proof") }
        guard try await world.standing(of: method.authority) != .refused else {
            throw Refusal.notAllowed(because: "this node does not federate with \(method.authority)")
        }
        let found: (actor: Actor, key: PublicKey)
        do {
            found = try await keys.key(method, patience ?? Patience(world.keyPatience))
        } catch Refusal.tooMany {
            // Of its author's node: whoever passes it on has asked for nothing.
            throw ExchangeFault.unreachable("too many keys of that node were asked for")
        }
        guard found.actor.uri == actor, found.actor.state == .active else {
            throw Refusal.notAllowed(because: "the proof is by another actor's key")
        }
        do {
            try ObjectProof.verify(document, by: found.key, now: world.needs.now())
        } catch {
            throw Refusal.notAuthenticated(because: "the proof does not hold")
        }
        return found.actor
    }

    private enum Signature {
        case classic(CavageSignature)
        case modern(MessageSignature)

        var keyID: String {
            switch self {
            case .classic(let signature): signature.keyID
            case .modern(let signature): signature.keyID
            }
        }

        func covers(_ name: String) -> Bool {
            switch self {
            case .classic(let signature): signature.covers(name)
            case .modern(let signature): signature.covers(name)
            }
        }
    }

    private static func read(_ message: HTTPMessage) throws(Refusal) -> Signature {
        do {
            guard let input = message.field("signature-input") else {
                guard let field = message.field("signature") else { throw SignatureFault.missing }
                return .classic(try CavageSignature(field: field))
            }
            let signatures = try MessageSignature.read(
                input: input, signature: message.field("signature") ?? "")
            guard signatures.count == 1, let signature = signatures.first else {
                throw SignatureFault.malformed("one signature is expected")
            }
            return .modern(signature)
        } catch {
            throw .notAuthenticated(because: "\(error)")
        }
    }

    private func verify(
        _ signature: Signature, _ message: HTTPMessage, by key: PublicKey
    ) throws(SignatureFault) {
        let (authority, now) = (world.needs.addresses.authority, world.needs.now())
        switch signature {
        case .classic(let signature): try signature.verify(message, by: key, authority: authority, now: now)
        case .modern(let signature): try signature.verify(message, by: key, authority: authority, now: now)
        }
    }
}
