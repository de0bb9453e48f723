public import FoundationEssentials

public typealias ReportID = ID<Report>

/// Someone telling moderators about posts or a person (`Flag`).
public struct Report: Sendable, Equatable {
    public var id: ReportID
    /// The reporter; for a report from another node, that node's own actor.
    public var reporter: ActorID
    public var target: ActorID
    public var posts: [PostID]
    public var comment: String
    /// Whether the target's home node is told as well.
    public var isForwarded: Bool
    public var createdAt: Date

    public init(
        id: ReportID, reporter: ActorID, target: ActorID, posts: [PostID], comment: String, isForwarded: Bool,
        createdAt: Date
    ) {
        self.id = id
        self.reporter = reporter
        self.target = target
        self.posts = posts
        self.comment = comment
        self.isForwarded = isForwarded
        self.createdAt = createdAt
    }
}
