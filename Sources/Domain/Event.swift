/// One line of the node's log: what happened, in the order in which it was committed.
///
/// Written in the transaction that made it true; read by drains, each with a cursor of its own.
public enum Event: Sendable, Equatable {
    case published(PostID)
    case edited(PostID)
    case deleted(PostID)
    case liked(ActorID, PostID, uri: ObjectURI, content: String?)
    case unliked(ActorID, PostID, uri: ObjectURI)
    case followAsked(ActorID, of: ActorID)
    case followAccepted(ActorID, of: ActorID, uri: ObjectURI)
    case followRejected(ActorID, of: ActorID, uri: ObjectURI)
    case unfollowed(ActorID, of: ActorID, uri: ObjectURI)
    case blocked(ActorID, target: ActorID)
    case unblocked(ActorID, target: ActorID)
    case profileChanged(ActorID)
    case actorGone(ActorID)
    case reported(ReportID)
    case notified(NotificationID)
    /// A person of this node wants to belong to a group, or takes up its invitation.
    case joinAsked(ActorID, group: ActorID, uri: ObjectURI)
    /// A group of this node answers.
    case joinAnswered(ActorID, group: ActorID, uri: ObjectURI, isAccepted: Bool)
    /// A person of this node leaves a group, takes a request back, or declines an invitation.
    case groupLeft(ActorID, group: ActorID, uri: ObjectURI, wasInvited: Bool)
    /// How a person stands to a group has changed; the row says how.
    case affiliated(ActorID, group: ActorID)
    /// A moderator decided about a person or a post of a group that lives elsewhere.
    case moderated(ActorID, group: ActorID, about: ObjectURI, word: String)
    /// A member's activity that a group of this node passes on.
    case carried(ActivityID, group: ActorID)
    /// A group of this node pins a post (`pin`), unpins it (`unpin`) or takes it away (`remove`).
    case groupPost(PostID, group: ActorID, word: String)
}

/// An event with its place in the log.
public struct LoggedEvent: Sendable, Equatable {
    public var position: Int64
    public var event: Event

    public init(position: Int64, event: Event) {
        self.position = position
        self.event = event
    }
}
