public import FoundationEssentials

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
    /// Every node must hear of it, whoever follows: whether a person may be ranked, which of their days are celebrated.
    case honoursChanged(ActorID)
    case actorGone(ActorID)
    case reported(ReportID)
    case notified(NotificationID)
    /// A recipient took it off the walls, or put it back.
    case recognitionHidden(PostID, by: ActorID, isHidden: Bool)
    /// What was decided about a question: accepted, taken back, a duplicate.
    case settled(PostID)
    /// An answer of this node has more votes, or fewer.
    case counted(PostID)
    /// Someone else's activity about an answer to a question of this node, for those who have the question.
    case relayed(question: PostID, uri: ObjectURI, json: String)
    /// The totals of an announcement changed on this node; the number is that of the change.
    case announcementCounted(PostID, sequence: Int64)
    case announcementAcknowledged(ActorID, PostID, uri: ObjectURI)
    /// Its author asks all nodes to remind whoever is missing.
    case announcementReminded(PostID, uri: ObjectURI)
    /// Somebody of this node wants a place at a gathering of another.
    case attendanceAsked(ActorID, PostID, uri: ObjectURI)
    case attendanceLeft(ActorID, PostID, uri: ObjectURI)
    /// What became of the wish of an actor of another node; the URI is that of the wish.
    case attendanceAnswered(ActorID, PostID, uri: ObjectURI)
    /// Another number of people comes to a gathering of this node; the number is that of the change.
    case gatheringCounted(PostID, sequence: Int64)
    /// A person of this node reported how far they are in a challenge of another.
    case challengeReported(ActorID, PostID, sequence: Int64)
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
    /// The owner, on this node, of a group that lives elsewhere wants it run otherwise; what they wish, written out.
    case groupChangeAsked(ActorID, group: ActorID, wish: String)
    /// The owner, on this node, of a group that lives elsewhere wants it to move.
    case groupMoveAsked(ActorID, group: ActorID, target: ObjectURI)
    /// A group of this node asks another to take it over.
    case groupMoveOffered(ActorID, target: ObjectURI)
    /// A group of this node has taken an old one over, or says why it does not.
    case groupMoveAnswered(ActorID, source: ObjectURI, reason: String?)
    /// A group of this node has moved: told to everyone, or again to the node of one actor that did not know.
    case groupMoved(ActorID, for: ActorID?)
    /// What a person of this node wrote in a group that moved meanwhile goes to where it is now.
    case groupPostRepeated(PostID)
    /// A person chose an option of an open poll; for an anonymous one nothing but ``tallied(_:)`` is noted.
    case voted(ActorID, PostID, option: Int)
    /// A poll's totals changed.
    case pollCounted(PostID)
    /// What this node counted in an anonymous poll of another changed.
    case tallied(PostID)
    case pollClosed(PostID)
    /// Answers are not taken any more: each node tells what it counted.
    case surveyClosed(PostID)
    /// The results of a survey are known.
    case surveyTold(PostID)
    /// A post of this node quotes one of another.
    case quoteAsked(PostID)
    /// The author of a post of this node agrees to be quoted.
    case quoteAllowed(ConsentID)
    /// They do not: `request` is what is answered.
    case quoteRefused(ActorID, PostID, request: ObjectURI, quoting: ObjectURI)
    /// What became of a post's quote, or who may quote it.
    case quoteSettled(PostID)
    /// Consent was taken back.
    case quoteWithdrawn(ConsentID)
}

/// An event with its place in the log.
public struct LoggedEvent: Sendable, Equatable {
    public var position: Int64
    public var event: Event
    /// When it was noted; nil where an earlier release did not say.
    public var at: Date?

    public init(position: Int64, event: Event, at: Date? = nil) {
        self.position = position
        self.event = event
        self.at = at
    }
}
