import Domain
import FoundationEssentials
import Signatures
import Synchronization

/// Public keys seen lately, parsed, with the actor that each belongs to as it was last read.
final class KeyRing: Sendable {
    struct Entry: Sendable {
        var actor: Actor
        var key: PublicKey
        /// The key as it is stored.
        var encoded: [UInt8]
        /// Until when the reading of the actor is believed: others may change it, an administrator above all.
        var until: Date
    }

    private static let limit = 10_000
    private let entries = Mutex<[String: Entry]>([:])

    func entry(_ id: ObjectURI) -> Entry? { entries.withLock { $0[id.string] } }

    func keep(_ entry: Entry, as id: ObjectURI) {
        entries.withLock { entries in
            // Rarely full; starting over costs one parsing for each key still in use.
            if entries.count >= Self.limit { entries.removeAll() }
            entries[id.string] = entry
        }
    }

    func forget(actor: ActorID) {
        entries.withLock { entries in entries = entries.filter { $0.value.actor.id != actor } }
    }
}

/// How this node stands to others, as last read.
final class Standings: Sendable {
    private static let limit = 10_000
    private let known = Mutex<[String: (standing: World.Standing, until: Date)]>([:])

    func standing(_ authority: String, at now: Date, memory: Double) -> World.Standing? {
        known.withLock { known in
            guard let found = known[authority], found.until.holds(at: now, atMost: memory) else { return nil }
            return found.standing
        }
    }

    func keep(_ standing: World.Standing, for authority: String, until: Date) {
        known.withLock { known in
            if known.count >= Self.limit { known.removeAll() }
            known[authority] = (standing, until)
        }
    }
}

/// How requests to a node are signed, as learned from it.
final class SignatureStyles: Sendable {
    enum Style: Sendable {
        /// RFC 9421 with Ed25519, which the node announced (FEP-844e).
        case modern
        /// draft-cavage with RSA, which everyone understands.
        case classic
        /// RFC 9421 with RSA, for nodes that no longer take the draft.
        case middle
    }

    private static let limit = 10_000
    private let styles = Mutex<[String: Style]>([:])

    func style(for authority: String) -> Style? { styles.withLock { $0[authority] } }

    func learn(_ style: Style, for authority: String) {
        styles.withLock { styles in
            if styles.count >= Self.limit { styles.removeAll() }
            styles[authority] = style
        }
    }
}
