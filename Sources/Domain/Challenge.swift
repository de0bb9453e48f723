public import FoundationEssentials

/// What makes a gathering a challenge: something that those who take part reach together (Spec/features/challenge.md).
public struct Challenge: Sendable, Equatable {
    public var goal: String
    /// What all who take part reported together, as this node knows.
    public var reported: Int

    public init(goal: String, reported: Int = 0) {
        self.goal = goal
        self.reported = reported
    }

    /// What holds for every challenge, wherever it was written.
    public func check(endsAt: Date?) throws(Refusal) {
        guard goal.contains(where: { !$0.isWhitespace }), goal.length <= Limits.profileWord,
            !goal.contains(where: \.isNewline)
        else {
            throw .invalid(field: "Goal", because: "is one line of 1 to \(Limits.profileWord) characters")
        }
        guard endsAt != nil else { throw .invalid(field: "End", because: "is the last day of the challenge") }
    }

    /// What one person may have reported: all of theirs so far, so that the same report twice is the same number.
    public static func check(amount: Int) throws(Refusal) {
        guard (0...mostAmount).contains(amount) else {
            throw .invalid(field: "Amount", because: "is a number from 0 to \(mostAmount)")
        }
    }

    public static let mostAmount = 1_000_000
}

/// What one person reported, numbered by the moment at their node, in milliseconds since 1970, so that of two reports
/// the later counts whichever comes first.
public struct ChallengeReport: Sendable, Equatable {
    public var amount: Int
    public var sequence: Int64

    public init(amount: Int, sequence: Int64) {
        self.amount = amount
        self.sequence = sequence
    }

    /// The rules of Spec/features/challenge.md §3.
    public func check(in gathering: Gathering, at now: Date) throws(Refusal) {
        try Challenge.check(amount: amount)
        let moment = Date(timeIntervalSince1970: Double(sequence) / 1000)
        guard gathering.challenge != nil, !gathering.isCancelled else {
            throw .notAllowed(because: "This challenge was cancelled")
        }
        guard moment >= gathering.startsAt, moment <= now + 60 else {
            throw .notAllowed(because: "This challenge has not begun")
        }
        guard moment < gathering.endsAt ?? gathering.startsAt else {
            throw .notAllowed(because: "This challenge is over")
        }
    }
}
