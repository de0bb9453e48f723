public import FoundationEssentials

/// A node of the organisation, as the directory's signed statement describes it (DESIGN §5).
public struct Member: Sendable, Equatable {
    /// Host, with a port where it has one.
    public var authority: String
    public var name: String
    /// The node's own actor.
    public var application: ObjectURI
    /// The legal entity that it belongs to.
    public var entity: String
    /// The node's Ed25519 key as a Multikey: the pin.
    public var key: String
    /// Address ranges (CIDR) in which the node may be reached besides public ones.
    public var ranges: [String]
    public var expiresAt: Date
    public var state: State
    /// The statement as it was signed.
    public var document: [UInt8]

    public init(
        authority: String, name: String, application: ObjectURI, entity: String, key: String,
        ranges: [String],
        expiresAt: Date, state: State, document: [UInt8]
    ) {
        self.authority = authority
        self.name = name
        self.application = application
        self.entity = entity
        self.key = key
        self.ranges = ranges
        self.expiresAt = expiresAt
        self.state = state
        self.document = document
    }

    public enum State: Int, Sendable {
        /// Asked to join; an administrator compares fingerprints.
        case asking = 0
        case admitted = 1
        case removed = 2
    }

    /// How long a node goes on being trusted while the directory cannot renew its statement (N116).
    public static let grace: Double = 7 * 86400

    /// Whether the node belongs, at a moment.
    public func isAdmitted(at date: Date) -> Bool {
        state == .admitted && expiresAt.addingTimeInterval(Self.grace) > date
    }
}
