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
    /// Whether it was told that it has closed.
    public var isClosed = false
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

    /// The totals as they stand.
    public var tally: Tally { Tally(voters: voters, votes: options.map(\.votes)) }

    /// Whether votes are not taken any more.
    public func isOver(at now: Date) -> Bool { isClosed || closesAt.map { $0 <= now } ?? false }

    /// Whether a reader may know the totals. `ballot`: theirs; nil for one who has not voted.
    public func showsTotals(to ballot: Ballot?, at now: Date) -> Bool {
        !hidesTotals || ballot != nil || isOver(at: now)
    }

    /// Whether another poll asks the same: votes for the one are votes for the other.
    public func asksTheSame(as other: Poll) -> Bool {
        options.map(\.text) == other.options.map(\.text) && isMultiple == other.isMultiple
            && isAnonymous == other.isAnonymous
    }
}

/// That somebody voted, and for what, as far as anybody may ever know.
public struct Ballot: Sendable, Equatable {
    /// Positions of options; empty for an anonymous poll, of which nothing but the ballot is kept.
    public var choices: [Int]

    public init(choices: [Int] = []) { self.choices = choices }
}

/// How many voted, and how many chose each option.
public struct Tally: Sendable, Equatable {
    public var voters: Int
    public var votes: [Int]

    public init(voters: Int, votes: [Int]) {
        self.voters = voters
        self.votes = votes
    }

    public static func none(of poll: Poll) -> Tally {
        Tally(voters: 0, votes: poll.options.map { _ in 0 })
    }

    /// Whether so many people can have chosen so: each somebody's, and nobody's more often than the poll allows.
    public func fits(_ poll: Poll) -> Bool {
        let sum = votes.reduce(0) { $0 &+ $1 }
        return votes.count == poll.options.count && (0...Poll.mostVoters).contains(voters)
            && votes.allSatisfy { (0...voters).contains($0) }
            && (poll.isMultiple ? sum >= voters : sum == voters)
    }

    /// Whether it may follow an earlier one of the same people: votes are not taken back.
    public func mayFollow(_ earlier: Tally) -> Bool {
        voters >= earlier.voters && votes.count == earlier.votes.count
            && zip(votes, earlier.votes).allSatisfy { $0 >= $1 }
    }
}

/// The rules of Spec/features/poll.md §2.
extension Poll {
    public static let optionCount = 2...20
    public static let optionLength = 1...200
    /// Seconds for which a poll is open, where it closes at all.
    public static let duration = 300...31_536_000
    /// More than any node has people.
    public static let mostVoters = 10_000_000
    /// Seconds after the close in which what other nodes counted before it still arrives.
    public static let lateness = Double(Limits.deliveryDays) * 86400

    /// What a person may ask.
    public func check(at now: Date) throws(Refusal) {
        try checkOptions()
        guard let closesAt else { return }
        let seconds = closesAt.timeIntervalSince(now)
        guard seconds >= Double(Self.duration.lowerBound) - 1 else {
            throw .invalid(
                field: "Duration", because: "is too short: a poll is open for five minutes at least")
        }
        guard seconds <= Double(Self.duration.upperBound) + 1 else {
            throw .invalid(field: "Duration", because: "is too long: a poll is open for a year at most")
        }
    }

    /// What a poll of any node must be.
    public func checkOptions() throws(Refusal) {
        guard Self.optionCount.contains(options.count) else {
            throw .invalid(field: "Options", because: "must be 2 to 20")
        }
        for option in options {
            guard option.text.contains(where: { !$0.isWhitespace }) else {
                throw .invalid(field: "Options", because: "can't be blank")
            }
            guard !option.text.unicodeScalars.contains(where: Self.isUnseen) else {
                throw .invalid(field: "Options", because: "must not have invisible characters")
            }
            guard Self.optionLength.contains(option.text.count), option.text.utf8.count <= 1600 else {
                throw .invalid(field: "Options", because: "must be of 200 characters at most")
            }
        }
        guard Set(options.map(\.text)).count == options.count else {
            throw .invalid(field: "Options", because: "must differ from each other")
        }
    }

    /// By which one option is made to look like another.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
            scalar != "\u{200d}"
        default: false
        }
    }

    /// What may be chosen together.
    public func check(_ choices: [Int]) throws(Refusal) {
        guard !choices.isEmpty else { throw .invalid(field: "Choices", because: "can't be blank") }
        guard choices.allSatisfy(options.indices.contains) else {
            throw .invalid(field: "The chosen vote option", because: "does not exist")
        }
        guard isMultiple || choices.count == 1, Set(choices).count == choices.count else {
            throw .invalid(field: "Choices", because: "must be one option of this poll")
        }
    }
}
