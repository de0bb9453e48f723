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
    /// A person chose an option of an open poll; for an anonymous one nothing but ``tallied(_:)`` is noted.
    case voted(ActorID, PostID, option: Int)
    /// A poll's totals changed.
    case counted(PostID)
    /// What this node counted in an anonymous poll of another changed.
    case tallied(PostID)
    case pollClosed(PostID)
    /// Answers are not taken any more: each node tells what it counted.
    case surveyClosed(PostID)
    /// The results of a survey are known.
    case surveyTold(PostID)
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
