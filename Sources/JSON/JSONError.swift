/// Why a text is not taken as JSON.
public enum JSONError: Error, Equatable, Sendable {
    /// Not JSON (RFC 8259); `at` is the byte.
    case malformed(at: Int)
    /// An object names a member twice.
    case duplicateName(at: Int)
    /// Not UTF-8, a lone surrogate, or NUL.
    case badText(at: Int)
    /// Deeper, or with more values, than is allowed.
    case tooMuch(at: Int)
}
