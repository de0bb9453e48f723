/// Something that somebody wants to know; answers are replies (Spec/features/question.md).
public struct Question: Sendable, Equatable {
    public var title: String
    /// The answer that the asker took.
    public var accepted: PostID?
    /// The question that this one repeats.
    public var duplicateOf: PostID?

    public init(title: String, accepted: PostID? = nil, duplicateOf: PostID? = nil) {
        self.title = title
        self.accepted = accepted
        self.duplicateOf = duplicateOf
    }
}
