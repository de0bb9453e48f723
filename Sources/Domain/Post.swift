public import FoundationEssentials

/// Something written, or shared on, by an actor: one row whatever it carries.
public struct Post: Sendable, Equatable {
    public var id: PostID
    public var uri: ObjectURI
    public var author: ActorID
    public var body: PostBody
    /// Sanitised HTML.
    public var content: String
    /// What the author typed, for editing; nil for a post of another node.
    public var source: String?
    /// A warning or summary before the content, plain text.
    public var summary: String = ""
    public var isSensitive = false
    /// Kept off the lists that everyone reads, though whoever comes upon it may read it.
    public var isQuiet = false
    /// BCP 47, as the author says.
    public var language: String?
    public var audience: Audience
    public var reply: Reply?
    /// The first post of the thread; its own id for a post that starts one.
    public var thread: PostID
    /// The group it was written in; nil for one that was written outside of any.
    public var group: ActorID?
    /// The collection that its thread's owner keeps (FEP-7888); nil where none was named.
    public var context: ObjectURI?
    /// Another post that it shows.
    public var quote: Quote?
    /// Who may quote it.
    public var quotePolicy = QuotePolicy.everyone
    /// The page for people.
    public var url: String
    public var mentions: [Mention] = []
    public var tags: [String] = []
    public var attachments: [Attachment] = []
    public var createdAt: Date
    public var editedAt: Date?
    public var deletedAt: Date?
    public var counts = Counts()

    public init(
        id: PostID, uri: ObjectURI, author: ActorID, body: PostBody, content: String, source: String? = nil,
        audience: Audience, url: String? = nil, createdAt: Date
    ) {
        self.id = id
        self.uri = uri
        self.author = author
        self.body = body
        self.content = content
        self.source = source
        self.audience = audience
        self.url = url ?? uri.string
        self.createdAt = createdAt
        thread = id
    }

    /// Whether whoever may read a post may read this answer to it, as far as its audience alone says: only then its number may
    /// tell of it. Messages to the people named are never such: each names others.
    public func isRead(byReadersOf parent: Post) -> Bool {
        switch audience {
        case .node, .organisation, .anyone: true
        case .group, .unit: audience == parent.audience
        case .followers: audience == parent.audience && author == parent.author
        case .direct: false
        }
    }

    /// What a post answers: always by name, and by row where this node has it.
    public struct Reply: Sendable, Equatable {
        public var uri: ObjectURI
        public var post: PostID?
        public var author: ActorID?

        public init(uri: ObjectURI, post: PostID? = nil, author: ActorID? = nil) {
            self.uri = uri
            self.post = post
            self.author = author
        }
    }

    /// Totals as this node knows them.
    public struct Counts: Sendable, Equatable {
        public var replies = 0
        public var likes = 0
        public var announces = 0

        public init() {}
    }
}

/// A person named in a post.
public struct Mention: Sendable, Equatable, Hashable {
    public var actor: ActorID
    public var uri: ObjectURI
    /// As written for readers elsewhere: `ada@oslo.example`.
    public var handle: String
    public var url: String

    public init(actor: ActorID, uri: ObjectURI, handle: String, url: String) {
        self.actor = actor
        self.uri = uri
        self.handle = handle
        self.url = url
    }
}

/// A file that a post links to.
public struct Attachment: Sendable, Equatable {
    public var url: String
    /// As the sender says; never trusted for serving.
    public var mediaType: String
    /// Text for those who cannot see it.
    public var name: String
    public var width: Int?
    public var height: Int?
    public var blurhash: String?

    public init(
        url: String, mediaType: String, name: String, width: Int? = nil, height: Int? = nil,
        blurhash: String? = nil
    ) {
        self.url = url
        self.mediaType = mediaType
        self.name = name
        self.width = width
        self.height = height
        self.blurhash = blurhash
    }
}

/// An earlier version of a post.
public struct Edition: Sendable, Equatable {
    public var content: String
    public var summary: String
    public var isSensitive: Bool
    public var at: Date

    public init(content: String, summary: String, isSensitive: Bool, at: Date) {
        self.content = content
        self.summary = summary
        self.isSensitive = isSensitive
        self.at = at
    }
}
