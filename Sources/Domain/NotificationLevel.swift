/// How much of a group a member is told of (Spec/features/notification.md §4).
public enum NotificationLevel: Int, Sendable, CaseIterable {
    /// Not even when they are named in it, nor of anything else about a post in it.
    case nothing = 0
    /// When they are named or answered: where nobody chose otherwise.
    case mentions = 1
    /// And of each thread that those who look after the group begin.
    case highlights = 2
    /// And of every thread.
    case all = 3

    /// The word for it in interfaces and forms.
    public var word: String {
        switch self {
        case .nothing: "none"
        case .mentions: "mentions"
        case .highlights: "highlights"
        case .all: "all"
        }
    }

    public init?(word: String) {
        guard let level = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = level
    }
}
