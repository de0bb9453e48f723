public import FoundationEssentials

/// How a person of this node signs in.
public struct Login: Sendable, Equatable {
    public var person: ActorID
    public var email: String
    /// As `Signatures/Password` writes it.
    public var passwordHash: String
    public var isAdministrator: Bool
    /// Whether they may publish announcements; administrators may in any case.
    public var mayAnnounce: Bool
    /// What the person reads, BCP 47; nil where they did not choose.
    public var language: String?
    public var defaultAudience: Audience
    /// Who may quote what the person writes, where a post does not say.
    public var quotePolicy: QuotePolicy
    public var createdAt: Date

    public init(
        person: ActorID, email: String, passwordHash: String, isAdministrator: Bool,
        defaultAudience: Audience,
        createdAt: Date, mayAnnounce: Bool = false, language: String? = nil,
        quotePolicy: QuotePolicy = .everyone
    ) {
        self.person = person
        self.email = email
        self.passwordHash = passwordHash
        self.isAdministrator = isAdministrator
        self.defaultAudience = defaultAudience
        self.quotePolicy = quotePolicy
        self.createdAt = createdAt
        self.mayAnnounce = mayAnnounce
        self.language = language
    }
}

public typealias ApplicationID = ID<ClientApplication>

/// A program that people let act for them (OAuth 2 client).
public struct ClientApplication: Sendable, Equatable {
    public var id: ApplicationID
    public var name: String
    public var website: String?
    public var clientID: String
    /// SHA-256 of the secret.
    public var secretHash: [UInt8]
    public var redirectURIs: [String]
    public var scopes: Scopes
    public var createdAt: Date

    public init(
        id: ApplicationID, name: String, website: String?, clientID: String, secretHash: [UInt8],
        redirectURIs: [String], scopes: Scopes, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.website = website
        self.clientID = clientID
        self.secretHash = secretHash
        self.redirectURIs = redirectURIs
        self.scopes = scopes
        self.createdAt = createdAt
    }
}

/// What a token allows: words such as `read`, `write:statuses`, in the client interface's own vocabulary.
public struct Scopes: Sendable, Equatable, Hashable {
    public var words: [String]

    public init(_ words: [String]) { self.words = words }

    /// Reads a space- (or plus-) separated list.
    public init(_ text: String) {
        words = text.split { $0 == " " || $0 == "+" }.map(String.init)
    }

    public var text: String { words.joined(separator: " ") }

    /// Whether this grant covers `need`: `read` covers `read:anything`, `profile` is in `read`.
    public func covers(_ need: String) -> Bool {
        words.contains(need) || words.contains(String(need.prefix { $0 != ":" }))
            || (need == "profile" && words.contains("read"))
            || (words.contains("follow")
                && [
                    "read:follows", "write:follows", "read:blocks", "write:blocks", "read:mutes",
                    "write:mutes",
                ]
                .contains(need))
    }

    public func covers(_ other: Scopes) -> Bool { other.words.allSatisfy(covers) }
}

/// Somebody's (or only an application's) right to use the client interface, or a browser's session.
public struct Token: Sendable, Equatable {
    public var person: ActorID?
    public var application: ApplicationID?
    public var scopes: Scopes
    public var createdAt: Date

    public init(person: ActorID?, application: ApplicationID?, scopes: Scopes, createdAt: Date) {
        self.person = person
        self.application = application
        self.scopes = scopes
        self.createdAt = createdAt
    }
}

/// An authorisation code that waits to be exchanged (RFC 6749 §4.1, RFC 7636).
public struct AuthorisationCode: Sendable, Equatable {
    public var application: ApplicationID
    public var person: ActorID
    public var redirectURI: String
    public var scopes: Scopes
    /// base64url SHA-256 of the verifier; nil where the client sent none.
    public var challenge: String?
    public var expiresAt: Date

    public init(
        application: ApplicationID, person: ActorID, redirectURI: String, scopes: Scopes, challenge: String?,
        expiresAt: Date
    ) {
        self.application = application
        self.person = person
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.challenge = challenge
        self.expiresAt = expiresAt
    }
}
