/// What another node's software announced of itself (FEP-844e), as far as it matters to us.
public struct Capabilities: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// It verifies RFC 9421 signatures by Ed25519 keys.
    public static let signsModern = Capabilities(rawValue: 1)
    /// Its shared inbox takes several activities in one request (Spec/federation.md, *Batched delivery*).
    public static let takesBatches = Capabilities(rawValue: 2)
}
