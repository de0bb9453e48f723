public import Domain
public import Hummingbird
import HTTPTypes
import Signatures
public import Storage

/// Finds out whose token a request bears: in the header, the query of a stream, or a browser's cookie.
public struct AccessMiddleware: RouterMiddleware {
    public typealias Context = HallwayContext

    /// The cookie of a browser's session.
    public static let cookie = "hallway"
    private let store: any Store

    public init(store: any Store) { self.store = store }

    public func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let (word, isBrowser) = Self.word(in: request) {
            let hash = Digest.sha256(word.utf8)
            let token = try await store.read { try $0.token(hash: hash) }
            if let token {
                context.session = Session(token: token, hash: hash, isBrowser: isBrowser)
            } else if !isBrowser {
                // Whoever shows a token means it: a bad one is no reason to treat them as nobody.
                throw Refusal.notAuthenticated(because: "The access token is invalid")
            }
        }
        return try await next(request, context)
    }

    private static func word(in request: Request) -> (String, isBrowser: Bool)? {
        if let field = request.headers[.authorization], field.lowercased().hasPrefix("bearer ") {
            return (String(field.dropFirst(7)), false)
        }
        if request.uri.path.hasPrefix("/api/v1/streaming"),
            let word = request.uri.queryParameters["access_token"]
        {
            return (String(word), false)
        }
        // The client interface has no seals in its requests, so a cookie says nothing there.
        guard !request.uri.path.hasPrefix("/api/") else { return nil }
        return request.cookies[cookie].map { ($0.value, true) }
    }
}

/// Ties forms to the session in which they were made, so that no other page can send them.
public enum FormSeal {
    /// The word that each form of a session carries.
    public static func word(for session: Session) -> String {
        Digest.hmac(Array("form".utf8), secret: session.hash).base64URL
    }

    /// - Throws: ``Refusal/notAllowed(because:)`` when the word is another.
    public static func check(_ word: String?, for session: Session) throws(Refusal) {
        guard let word, Digest.areEqual(Array(word.utf8), Array(Self.word(for: session).utf8)) else {
            throw .notAllowed(because: "This form is out of date. Go back, reload the page and try again")
        }
    }
}
