/// The house saying no: a rule that a caller broke, never a fault of ours.
///
/// Closed on purpose: only `Surface/Problem` turns it into a status code.
public enum Refusal: Error, Equatable, Sendable {
    /// What was asked for does not exist, or the asker may not know that it does.
    case notFound(String)
    /// Nobody said who they are, or the proof did not hold.
    case notAuthenticated(because: String)
    /// A rule forbids it to this caller.
    case notAllowed(because: String)
    /// What came is not what it should be; nothing in it was looked at further.
    case malformed(because: String)
    /// A value that cannot be taken; `field` names it.
    case invalid(field: String, because: String)
    /// Larger than the table of limits allows (Spec/federation.md).
    case tooLarge(what: String, limitBytes: Int)
    /// Too often; try again after so many seconds.
    case tooMany(retryAfterSeconds: Int)
    /// Something that this depends on does not answer just now.
    case unavailable(because: String)
}
