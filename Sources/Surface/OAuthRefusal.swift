/// What OAuth says no with: a word for programs and a sentence for people (RFC 6749 §5.2).
public enum OAuthRefusal: String, Error, Sendable {
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case invalidScope = "invalid_scope"
    case invalidRedirect = "invalid_redirect_uri"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrantType = "unsupported_grant_type"
    case unsupportedResponseType = "unsupported_response_type"
    case accessDenied = "access_denied"

    public var sentence: String {
        switch self {
        case .invalidRequest:
            "The request is missing a required parameter, includes an unsupported parameter value, or is otherwise "
                + "malformed."
        case .invalidClient:
            "Client authentication failed due to unknown client, no client authentication included, or unsupported "
                + "authentication method."
        case .invalidGrant:
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used "
                + "in the authorization request, or was issued to another client."
        case .invalidScope: "The requested scope is invalid, unknown, or malformed."
        case .invalidRedirect: "The requested redirect uri is malformed or doesn't match client redirect URI."
        case .unauthorizedClient: "You are not authorized to revoke this token"
        case .unsupportedGrantType:
            "The authorization grant type is not supported by the authorization server."
        case .unsupportedResponseType: "The authorization server does not support this response type."
        case .accessDenied: "The resource owner or authorization server denied the request."
        }
    }

    /// The status of the answer.
    public var code: Int {
        switch self {
        case .invalidClient: 401
        case .unauthorizedClient: 403
        case .invalidRequest, .invalidGrant, .invalidScope, .invalidRedirect, .unsupportedGrantType,
            .unsupportedResponseType, .accessDenied:
            400
        }
    }
}
