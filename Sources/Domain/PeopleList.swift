public typealias PeopleListID = ID<PeopleList>

/// People whose posts somebody reads together. Nobody else learns of it, those who stand on it least of all.
public struct PeopleList: Sendable, Equatable {
    /// Lists of one person, and people on one list.
    public static let limit = 50
    public static let peopleLimit = 1000
    public static let titleLimit = 255

    public var id: PeopleListID
    /// Whose list it is.
    public var person: ActorID
    public var title: String
    public var replies = Replies.members
    /// Whether the posts of those on it are kept out of the home timeline.
    public var isExclusive = false

    public init(id: PeopleListID, person: ActorID, title: String) {
        self.id = id
        self.person = person
        self.title = title
    }

    /// Which answers to others stand on a list; what people answer themselves or its owner always does.
    public enum Replies: Int, Sendable, CaseIterable {
        case none = 0
        /// To those who are on the list as well.
        case members = 1
        /// To everyone whom its owner follows.
        case followed = 2

        public var word: String {
            switch self {
            case .none: "none"
            case .members: "list"
            case .followed: "followed"
            }
        }

        public init?(word: String) {
            guard let replies = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = replies
        }
    }

    /// The rules of Spec/features/list.md §1.
    public func check() throws(Refusal) {
        guard title.contains(where: { !$0.isWhitespace }) else {
            throw .invalid(field: "Title", because: "can't be blank")
        }
        guard title.length <= Self.titleLimit, !title.contains(where: \.isNewline) else {
            throw .invalid(field: "Title", because: "is one line of at most \(Self.titleLimit) characters")
        }
    }
}
