public import FoundationEssentials

/// One colleague thanking others in public (Spec/features/recognition.md).
public struct Recognition: Sendable, Equatable {
    public var recipients: [ActorID]
    /// The organisation's value that it stands for, by name.
    public var value: String
    /// Points for each recipient.
    public var points: Int
    /// The points a month that the giver's node allows, as it said when this was given; nil where it did not say.
    public var allowance: Int?

    public init(recipients: [ActorID], value: String, points: Int = 0, allowance: Int? = nil) {
        self.recipients = recipients
        self.value = value
        self.points = points
        self.allowance = allowance
    }

    /// The rules of Spec/features/recognition.md §2 that need nothing but the recognition itself.
    public func check(by author: ActorID) throws(Refusal) {
        guard (1...Self.recipientsLimit).contains(recipients.count) else {
            throw .invalid(field: "Recipients", because: "must be one to \(Self.recipientsLimit) people")
        }
        guard !recipients.contains(author) else {
            throw .notAllowed(because: "Nobody can thank themself")
        }
        guard Set(recipients).count == recipients.count else {
            throw .invalid(field: "Recipients", because: "name someone twice")
        }
        guard (1...Self.valueLimit).contains(value.count), !value.contains(where: \.isNewline) else {
            throw .invalid(field: "Value", because: "is one of the organisation's values")
        }
        guard (0...Self.allowanceLimit).contains(points) else {
            throw .invalid(field: "Points", because: "must be 0 to \(Self.allowanceLimit)")
        }
        guard (0...Self.allowanceLimit).contains(allowance ?? 0) else {
            throw .invalid(field: "Allowance", because: "must be 0 to \(Self.allowanceLimit)")
        }
    }

    /// Refuses points beyond what is left of a month's allowance. `spent`: what the giver gave in that month besides.
    public static func checkSpending(_ points: Int, spent: Int, allowance: Int) throws(Refusal) {
        guard points > 0 else { return }
        guard allowance > 0 else {
            throw .invalid(field: "Points", because: "are not given in this organisation")
        }
        guard spent + points <= allowance else {
            let left = max(0, allowance - spent)
            throw .invalid(
                field: "Points",
                because: "\(points) are more than the \(left) that are left of \(allowance) this month")
        }
    }

    /// The calendar month (UTC) whose allowance a moment belongs to: `2027-01`.
    public static func month(of date: Date) -> String { String(date.ISO8601Format().prefix(7)) }

    public static let recipientsLimit = 10
    /// Characters of a value.
    public static let valueLimit = 100
    /// The highest allowance that a node may have, or that is believed of another.
    public static let allowanceLimit = 1000
    /// Seconds after which points that were given elsewhere are not news any more: no delivery takes that long, and
    /// a month of long ago cannot be checked against its allowance.
    public static let newsLimit: Double = 62 * 86400
}

/// What a node's administrators chose about recognitions.
public struct RecognitionRules: Sendable, Equatable {
    /// The organisation's values, by name.
    public var values: [String]
    /// Points that a person may give in a calendar month; 0 where no points are given.
    public var allowance: Int

    public init(values: [String] = Self.usualValues, allowance: Int = 100) {
        self.values = values
        self.allowance = allowance
    }

    public static let usualValues = ["Helping others", "Customers first", "Courage", "Craft", "Learning"]
}

/// How many recognitions, and points with them.
public struct RecognitionTally: Sendable, Equatable {
    public var count: Int
    public var points: Int

    public init(count: Int = 0, points: Int = 0) {
        self.count = count
        self.points = points
    }

    public static func - (left: Self, right: Self) -> Self {
        Self(count: left.count - right.count, points: left.points - right.points)
    }
}

/// What went between this node and another, as one side's books have it.
public struct RecognitionLedger: Sendable, Equatable {
    /// The other node's authority; empty for this one.
    public var node: String
    /// By this node's people to the other's.
    public var given = RecognitionTally()
    /// By the other node's people to this one's.
    public var received = RecognitionTally()

    public init(node: String) { self.node = node }

    /// Whether the other side's books say the same.
    public func agrees(with other: RecognitionLedger) -> Bool {
        given == other.received && received == other.given
    }
}
