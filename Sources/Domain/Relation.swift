public import FoundationEssentials

/// One actor following another.
public struct Follow: Sendable, Equatable {
    public var follower: ActorID
    public var followee: ActorID
    public var state: State
    /// The id of the Follow activity, by which Accept, Reject and Undo name it.
    public var uri: ObjectURI
    public var createdAt: Date
    public var showsAnnounces = true
    public var notifies = false

    public init(follower: ActorID, followee: ActorID, state: State, uri: ObjectURI, createdAt: Date) {
        self.follower = follower
        self.followee = followee
        self.state = state
        self.uri = uri
        self.createdAt = createdAt
    }

    public enum State: Int, Sendable {
        case asked = 0
        case accepted = 1
    }
}

/// How a person of this node stands to another actor.
public struct Relation: Sendable, Equatable {
    public var target: ActorID
    public var follows = false
    public var hasAsked = false
    public var showsAnnounces = true
    public var notifies = false
    public var isFollowedBy = false
    public var isAskedBy = false
    public var blocks = false
    public var isBlockedBy = false
    public var mutes = false
    public var mutesNotifications = false

    public init(target: ActorID) { self.target = target }
}

/// A like, with the emoji it was given as, if any (FEP-c0e0).
public struct Like: Sendable, Equatable {
    public var actor: ActorID
    public var post: PostID
    public var uri: ObjectURI
    public var content: String?
    public var createdAt: Date

    public init(actor: ActorID, post: PostID, uri: ObjectURI, content: String? = nil, createdAt: Date) {
        self.actor = actor
        self.post = post
        self.uri = uri
        self.content = content
        self.createdAt = createdAt
    }
}
