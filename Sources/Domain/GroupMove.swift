public import FoundationEssentials

/// A group on its way from one node to another, as a node that has a part in it knows it (Spec/features/group.md §8).
public struct GroupMove: Sendable, Equatable {
    /// The group that goes.
    public var source: ObjectURI
    /// The one that it becomes.
    public var target: ObjectURI
    public var state: State
    /// Why it was refused, in the other node's words.
    public var reason = ""
    /// When it was last asked for.
    public var at: Date

    public init(source: ObjectURI, target: ObjectURI, state: State, at: Date) {
        self.source = source
        self.target = target
        self.state = state
        self.at = at
    }

    public enum State: Int, Sendable, CaseIterable {
        /// On the new node: the new group says that it was the old one.
        case claimed = 0
        /// On the old node: the new one was asked to take the group over.
        case offered = 1
        /// On the new node: what was written and who belongs is being read.
        case reading = 2
        /// On the new node: everything is there, and the old node was told so.
        case ready = 3
        /// On the new node: the old group has said that it moved, and the last of it is being read.
        case arriving = 4
        case done = 5
        case refused = 6

        /// The word for it in interfaces.
        public var word: String {
            switch self {
            case .claimed: "claimed"
            case .offered: "offered"
            case .reading: "reading"
            case .ready: "ready"
            case .arriving: "arriving"
            case .done: "done"
            case .refused: "refused"
            }
        }
    }
}

/// How far a node has read what was written in a group of another.
public struct GroupReading: Sendable, Equatable {
    public var group: ActorID
    /// The page to read next, or the last one that there was.
    public var page: ObjectURI
    public var isDone = false
    /// Pages read so far.
    public var pages = 0
    /// Times in a row that it could not be read.
    public var attempts = 0
    public var nextAt: Date

    /// Pages of one group that are read: a history that goes on and on, or in a circle, ends here.
    public static let mostPages = 25_000

    public init(group: ActorID, page: ObjectURI, nextAt: Date) {
        self.group = group
        self.page = page
        self.nextAt = nextAt
    }
}
