public import FoundationEssentials

/// A question with fixed answers (Spec/features/poll.md).
public struct Poll: Sendable, Equatable {
    public var options: [Option]
    /// Whether more than one may be chosen.
    public var isMultiple = false
    /// Whether nobody can learn who chose what.
    public var isAnonymous = false
    /// Whether totals are shown only to those who voted, until it closes.
    public var hidesTotals = false
    public var closesAt: Date?
    /// People who voted, as this node knows.
    public var voters = 0

    public init(options: [Option], closesAt: Date? = nil) {
        self.options = options
        self.closesAt = closesAt
    }

    /// One answer, and how many chose it.
    public struct Option: Sendable, Equatable {
        public var text: String
        public var votes: Int

        public init(_ text: String, votes: Int = 0) {
            self.text = text
            self.votes = votes
        }
    }
}
