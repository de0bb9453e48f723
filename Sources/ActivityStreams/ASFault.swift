/// Why a document is not taken as ActivityStreams 2.
public enum ASFault: Error, Equatable, Sendable {
    case notAnObject
    /// A property has a value of a kind that it cannot have.
    case wrongKind(of: String)
    /// The context would make names mean something else (N36).
    case alteredContext(String)
    /// Not the two media types of ActivityPub §3.2 (N39, N40).
    case wrongMediaType
}
