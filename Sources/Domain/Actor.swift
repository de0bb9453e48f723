public import FoundationEssentials

/// Anyone who can act: a person, a group, or a node itself; of this node or of another.
public struct Actor: Sendable, Equatable {
    public var id: ActorID
    public var uri: ObjectURI
    public var kind: Kind
    /// The name part of the handle on the home node.
    public var name: String
    /// The home node's authority; nil for an actor of this node.
    public var host: String?
    public var displayName: String
    /// Sanitised HTML.
    public var summary: String
    public var isLocked = false
    public var isBot = false
    public var isDiscoverable = true
    public var isIndexable = true
    public var state = State.active
    public var endpoints: Endpoints
    /// The page for people.
    public var url: String
    public var avatar: String?
    public var header: String?
    public var alsoKnownAs: [ObjectURI] = []
    public var movedTo: ObjectURI?
    public var fields: [ProfileField] = []
    public var work = WorkProfile()
    /// The handle in the organisation (`ada@example`), confirmed both ways (FEP-2c59).
    public var organisationHandle: Handle?
    public var createdAt: Date
    /// When a remote actor's document was last read.
    public var fetchedAt: Date?
    public var counts = Counts()

    public var isLocal: Bool { host == nil }

    public init(
        id: ActorID, uri: ObjectURI, kind: Kind, name: String, host: String?, displayName: String = "",
        summary: String = "", endpoints: Endpoints, url: String? = nil, createdAt: Date
    ) {
        self.id = id
        self.uri = uri
        self.kind = kind
        self.name = name
        self.host = host
        self.displayName = displayName
        self.summary = summary
        self.endpoints = endpoints
        self.url = url ?? uri.string
        self.createdAt = createdAt
    }

    public enum Kind: Int, Sendable, CaseIterable {
        case person = 0
        case group = 1
        /// A node's own actor.
        case application = 2
    }

    public enum State: Int, Sendable, CaseIterable {
        case active = 0
        /// An administrator's decision, which can be taken back.
        case suspended = 1
        /// Deleted at home; its name stays reserved (N67).
        case gone = 2
        /// Left the organisation: refused on every node (N113).
        case left = 3
    }

    /// Where an actor is reached.
    public struct Endpoints: Sendable, Equatable {
        public var inbox: ObjectURI
        public var sharedInbox: ObjectURI?
        public var outbox: ObjectURI?
        public var followers: ObjectURI?
        public var following: ObjectURI?
        public var featured: ObjectURI?

        public init(
            inbox: ObjectURI, sharedInbox: ObjectURI? = nil, outbox: ObjectURI? = nil,
            followers: ObjectURI? = nil,
            following: ObjectURI? = nil, featured: ObjectURI? = nil
        ) {
            self.inbox = inbox
            self.sharedInbox = sharedInbox
            self.outbox = outbox
            self.followers = followers
            self.following = following
            self.featured = featured
        }
    }

    /// Totals as this node knows them.
    public struct Counts: Sendable, Equatable {
        public var posts = 0
        public var followers = 0
        public var following = 0
        public var lastPostAt: Date?

        public init() {}
    }
}

/// A labelled line of a profile (FEP-fb2a); `value` is sanitised HTML.
public struct ProfileField: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
