public import Domain
import FoundationEssentials
import Signatures
public import Social
import Storage

/// OAuth 2: applications, authorisation codes with PKCE, tokens (RFC 6749, 7636, 7009).
public struct Grants: Sendable {
    /// Programs without a browser of their own show the code to the person instead.
    public static let outOfBand = "urn:ietf:wg:oauth:2.0:oob"
    private static let codeTime: Double = 600
    private let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// What an authorisation request asks for, checked against the application's registration.
    public struct Request: Sendable {
        public var application: ClientApplication
        public var redirectURI: String
        public var scopes: Scopes
        public var state: String?
        public var challenge: String?
    }

    /// Registers an application.
    ///
    /// - Returns: the application and its secret, which is told once.
    public func register(
        name: String, website: String?, redirectURIs: [String], scopes: Scopes
    ) async throws -> (ClientApplication, secret: String) {
        guard (1...200).contains(name.count) else {
            throw Refusal.invalid(field: "Application name", because: "can't be blank")
        }
        guard (1...10).contains(redirectURIs.count), redirectURIs.allSatisfy(Self.isRedirect) else {
            throw Refusal.invalid(field: "Redirect URI", because: "must be an absolute URI.")
        }
        guard Self.areKnown(scopes) else {
            throw Refusal.invalid(field: "Scopes", because: "doesn't match configured on the server.")
        }
        let secret = RandomBytes.word()
        let application = ClientApplication(
            id: needs.ids.next(), name: name, website: website, clientID: RandomBytes.word(),
            secretHash: Digest.sha256(secret.utf8), redirectURIs: redirectURIs, scopes: scopes,
            createdAt: needs.now()
        )
        try await needs.store.write { try $0.insert(application) }
        return (application, secret)
    }

    /// Checks what came to the authorisation page; nothing is ever sent to an unregistered address (N101).
    public func request(_ fields: Fields) async throws -> Request {
        guard fields["response_type"] == "code" else { throw OAuthRefusal.unsupportedResponseType }
        guard let clientID = fields["client_id"],
            let application = try await needs.store.read({ try $0.application(clientID: clientID) })
        else { throw OAuthRefusal.invalidClient }
        guard let redirect = fields["redirect_uri"], application.redirectURIs.contains(redirect) else {
            throw OAuthRefusal.invalidRedirect
        }
        let scopes = Scopes(fields["scope"] ?? "read")
        guard Self.areKnown(scopes), application.scopes.covers(scopes) else {
            throw OAuthRefusal.invalidScope
        }
        let challenge = fields["code_challenge"].flatMap { $0.isEmpty ? nil : $0 }
        guard challenge == nil || fields["code_challenge_method"] == "S256" else {
            throw OAuthRefusal.invalidRequest
        }
        return Request(
            application: application, redirectURI: redirect, scopes: scopes, state: fields["state"],
            challenge: challenge)
    }

    /// Gives a code to the application that a person has just approved.
    public func approve(_ request: Request, by person: ActorID) async throws -> String {
        let word = RandomBytes.word()
        let code = AuthorisationCode(
            application: request.application.id, person: person, redirectURI: request.redirectURI,
            scopes: request.scopes, challenge: request.challenge, expiresAt: needs.now() + Self.codeTime
        )
        try await needs.store.write { try $0.insert(code, hash: Digest.sha256(word.utf8)) }
        return word
    }

    /// The token endpoint.
    ///
    /// - Throws: ``OAuthRefusal``.
    public func exchange(_ fields: Fields, basic: (id: String, secret: String)?) async throws -> (
        Token, word: String
    ) {
        guard let clientID = basic?.id ?? fields["client_id"],
            let application = try await needs.store.read({ try $0.application(clientID: clientID) }),
            let secret = basic?.secret ?? fields["client_secret"],
            Digest.areEqual(Digest.sha256(secret.utf8), application.secretHash)
        else { throw OAuthRefusal.invalidClient }
        switch fields["grant_type"] {
        case "authorization_code": return try await exchangeCode(fields, application)
        case "client_credentials":
            let scopes = Scopes(fields["scope"] ?? "read")
            guard application.scopes.covers(scopes) else { throw OAuthRefusal.invalidScope }
            let token = Token(
                person: nil, application: application.id, scopes: scopes, createdAt: needs.now())
            let word = RandomBytes.word()
            try await needs.store.write { try $0.insert(token, hash: Digest.sha256(word.utf8)) }
            return (token, word)
        case nil: throw OAuthRefusal.invalidRequest
        default: throw OAuthRefusal.unsupportedGrantType
        }
    }

    /// Ends a token of the application that names it.
    public func revoke(_ word: String, clientID: String?) async throws {
        let hash = Digest.sha256(word.utf8)
        try await needs.store.write { transaction in
            guard let token = try transaction.token(hash: hash) else { return }
            let application = try clientID.flatMap { try transaction.application(clientID: $0) }
            guard application != nil, application?.id == token.application else {
                throw OAuthRefusal.unauthorizedClient
            }
            try transaction.deleteToken(hash: hash)
        }
    }

    private func exchangeCode(
        _ fields: Fields, _ application: ClientApplication
    ) async throws -> (Token, word: String) {
        guard let given = fields["code"] else { throw OAuthRefusal.invalidRequest }
        let hash = Digest.sha256(given.utf8)
        let verifier = fields["code_verifier"]
        let redirect = fields["redirect_uri"]
        let word = RandomBytes.word()
        let tokenHash = Digest.sha256(word.utf8)
        let now = needs.now()
        let token = try await needs.store.write { transaction -> Token? in
            guard let (code, spent) = try transaction.authorisationCode(hash: hash) else { return nil }
            if let spent {
                // Somebody else has the code: what it gave is taken back (N102).
                try transaction.deleteToken(hash: spent)
                return nil
            }
            guard code.application == application.id, code.redirectURI == redirect, code.expiresAt > now,
                Self.matches(verifier, challenge: code.challenge)
            else { return nil }
            let token = Token(
                person: code.person, application: application.id, scopes: code.scopes, createdAt: now)
            try transaction.insert(token, hash: tokenHash)
            try transaction.spendCode(hash: hash, token: tokenHash)
            return token
        }
        guard let token else { throw OAuthRefusal.invalidGrant }
        return (token, word)
    }

    /// RFC 7636 §4.6.
    private static func matches(_ verifier: String?, challenge: String?) -> Bool {
        // A verifier without a challenge is a sign of a downgrade (RFC 9700 §2.1.1).
        guard let challenge else { return verifier == nil }
        guard let verifier, (43...128).contains(verifier.count) else { return false }
        return Digest.areEqual(Array(Digest.sha256(verifier.utf8).base64URL.utf8), Array(challenge.utf8))
    }

    private static func isRedirect(_ text: String) -> Bool {
        if text == outOfBand { return true }
        guard text.utf8.count <= 2000, !text.contains("#"), let colon = text.firstIndex(of: ":") else {
            return false
        }
        let scheme = text[..<colon].lowercased()
        return !scheme.isEmpty
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
            && !["javascript", "data", "vbscript", "file", "blob"].contains(scheme)
            && text[text.index(after: colon)...].hasPrefix("/")
    }

    /// The scopes that exist.
    public static let known: [String] = {
        let things = [
            "accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows", "lists",
            "media",
            "mutes", "notifications", "reports", "search", "statuses",
        ]
        return ["read", "write", "follow", "push", "profile", "admin:read", "admin:write"]
            + things.flatMap { ["read:\($0)", "write:\($0)"] }
    }()

    private static func areKnown(_ scopes: Scopes) -> Bool {
        !scopes.words.isEmpty && scopes.words.allSatisfy { known.contains($0) }
    }
}
