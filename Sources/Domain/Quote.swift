public import FoundationEssentials

/// What a post says about another one that it shows, if that one's author agrees (FEP-044f).
public struct Quote: Sendable, Equatable {
    /// The quoted post.
    public var uri: ObjectURI
    public var state: State
    /// Where the quoted author's node says that it may be shown. One's own post needs none.
    public var stamp: ObjectURI?
    /// The request by which a post of this node asked for it.
    public var request: ObjectURI?
    /// The quoted post, where this node has it, and who wrote that.
    public var post: PostID?
    public var author: ActorID?
    public var authorURI: ObjectURI?

    public init(uri: ObjectURI, state: State = .asked, stamp: ObjectURI? = nil) {
        self.uri = uri
        self.state = state
        self.stamp = stamp
    }

    /// What the quoted author says to it, as far as this node knows.
    public enum State: Int, Sendable {
        case asked = 0
        case accepted = 1
        case refused = 2
        /// Agreed to once, and taken back.
        case withdrawn = 3
    }

    /// Whether it is still spoken of: what was refused or taken back is not.
    public var isStanding: Bool { state == .asked || state == .accepted }
}

/// Who may quote a post, as its author says.
public enum QuotePolicy: Int, Sendable, CaseIterable {
    /// Whoever can read it.
    case everyone = 0
    case followers = 1
    case nobody = 2
    /// Its author decides about each: posts of other software alone.
    case onRequest = 3

    /// What somebody who wants to quote has to expect.
    public enum Answer: Sendable {
        case yes, onRequest, no
    }
}

/// What decides whether somebody may quote a post.
public struct QuoteTerms: Sendable, Equatable {
    public var author: ActorID
    /// Whether it is for so many that a quote tells nobody of it who may not know.
    public var isQuotable: Bool
    public var policy: QuotePolicy

    public init(author: ActorID, audience: Audience, isAnnounce: Bool = false, policy: QuotePolicy) {
        self.author = author
        isQuotable = [.organisation, .anyone].contains(audience) && !isAnnounce
        self.policy = policy
    }

    /// What the author's word means for one actor; nil for nobody in particular. `isFollower`: asked only where it decides.
    public func answer<Failure: Error>(
        to actor: ActorID?, isFollower: (ActorID) throws(Failure) -> Bool
    ) throws(Failure) -> QuotePolicy.Answer {
        if actor == author { return .yes }
        guard isQuotable, let actor else { return .no }
        return switch policy {
        case .everyone: .yes
        case .followers: try isFollower(actor) ? .yes : .no
        case .nobody: .no
        case .onRequest: .onRequest
        }
    }
}

extension Post {
    public var quoteTerms: QuoteTerms {
        QuoteTerms(author: author, audience: audience, isAnnounce: body.announced != nil, policy: quotePolicy)
    }

    public var isQuotable: Bool { quoteTerms.isQuotable }

    /// Why somebody may not quote it.
    public var quoteRefusal: Refusal {
        guard isQuotable else {
            return .notAllowed(because: "Only posts that everyone may read can be quoted by others")
        }
        return .notAllowed(
            because: quotePolicy == .followers
                ? "Only its author's followers may quote this post"
                : "Its author does not want this post to be quoted")
    }
}

extension Audience {
    /// Whether what is for it may quote somebody else: whoever is quoted must be able to read what quotes them.
    ///
    /// `isMember`: whether the quoted author belongs to a group; asked only of what its members alone read.
    public func checkQuoting<Failure: Error>(
        isMember: (_ group: ActorID) throws(Failure) -> Bool
    ) throws(Failure) -> Refusal? {
        switch self {
        case .direct:
            return .notAllowed(because: "Others cannot be quoted in a message to a few people")
        case .group(let group):
            guard try !isMember(group) else { return nil }
            return .notAllowed(because: "Only its members can be quoted in this group")
        case .followers, .unit, .node, .organisation, .anyone: return nil
        }
    }
}

public typealias ConsentID = ID<Consent>

/// That the author of a post of this node agrees to be quoted by one certain post.
public struct Consent: Sendable, Equatable {
    public var id: ConsentID
    public var quoted: PostID
    /// The quoting post, which this node need not have.
    public var quoting: ObjectURI
    public var quoter: ActorID
    /// The request that is answered; nil where nobody had to be asked.
    public var request: ObjectURI?
    public var createdAt: Date
    public var withdrawnAt: Date?

    public init(
        id: ConsentID, quoted: PostID, quoting: ObjectURI, quoter: ActorID, request: ObjectURI? = nil,
        createdAt: Date
    ) {
        self.id = id
        self.quoted = quoted
        self.quoting = quoting
        self.quoter = quoter
        self.request = request
        self.createdAt = createdAt
    }
}
