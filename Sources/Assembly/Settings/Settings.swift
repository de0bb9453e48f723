public import Domain

/// Everything that can be chosen about a node or a directory, read once at start.
public struct Settings: Sendable {
    /// The public origin: what ids, handles and links begin with.
    public var baseURL: ObjectURI
    /// Where to listen.
    public var listenHost: String
    public var listenPort: Int
    public var dataFolder: String
    public var database: DatabaseAddress
    public var federation: FederationPolicy
    public var directoryURL: ObjectURI?
    /// The code by which the directory admits this node without further question.
    public var invitation: String?
    /// What people call this office.
    public var nodeName: String
    /// The legal entity that this node belongs to.
    public var entity: String
    /// The host part of handles in the organisation; the directory's own to choose.
    public var organisationDomain: String
    public var acceptsRegistrations: Bool
    public var extraCAFile: String?
    public var allowedPeerRanges: [AddressRange]
    /// Proxies in front of this node, which are believed when they name a visitor.
    public var trustedProxies: [AddressRange]
    /// Where other nodes of the organisation reach this one, in CIDR notation.
    public var addressRanges: [String]
    public var allowsInsecurePeers: Bool
    public var limitsRates: Bool
    /// Whether announcements' authors learn who acknowledged, and not only how many did.
    public var namesReaders: Bool
    public var logLevel: String
    /// The contact that is shown to everyone.
    public var contactEmail: String
    /// Where daily letters are handed over; nil where none are sent.
    public var mailServer: MailServer?
    /// The organisation's values and the points that people may give.
    public var recognition: RecognitionRules
    /// Whether there are badges, points and leaderboards.
    public var ranksPeople: Bool
    /// The emoji that people may give posts beside the like.
    public var reactions: [String]
}

/// Where the database is.
public enum DatabaseAddress: Sendable, Equatable, CustomStringConvertible {
    /// The embedded engine, on this file.
    case sqlite(path: String)
    /// A server, by libpq's address.
    case postgres(url: String)

    /// For people and logs: without the password that an address may hold.
    public var description: String {
        switch self {
        case .sqlite(let path): return path
        case .postgres(let url):
            let bare = url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "?" }
            let place = bare.lastIndex(of: "@").map { bare[bare.index(after: $0)...] } ?? bare
            return "postgres://\(place)"
        }
    }
}

/// A setting, or what it stands for, that cannot be used. One sentence that names the cause and the cure.
public struct SettingsFault: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
