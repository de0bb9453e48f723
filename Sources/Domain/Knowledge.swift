public import FoundationEssentials

public typealias KnowledgeID = ID<Knowledge>

/// An article of this node's knowledge base: a mark on a post that somebody looks after (Spec/features/knowledge.md).
public struct Knowledge: Sendable, Equatable {
    /// Characters of a title.
    public static let titleLimit = Question.titleLimit
    /// How long an article is taken to be right where nobody says.
    public static let usualTerm: Double = 365 * 86400
    /// How long it may be at most.
    public static let longestTerm: Double = 3 * 366 * 86400

    public var id: KnowledgeID
    public var post: PostID
    public var title: String
    /// The person of this node who looks after it.
    public var owner: ActorID
    /// From this moment on it is outdated.
    public var reviewAt: Date
    public var promotedBy: ActorID
    public var promotedAt: Date

    public init(
        id: KnowledgeID, post: PostID, title: String, owner: ActorID, reviewAt: Date, promotedBy: ActorID,
        promotedAt: Date
    ) {
        self.id = id
        self.post = post
        self.title = title
        self.owner = owner
        self.reviewAt = reviewAt
        self.promotedBy = promotedBy
        self.promotedAt = promotedAt
    }

    /// Which articles are listed.
    public enum Filter: String, Sendable, CaseIterable {
        case all
        /// Those that the reader looks after.
        case mine
        case outdated
    }

    /// Whether it must be marked wherever it is shown: past its review date, or an answer that is accepted no more. Never
    /// stored, so that no clock and no restart can leave the mark off.
    public func isOutdated(_ post: Post, at now: Date) -> Bool {
        if reviewAt <= now { return true }
        guard case .question(let question) = post.body else { return false }
        return question.accepted == nil
    }

    /// The rules of Spec/features/knowledge.md §2.
    public func check(at now: Date) throws(Refusal) {
        guard title.contains(where: { !$0.isWhitespace }), title.length <= Self.titleLimit,
            !title.contains(where: \.isNewline)
        else {
            throw .invalid(field: "Title", because: "is one line of 1 to \(Self.titleLimit) characters")
        }
        guard reviewAt > now, reviewAt <= now + Self.longestTerm else {
            throw .invalid(field: "Review date", because: "is ahead, by three years at most")
        }
    }

    /// Which posts become articles, and by whom (§1). `answerer`: who wrote the accepted answer, where it is known here.
    public static func check(
        _ post: Post, by person: ActorID, answerer: ActorID?, isModerator: Bool
    ) throws(Refusal) {
        switch post.body {
        case .question(let question):
            guard question.accepted != nil, let answerer else {
                throw .invalid(field: "Question", because: "has no accepted answer here")
            }
            guard question.duplicateOf == nil else {
                throw .invalid(field: "Question", because: "repeats another: that one can be an article")
            }
            guard [post.author, answerer].contains(person) || isModerator else {
                throw .notAllowed(
                    because:
                        "Only the asker, whoever wrote the accepted answer, or a moderator of this office can do that"
                )
            }
        case .note, .article:
            guard post.author == person else {
                throw .notAllowed(because: "Only its author makes an article of a post")
            }
            guard post.reply == nil else {
                throw .invalid(field: "Post", because: "is an answer to something, and no article by itself")
            }
        case .announce, .poll, .survey, .recognition, .announcement, .gathering:
            throw .invalid(field: "Post", because: "is neither a question nor an ordinary post")
        }
        guard post.audience != .direct else {
            throw .invalid(field: "Post", because: "is for the people named in it alone")
        }
    }
}
