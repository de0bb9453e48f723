public import FoundationEssentials

/// How a group is run: the part of a group's actor that people decide (Spec/features/group.md §1).
public struct Group: Sendable, Equatable {
    public var actor: ActorID
    public var kind: Kind
    public var posting = Posting.members
    /// What members keep to, plain text.
    public var rules = ""
    /// Who belongs by what they are; nil where people come by themselves.
    public var rule: Rule?

    public init(actor: ActorID, kind: Kind) {
        self.actor = actor
        self.kind = kind
    }

    public enum Kind: Int, Sendable, CaseIterable {
        /// Everyone of the organisation reads, and joins as they like.
        case open = 0
        /// Everyone knows of it; members read, and let others in.
        case closed = 1
        /// To others there is no such thing.
        case secret = 2

        /// The word for it on the wire, in interfaces and in forms.
        public var word: String {
            switch self {
            case .open: "open"
            case .closed: "closed"
            case .secret: "secret"
            }
        }

        public init?(word: String) {
            guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = kind
        }
    }

    /// Who begins threads; every member answers.
    public enum Posting: Int, Sendable, CaseIterable {
        case members = 0
        case moderators = 1

        public var word: String {
            switch self {
            case .members: "members"
            case .moderators: "moderators"
            }
        }

        public init?(word: String) {
            guard let posting = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = posting
        }
    }

    /// "Everyone in Sales, Lima": whoever has these words in their profile belongs. Empty words ask nothing.
    public struct Rule: Sendable, Equatable {
        public var department: String
        public var office: String

        public init(department: String, office: String) {
            self.department = department
            self.office = office
        }

        public func matches(_ person: Actor) -> Bool {
            guard person.kind == .person, person.state == .active else { return false }
            return (department.isEmpty || person.work.department.lowercased() == department.lowercased())
                && (office.isEmpty || person.work.office.lowercased() == office.lowercased())
        }
    }

    /// The rules of Spec/features/group.md §1.
    public func check() throws(Refusal) {
        guard rules.length <= Limits.biography else {
            throw .invalid(field: "Rules", because: "at most \(Limits.biography) characters")
        }
        guard let rule else { return }
        guard !rule.department.isEmpty || !rule.office.isEmpty else {
            throw .invalid(field: "Membership rule", because: "names a department, an office or both")
        }
        guard rule.department.length <= Limits.profileWord, rule.office.length <= Limits.profileWord else {
            throw .invalid(field: "Membership rule", because: "at most \(Limits.profileWord) characters each")
        }
    }

    /// Whether someone of a role may begin a thread, or answer in one.
    public func admits(_ membership: Membership?, answering: Bool) throws(Refusal) {
        guard let membership, membership.state == .member else {
            guard kind != .secret else { throw .notFound("Record") }
            let isBanned = membership?.state == .banned
            throw .notAllowed(
                because: isBanned ? "You are banned from this group" : "Only members write in this group")
        }
        guard !answering else { return }
        guard membership.role >= (posting == .moderators ? .moderator : .member) else {
            throw .notAllowed(
                because: posting == .moderators
                    ? "Only moderators begin threads in this group" : "Guests answer, but begin no threads")
        }
    }
}

/// How one person stands to one group. Apart from following: who belongs is the group's decision.
public struct Membership: Sendable, Equatable {
    public var group: ActorID
    public var person: ActorID
    public var role: Role
    public var state: State
    /// The Join, Follow or Invite by which it began, which answers name.
    public var uri: ObjectURI
    /// By the group's rule: it ends when the rule no longer matches.
    public var isAutomatic = false
    public var createdAt: Date

    public init(
        group: ActorID, person: ActorID, role: Role = .member, state: State, uri: ObjectURI, createdAt: Date
    ) {
        self.group = group
        self.person = person
        self.role = role
        self.state = state
        self.uri = uri
        self.createdAt = createdAt
    }

    public enum Role: Int, Sendable, CaseIterable, Comparable {
        /// Reads and answers.
        case guest = 0
        case member = 1
        /// Lets people in and out, and takes posts away.
        case moderator = 2
        /// One to a group: decides how it is run, too.
        case owner = 3

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        public var word: String {
            switch self {
            case .guest: "guest"
            case .member: "member"
            case .moderator: "moderator"
            case .owner: "owner"
            }
        }

        public init?(word: String) {
            guard let role = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = role
        }
    }

    public enum State: Int, Sendable, CaseIterable {
        case asked = 0
        case invited = 1
        case member = 2
        case banned = 3

        public var word: String {
            switch self {
            case .asked: "asked"
            case .invited: "invited"
            case .member: "member"
            case .banned: "banned"
            }
        }

        public init?(word: String) {
            guard let state = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = state
        }
    }

    /// Moderators and the owner, while they belong.
    public var moderates: Bool { state == .member && role >= .moderator }

    /// Whether this member may decide about another: those below, and the owner about everyone else.
    ///
    /// - Throws: ``Refusal`` in words for who asked.
    public func mayDecide(about other: Membership?) throws(Refusal) {
        guard moderates else { throw .notAllowed(because: "Only moderators of the group may do that") }
        guard let other, other.state == .member else { return }
        guard other.role < role else {
            throw .notAllowed(because: "Only someone above them in the group may do that")
        }
    }
}

/// What was decided in a group, for its members to look up.
public struct GroupRecord: Sendable, Equatable {
    public var actor: ActorID
    public var person: ActorID
    /// `joined`, `left`, `removed`, `banned`, `owner` and the like.
    public var word: String
    public var at: Date

    public init(actor: ActorID, person: ActorID, word: String, at: Date) {
        self.actor = actor
        self.person = person
        self.word = word
        self.at = at
    }
}
