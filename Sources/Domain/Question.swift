public import FoundationEssentials

/// Something that somebody wants to know; answers are replies (Spec/features/question.md).
public struct Question: Sendable, Equatable {
    /// Characters of a title.
    public static let titleLimit = 300

    public var title: String
    /// The answer that the asker took.
    public var accepted: Link?
    /// The question that this one repeats.
    public var duplicateOf: Link?
    /// Whether a moderator of the asker's node decided in the asker's place.
    public var isByModerator = false
    /// When that was decided last; nil while nothing is.
    public var settledAt: Date?

    public init(title: String, accepted: Link? = nil, duplicateOf: Link? = nil) {
        self.title = title
        self.accepted = accepted
        self.duplicateOf = duplicateOf
    }

    /// A post that is pointed at: always by name, and by row where this node has it.
    public struct Link: Sendable, Equatable {
        public var uri: ObjectURI
        public var post: PostID?

        public init(uri: ObjectURI, post: PostID? = nil) {
            self.uri = uri
            self.post = post
        }
    }

    /// Which questions are listed.
    public enum Filter: String, Sendable, CaseIterable {
        case all
        /// Those without an accepted answer that repeat no other.
        case unanswered
        case accepted
        case mine
        /// Unanswered ones that name a skill of the reader.
        case forMe = "for_me"
    }

    /// The rules of Spec/features/question.md §2.
    public func check() throws(Refusal) {
        guard title.contains(where: { !$0.isWhitespace }) else {
            throw .invalid(field: "Title", because: "can't be blank")
        }
        guard title.length <= Self.titleLimit, !title.contains(where: \.isNewline) else {
            throw .invalid(
                field: "Title", because: "is one line of at most \(Self.titleLimit) characters")
        }
    }

    /// Who decides about a question (§4): nobody but its asker and a moderator of its own node.
    public static func checkDecider(isAsker: Bool, isModerator: Bool) throws(Refusal) {
        guard isAsker || isModerator else {
            throw .notAllowed(because: "Only the asker or a moderator of the asker's office can decide this")
        }
    }

    /// Which replies can be accepted (§4).
    public static func check(answer: Post, to question: Post) throws(Refusal) {
        guard answer.reply?.post == question.id else {
            throw .invalid(field: "Answer", because: "is not an answer to this question")
        }
        let everyone = Audience.node.condition.rawValue
        guard
            answer.audience.condition.rawValue >= everyone
                || question.audience.condition.rawValue < everyone
        else {
            throw .invalid(field: "Answer", because: "is for fewer people than the question")
        }
    }

    /// Which questions another can be a duplicate of (§5).
    public static func check(original: Post, of duplicate: Post) throws(Refusal) {
        guard case .question(let question) = original.body else {
            throw .invalid(field: "Of", because: "is not a question")
        }
        guard original.id != duplicate.id, question.duplicateOf == nil else {
            throw .invalid(field: "Of", because: "must be another question that is no duplicate itself")
        }
        // Whoever reads the duplicate learns the original's address.
        guard original.reaches(readersOf: duplicate) else {
            throw .invalid(field: "Of", because: "is for fewer people than the question")
        }
    }

    /// The same under another title.
    public func retitled(_ title: String) -> Question {
        var copy = self
        copy.title = title
        return copy
    }

    /// Answers as they are read: the accepted one, then by votes, then by time.
    public func ranked(_ answers: [Post]) -> [Post] {
        // By what every node knows of them: ids are each node's own.
        func key(_ post: Post) -> (Int, Int, Date, String) {
            (post.id == accepted?.post ? 0 : 1, -post.counts.likes, post.createdAt, post.uri.string)
        }
        return answers.sorted { key($0) < key($1) }
    }
}

extension Post {
    /// Whether it is for all those for whom another is, as far as audiences tell.
    fileprivate func reaches(readersOf other: Post) -> Bool {
        switch audience {
        case .direct: false
        case .followers: other.audience == .followers && other.author == author
        case .group, .unit: other.audience == audience
        // Those of other offices read what is for a group, for followers or for some by name.
        case .node: other.audience == .node || other.audience.condition == .unitMember
        case .organisation, .anyone:
            audience.condition.rawValue >= other.audience.condition.rawValue
        }
    }
}

extension PostBody {
    /// The question, if it is one.
    public var question: Question? { if case .question(let question) = self { question } else { nil } }
}

/// A moderator's decision about somebody else's question, for the record.
public struct Ruling: Sendable, Equatable {
    public var question: PostID
    public var moderator: ActorID
    public var accepted: ObjectURI?
    public var duplicateOf: ObjectURI?
    public var at: Date

    public init(
        question: PostID, moderator: ActorID, accepted: ObjectURI?, duplicateOf: ObjectURI?, at: Date
    ) {
        self.question = question
        self.moderator = moderator
        self.accepted = accepted
        self.duplicateOf = duplicateOf
        self.at = at
    }
}
