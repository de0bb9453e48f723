public import Domain
public import HTTPTypes

/// A refusal in its HTTP form.
public struct Problem: Error, Sendable {
    public let status: HTTPResponse.Status
    public let message: String
    public let retryAfterSeconds: Int?
    /// What a browser's form brought that met it.
    public internal(set) var typed = Fields.none

    init(status: HTTPResponse.Status, message: String, retryAfterSeconds: Int?) {
        self.status = status
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The only place where a refusal becomes a status code.
    public init(_ refusal: Refusal) {
        var retryAfter: Int?
        switch refusal {
        case .notFound(let what): (status, message) = (.notFound, "\(what) not found")
        case .notAuthenticated(let reason): (status, message) = (.unauthorized, reason)
        case .notAllowed(let reason): (status, message) = (.forbidden, reason)
        case .malformed(let reason): (status, message) = (.badRequest, reason)
        case .invalid(let field, let reason):
            (status, message) = (.unprocessableContent, "Validation failed: \(field) \(reason)")
        case .tooLarge(let what, let limit):
            (status, message) = (.contentTooLarge, "\(what) is larger than \(limit) bytes")
        case .tooMany(let seconds):
            (status, message) = (.tooManyRequests, "Too many requests")
            retryAfter = seconds
        case .unavailable(let reason):
            (status, message) = (.serviceUnavailable, reason)
            retryAfter = 5
        }
        retryAfterSeconds = retryAfter
    }
}
