import Domain
import Signatures
import Synchronization

/// Public keys seen lately, parsed, by key id.
final class KeyRing: Sendable {
    struct Entry: Sendable {
        var actor: ActorID
        var key: PublicKey
    }

    private static let limit = 10_000
    private let entries = Mutex<[ObjectURI: Entry]>([:])

    func entry(_ id: ObjectURI) -> Entry? { entries.withLock { $0[id] } }

    func keep(_ entry: Entry, as id: ObjectURI) {
        entries.withLock { entries in
            // Rarely full; starting over costs one parsing for each key still in use.
            if entries.count >= Self.limit { entries.removeAll() }
            entries[id] = entry
        }
    }

    func forget(actor: ActorID) {
        entries.withLock { entries in entries = entries.filter { $0.value.actor != actor } }
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
