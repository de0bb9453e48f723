public import Domain
public import Social

/// What both faces for people, the client interface and the pages, work with.
public struct Desk: Sendable {
    public let needs: Needs
    public let signIn: SignIn
    public let grants: Grants
    public let hub: StreamHub
    public let renderings = Renderings()
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

    public init(
        needs: Needs, signIn: SignIn, grants: Grants, hub: StreamHub, nodeName: String, contactEmail: String,
        version: String, acceptsRegistrations: Bool, reactions: [String] = Reaction.usual, people: People,
        find: @escaping @Sendable (Handle) async -> Actor?,
        findPost: @escaping @Sendable (ObjectURI) async -> PostID?,
        findActor: @escaping @Sendable (ObjectURI) async -> Actor?,
        backfill: @escaping @Sendable (Post) async -> Void
    ) {
        self.needs = needs
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
    public var react: React { React(needs: needs, emoji: reactions) }
    public var settle: SettleQuestion { SettleQuestion(needs: needs) }
    public var follow: FollowActor { FollowActor(needs: needs) }
    public var block: BlockActor { BlockActor(needs: needs) }
    public var report: ReportActor { ReportActor(needs: needs) }
}
