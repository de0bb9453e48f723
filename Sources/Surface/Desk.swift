public import Domain
public import JSON
public import Social

/// What both faces for people, the client interface and the pages, work with.
public struct Desk: Sendable {
    public let needs: Needs
    public let signIn: SignIn
    public let grants: Grants
    public let hub: StreamHub
    public let renderings = Renderings()
    public let noteAway: NoteAway
    public let noteShown: NoteShown
    public let nodeName: String
    public let contactEmail: String
    public let version: String
    public let acceptsRegistrations: Bool
    /// The emoji that people may give posts.
    public let reactions: [String]
    /// Makes a login; for visitors where registration is open.
    public let people: People
    /// Asks other nodes for a handle that is not known here.
    public let find: @Sendable (Handle) async -> Actor?
    /// Asks other nodes for a post by its address.
    public let findPost: @Sendable (ObjectURI) async -> PostID?
    /// Asks other nodes for an actor by its address.
    public let findActor: @Sendable (ObjectURI) async -> Actor?
    /// Completes a thread that someone has opened.
    public let backfill: @Sendable (Post) async -> Void
    /// The credential of a recognition for one of its recipients, as a viewer may have it.
    public var recognitionCredential: @Sendable (PostID, ActorID, Viewer) async throws -> JSONValue = {
        _, _, _ in
        throw Refusal.notFound("Record")
    }
    /// A recognition as its giver signed it.
    public var recognitionProof: @Sendable (PostID, Viewer) async throws -> JSONValue = { _, _ in
        throw Refusal.notFound("Record")
    }
    /// What another node's books say of recognitions between it and this one; nil when it does not answer.
    public var recognitionLedger: @Sendable (String) async -> RecognitionLedger? = { _ in nil }

    /// What the reader of this request asks for, the dearest first.
    var languages: [String] = []

    public init(
        needs: Needs, signIn: SignIn, grants: Grants, hub: StreamHub, nodeName: String, contactEmail: String,
        version: String, acceptsRegistrations: Bool, reactions: [String] = Reaction.usual, people: People,
        find: @escaping @Sendable (Handle) async -> Actor?,
        findPost: @escaping @Sendable (ObjectURI) async -> PostID?,
        findActor: @escaping @Sendable (ObjectURI) async -> Actor?,
        backfill: @escaping @Sendable (Post) async -> Void
    ) {
        self.needs = needs
        noteAway = NoteAway(needs: needs)
        noteShown = NoteShown(needs: needs)
        self.signIn = signIn
        self.grants = grants
        self.hub = hub
        self.nodeName = nodeName
        self.contactEmail = contactEmail
        self.version = version
        self.acceptsRegistrations = acceptsRegistrations
        self.reactions = reactions
        self.people = people
        self.find = find
        self.findPost = findPost
        self.findActor = findActor
        self.backfill = backfill
    }

    public var publish: Publish { Publish(needs: needs, find: find) }
    public var edit: Edit { Edit(needs: needs, find: find) }
    public var withdraw: Withdraw { Withdraw(needs: needs) }
    public var passOn: PassOn { PassOn(needs: needs) }
    public var like: LikePost { LikePost(needs: needs) }
    public var followTag: FollowTag { FollowTag(needs: needs) }
    public var keepDraft: KeepDraft { KeepDraft(needs: needs, publish: publish) }
    public var quote: QuotePost { QuotePost(needs: needs) }
    public var react: React { React(needs: needs, emoji: reactions) }
    public var settle: SettleQuestion { SettleQuestion(needs: needs) }
    public var follow: FollowActor { FollowActor(needs: needs) }
    public var block: BlockActor { BlockActor(needs: needs) }
    public var chooseNotifications: ChooseNotifications { ChooseNotifications(needs: needs) }
    public var acceptGuideline: AcceptGuideline { AcceptGuideline(needs: needs) }
    public var keepKnowledge: KeepKnowledge { KeepKnowledge(needs: needs) }
    public var revise: ReviseAnnouncement { ReviseAnnouncement(needs: needs, find: find) }
    public var acknowledge: Acknowledge { Acknowledge(needs: needs) }
    public var remindReaders: RemindReaders { RemindReaders(needs: needs) }
    public var attend: Attend { Attend(needs: needs) }
    public var reportProgress: ReportProgress { ReportProgress(needs: needs) }
    public var organise: Organise { Organise(needs: needs) }
    public var rank: RankPeople { RankPeople(needs: needs) }
    public var voteInPoll: VoteInPoll { VoteInPoll(needs: needs) }
    public var answerSurvey: AnswerSurvey { AnswerSurvey(needs: needs) }
    public var report: ReportActor { ReportActor(needs: needs) }
    public var roster: GroupRoster { GroupRoster(needs: needs) }
    public var runGroup: RunGroup { RunGroup(people: people) }
    public var moveGroup: MoveGroup { MoveGroup(needs: needs) }
}
