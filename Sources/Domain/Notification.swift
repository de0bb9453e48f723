public import FoundationEssentials

/// Something that a person of this node should hear of.
public struct Notification: Sendable, Equatable {
    public var id: NotificationID
    public var person: ActorID
    public var kind: Kind
    /// Who caused it.
    public var actor: ActorID
    public var post: PostID?
    public var createdAt: Date

    public init(
        id: NotificationID, person: ActorID, kind: Kind, actor: ActorID, post: PostID? = nil, createdAt: Date
    ) {
        self.id = id
        self.person = person
        self.kind = kind
        self.actor = actor
        self.post = post
        self.createdAt = createdAt
    }

    public enum Kind: Int, Sendable, CaseIterable {
        case mention = 0
        case follow = 1
        case followAsked = 2
        case like = 3
        case announce = 4
        /// A post of someone whose every post was asked for.
        case post = 5
        /// An edit of a post that was answered or passed on.
        case edit = 6
        /// Thanks.
        case recognition = 30
        /// An answer to one's question.
        case answer = 40
        /// One's answer was accepted.
        case accepted = 41
        /// An emoji for one's post.
        case reaction = 42
        /// News that is meant for this person; it may have to be acknowledged.
        case announcement = 50
        case announcementReminder = 51
        /// One's own announcement is past its date, and some have not acknowledged it.
        case announcementOverdue = 52
        /// Moved up from the waiting list: there is a place.
        case place = 60
        case gatheringReminder = 61
        /// Something one goes to was changed or called off.
        case gatheringChanged = 62
        /// People wait to be let into a group that the person moderates; the actor is the group.
        case groupAsked = 70
        case groupInvited = 71
        case groupJoined = 72
        /// A thread in a group of which one wants to hear.
        case groupPost = 73
        /// A poll that one asked or voted in has ended.
        case pollClosed = 20
        /// The results of a survey that one asked for or answered.
        case surveyTold = 21
        /// One's post is quoted.
        case quote = 80
        /// A post that one quoted was changed.
        case quotedEdit = 81
        /// The review date of an article that one looks after has come.
        case knowledgeReview = 90
        /// An article was handed to one to look after.
        case knowledgeHanded = 91
    }
}
