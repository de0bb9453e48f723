/// Who a post is for. One value everywhere; the Mastodon words for it live in `ClientAPI` alone.
public enum Audience: Hashable, Sendable {
    /// Only the people it names.
    case direct
    /// The author's followers.
    case followers
    /// The members of a group.
    case group(ActorID)
    /// The author's unit, by name.
    case unit(String)
    /// The people of the author's node.
    case node
    /// Everyone on every node of the organisation.
    case organisation
    /// Anyone, on a node whose policy is `open` only.
    case anyone

    /// Who belongs to it, in words that both ``admits(_:)`` and the SQL of `Storage/Sight` are made from.
    public var condition: Condition {
        switch self {
        case .direct: .recipient
        case .followers: .follower
        case .group: .groupMember
        case .unit: .unitMember
        case .node: .sameNode
        case .organisation: .organisationMember
        case .anyone: .always
        }
    }

    /// What a viewer must be to read a post, besides being its author or one of its recipients.
    public enum Condition: Int, CaseIterable, Sendable {
        case recipient = 0
        case follower = 1
        case groupMember = 2
        case unitMember = 3
        case sameNode = 4
        case organisationMember = 5
        case always = 6
    }

    /// The one answer to "may this viewer see a post with this audience?" (DESIGN §4).
    ///
    /// Facts that cost something to find out are asked for only where they decide, the cheapest first: being a
    /// recipient, and belonging to the audience, each suffice.
    public func admits<Failure: Error>(
        _ viewer: some SightFacts<Failure>
    ) throws(Failure) -> Bool {
        if viewer.isAuthor { return true }
        if try viewer.isBlocked { return false }
        let belongs =
            switch condition {
            case .recipient: false
            case .follower: try viewer.followsAuthor
            case .groupMember: try viewer.isInGroup
            case .unitMember: try viewer.isInUnit
            case .sameNode: try viewer.isOnAuthorsNode
            case .organisationMember: viewer.isOfOrganisation
            case .always: true
            }
        if belongs { return true }
        return try viewer.isRecipient
    }
}

/// How one viewer stands to one post: the facts that ``Audience/admits(_:)`` judges. Whoever must ask a database
/// for them asks only for those that decide.
public protocol SightFacts<Failure> {
    associatedtype Failure: Error

    var isAuthor: Bool { get }
    var isOfOrganisation: Bool { get }
    var isBlocked: Bool { get throws(Failure) }
    var isRecipient: Bool { get throws(Failure) }
    var followsAuthor: Bool { get throws(Failure) }
    var isInGroup: Bool { get throws(Failure) }
    var isInUnit: Bool { get throws(Failure) }
    var isOnAuthorsNode: Bool { get throws(Failure) }
}

/// Who asks to see something.
public enum Viewer: Hashable, Sendable {
    /// Someone without a session or signature.
    case nobody
    /// A person of this node.
    case person(ActorID)
    /// An actor of another node that signed its request.
    case remote(ActorID, authority: String, isOfOrganisation: Bool)
    /// Another node's own actor, asking for nobody in particular.
    case node(authority: String, isOfOrganisation: Bool)

    /// Whether a viewer belongs to the organisation.
    public var isOfOrganisation: Bool {
        switch self {
        case .person, .remote(_, _, true), .node(_, true): true
        case .nobody, .remote(_, _, false), .node(_, false): false
        }
    }

    /// The node of a viewer of another node.
    public var authority: String? {
        switch self {
        case .remote(_, let authority, _), .node(let authority, _): authority
        case .nobody, .person: nil
        }
    }

    /// The actor by which follows, blocks and mentions are looked up; nil for nobody and for nodes.
    public var actor: ActorID? {
        switch self {
        case .person(let id), .remote(let id, _, _): id
        case .nobody, .node: nil
        }
    }
}
