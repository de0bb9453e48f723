public import Domain
import FoundationEssentials
public import Logging
import Signatures
public import Social
import Storage

/// What the parts of this room share.
public struct World: Sendable {
    public let needs: Needs
    public let keys: NodeKeys
    public let send: Send
    public let logger: Logger
    /// Whether plain http may be spoken with other nodes: for trials on one machine.
    public let allowsInsecure: Bool
    public let counters: Counters
    /// The directory's name: it belongs by definition.
    public let directory: String?
    /// Seconds for which what was read of a signer and its node is believed without reading it again.
    let memory: Double
    /// How long the keys that one request names are looked for, all together.
    let keyPatience: Duration
    let ring: KeyRing
    let standings = Standings()
    let styles: SignatureStyles

    public init(
        needs: Needs, keys: NodeKeys, send: @escaping Send, logger: Logger, allowsInsecure: Bool,
        counters: Counters, directory: String?, memory: Double = 1,
        keyPatience: Duration = .seconds(8)
    ) {
        self.needs = needs
        self.keys = keys
        self.send = send
        self.logger = logger
        self.allowsInsecure = allowsInsecure
        self.counters = counters
        self.directory = directory
        self.memory = memory
        self.keyPatience = keyPatience
        ring = KeyRing()
        styles = SignatureStyles()
    }

    /// How this node stands to another.
    public enum Standing: Sendable, Equatable {
        /// Of the organisation.
        case member
        /// Outside, which only an open node deals with.
        case outsider
        case refused
    }

    /// Whether we deal with a node, by the directory's list and our own policy.
    public func standing(of authority: String) async throws -> Standing {
        if authority == directory { return .member }
        let now = needs.now()
        if let known = standings.standing(authority, at: now, memory: memory) { return known }
        let standing = try await needs.store.read { [needs] in
            try Self.standing(of: authority, needs: needs, in: $0)
        }
        // A refusal is not remembered: whoever is admitted just now should not wait for it.
        if standing != .refused { standings.keep(standing, for: authority, until: now + memory) }
        return standing
    }

    static func standing(of authority: String, needs: Needs, in transaction: Transaction) throws -> Standing {
        if let member = try transaction.member(authority) {
            if member.isAdmitted(at: needs.now()) { return .member }
            // Removal is a decision against a node; a request to join that was not granted is none.
            if member.state == .removed { return .refused }
        }
        switch needs.policy {
        case .organisation: return .refused
        case .open: return .outsider
        }
    }

    /// An actor of another node as a viewer.
    public func viewer(_ actor: Actor) async throws -> Viewer {
        let authority = actor.host ?? needs.addresses.authority
        let isOfOrganisation = try await standing(of: authority) == .member
        guard actor.kind != .application else {
            return .node(authority: authority, isOfOrganisation: isOfOrganisation)
        }
        return .remote(actor.id, authority: authority, isOfOrganisation: isOfOrganisation)
    }

    /// A URI that may be spoken to at all: https, or http where trials allow it, and not ourselves (N59).
    func isForeign(_ uri: ObjectURI) -> Bool {
        (uri.scheme == "https" || allowsInsecure) && !needs.addresses.isOwn(uri)
    }
}
