public import FoundationEssentials

/// A day that colleagues may celebrate, because the person said so (Spec/features/milestone.md).
public struct Milestone: Sendable, Equatable {
    public var kind: Kind
    public var day: DayOfYear
    /// The year of joining, or of a new title; never of a birth.
    public var year: Int?

    public init(kind: Kind, day: DayOfYear, year: Int? = nil) {
        self.kind = kind
        self.day = day
        self.year = kind == .birthday ? nil : year
    }

    /// A birthday: nobody is asked for its year, and none is kept.
    public static func birthday(_ day: DayOfYear) -> Milestone {
        Milestone(kind: .birthday, day: day, year: nil)
    }

    /// The day on which someone joined the organisation.
    public static func joining(_ day: DayOfYear, year: Int) -> Milestone {
        Milestone(kind: .joining, day: day, year: year)
    }

    /// The day on which someone's title became another.
    public static func promotion(_ day: DayOfYear, year: Int) -> Milestone {
        Milestone(kind: .promotion, day: day, year: year)
    }

    public enum Kind: Int, Sendable, CaseIterable {
        case birthday = 0
        case joining = 1
        case promotion = 2

        /// Days for which it is news; 0 for what comes back every year alone.
        public var newsDays: Int {
            switch self {
            case .birthday: 0
            case .joining: 14
            case .promotion: 7
            }
        }
    }

    /// `2019-05-17`; a birthday has no year.
    public var text: String { (year.map { "\($0)-" } ?? "") + day.text }

    /// Full years at a moment (UTC); nil for birthdays.
    public func years(at date: Date) -> Int? { year.map { DayOfYear.year(of: date) - $0 } }

    /// The rules of Spec/features/milestone.md §2. `now`: when it is said.
    public func check(now: Date) throws(Refusal) {
        guard let year else { return }
        guard (1900...DayOfYear.year(of: now)).contains(year) else {
            throw .invalid(field: "Joining date", because: "must be in the past")
        }
    }
}

/// What a person lets colleagues celebrate, and whom.
public struct MilestoneChoice: Sendable, Equatable {
    public var milestones: [Milestone]
    /// Whether colleagues of every office see it, or only those of one's own.
    public var isForAll: Bool
    /// Whether a new title is told.
    public var tellsPromotions: Bool

    public init(_ milestones: [Milestone] = [], isForAll: Bool = false, tellsPromotions: Bool = false) {
        self.milestones = milestones
        self.isForAll = isForAll
        self.tellsPromotions = tellsPromotions
    }
}

/// A day and a month, of any year.
public struct DayOfYear: Sendable, Hashable {
    public let month: Int
    public let day: Int

    /// nil for what is no day of any year.
    public init?(month: Int, day: Int) {
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
        self.month = month
        self.day = day
    }

    /// Reads `05-17`, and nothing that has a year.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let month = Int(parts[0]),
            let day = Int(parts[1])
        else { return nil }
        self.init(month: month, day: day)
    }

    /// `05-17`
    public var text: String { Self.digits(month) + "-" + Self.digits(day) }

    /// The days that are celebrated at a moment (UTC): the last of February stands in for the 29th where there is none.
    public static func celebrated(at date: Date) -> [DayOfYear] {
        let year = year(of: date)
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let today = DayOfYear(String(date.ISO8601Format().dropFirst(5).prefix(5)))
        let other = today?.text == "02-28" && !isLeap ? DayOfYear(month: 2, day: 29) : nil
        return [today, other].compactMap { $0 }
    }

    /// The day of a moment (UTC).
    public init?(of date: Date) { self.init(String(date.ISO8601Format().dropFirst(5).prefix(5))) }

    /// The days (UTC) up to that of a moment, with their years, the latest first.
    public static func latest(_ count: Int, until date: Date) -> [(day: DayOfYear, year: Int)] {
        (0..<count).compactMap { number in
            let date = date - Double(number) * 86400
            return DayOfYear(of: date).map { ($0, year(of: date)) }
        }
    }

    public static func year(of date: Date) -> Int { Int(date.ISO8601Format().prefix(4)) ?? 0 }

    private static func digits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
