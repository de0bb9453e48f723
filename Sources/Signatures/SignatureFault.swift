/// Why a signature, digest, key or proof does not hold. For the log and for 401 answers; never a fault of ours.
public enum SignatureFault: Error, Equatable, Sendable {
    case missing
    case malformed(String)
    /// Something that must be signed is not (N4, N9, N10).
    case notCovered(String)
    /// Too old, from the future, or expired (N13).
    case outsideWindow
    case unsupportedAlgorithm(String)
    case digestMismatch
    case digestMissing
    /// A key that is too short, too long, of small order, or unreadable (N18, N19).
    case badKey
    case wrongSignature
    /// Signed for another node (N10).
    case otherAuthority
}
