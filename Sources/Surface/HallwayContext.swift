public import Domain
public import Hummingbird
public import NIOCore

/// What a request carries along besides itself.
public struct HallwayContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Who connects; behind a proxy, the proxy.
    public let remoteAddress: SocketAddress?
    /// Who asks, as an address: who connects, or whom a trusted proxy names.
    public var visitor: String
    /// The network of the visitor, to count by: whoever has one address of it has all of them.
    public var network: String
    /// Whether the visitor is a trusted proxy, which asks for many and does not say for whom.
    public var isForMany = false
    public let channel: any Channel
    /// Who asks, once that was found out.
    public var session: Session?

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        visitor = source.channel.remoteAddress?.ipAddress ?? "unknown"
        network = visitor
        channel = source.channel
    }
}

/// A token in use.
public struct Session: Sendable {
    public var token: Token
    /// SHA-256 of the token, under which it is stored.
    public var hash: [UInt8]
    public var isBrowser: Bool

    public init(token: Token, hash: [UInt8], isBrowser: Bool) {
        self.token = token
        self.hash = hash
        self.isBrowser = isBrowser
    }
}

extension HallwayContext {
    /// Who asks, as a viewer of posts.
    public var viewer: Viewer { session?.token.person.map { .person($0) } ?? .nobody }

    /// The person who asks, whose token covers what they ask for.
    ///
    /// - Throws: ``Refusal/notAuthenticated(because:)`` without a person, ``Refusal/notAllowed(because:)`` without
    ///   the scope.
    public func person(_ scope: String) throws(Refusal) -> ActorID {
        guard let session else { throw .notAuthenticated(because: "The access token is invalid") }
        guard let person = session.token.person else {
            throw .notAuthenticated(because: "This method requires an authenticated user")
        }
        guard session.token.scopes.covers(scope) else {
            throw .notAllowed(because: "This action is outside the authorized scopes")
        }
        return person
    }
}
