public import FoundationEssentials

/// Who of a team was thanked and helped most (Spec/features/leaderboard.md).
public struct Leaderboard: Sendable, Equatable {
    public var team: Team
    public var period: Period
    public var lines: [Line]

    /// `points`: of everyone of the team who may be ranked, in the order of their names. nil for a team too small to
    /// be ranked.
    public init?(_ team: Team, _ period: Period, points: [(person: ActorID, points: Int)]) {
        guard points.count >= Self.leastPeople else { return nil }
        self.team = team
        self.period = period
        // Sorting keeps the names of equals in order only where the position decides.
        let best = points.enumerated().filter { $0.element.points > 0 }
            .sorted { (-$0.element.points, $0.offset) < (-$1.element.points, $1.offset) }.map(\.element)
        lines = best.prefix(min(Self.mostLines, points.count / 2)).map { line in
            let above = best.prefix { $0.points > line.points }.count
            return Line(rank: above + 1, person: line.person, points: line.points)
        }
    }

    /// People who are ranked among each other.
    public enum Team: Sendable, Hashable {
        case department(String)
        case office(String)
        case group(ActorID)
    }

    public enum Period: String, Sendable, CaseIterable {
        /// The calendar month (UTC).
        case month
        case all
    }

    public struct Line: Sendable, Equatable {
        /// Equal points have equal ranks.
        public var rank: Int
        public var person: ActorID
        public var points: Int
    }

    /// A team of fewer people who may be ranked has no board.
    public static let leastPeople = 5
    /// At most this many lines, and never more than half of the team: nobody stands at the bottom.
    public static let mostLines = 10
}

/// What one colleague did for another on one day, which is worth points to the other.
public struct Merit: Sendable, Equatable {
    public var person: ActorID
    public var giver: ActorID
    /// Days since 1970 (UTC).
    public var day: Int
    public var points: Int

    public init(person: ActorID, giver: ActorID, day: Int, points: Int) {
        self.person = person
        self.giver = giver
        self.day = day
        self.points = points
    }

    /// Points for an accepted answer, given by the asker.
    public static let acceptedAnswer = 5
    /// Points for a vote for an answer.
    public static let vote = 1
}

/// A person's points, counted at their home node (Spec/features/leaderboard.md §2).
public struct Standing: Sendable, Equatable {
    public var person: ActorID
    public var month = 0
    public var total = 0

    public init(person: ActorID, month: Int = 0, total: Int = 0) {
        self.person = person
        self.month = month
        self.total = total
    }

    public func points(in period: Leaderboard.Period) -> Int {
        switch period {
        case .month: month
        case .all: total
        }
    }

    /// Points that a day brings at most, from whomever.
    public static let dayLimit = 30
    /// Points that one giver brings a person in a day, and in a calendar month (UTC), at most.
    public static let giverDayLimit = 10
    public static let giverMonthLimit = 20

    /// Counts merits under the limits, in whatever order they come; what is said to be of a later day than `now` does
    /// not count.
    public static func count(_ merits: [Merit], at now: Date) -> [Standing] {
        let today = day(of: now)
        return Dictionary(grouping: merits.filter { (0...today).contains($0.day) }, by: \.person)
            .map { count($1, of: $0, today: today) }.sorted { $0.person < $1.person }
    }

    private static func count(_ merits: [Merit], of person: ActorID, today: Int) -> Standing {
        var standing = Standing(person: person)
        var ofGivers: [GiverSpan: Int] = [:]
        var ofDays: [Int: Int] = [:]
        var months: [Int: String] = [:]
        let thisMonth = Self.month(ofDay: today)
        for merit in merits.sorted(by: { ($0.day, $0.giver) < ($1.day, $1.giver) }) {
            let month = months[merit.day] ?? Self.month(ofDay: merit.day)
            months[merit.day] = month
            let spans = [
                GiverSpan(giver: merit.giver, day: merit.day), GiverSpan(giver: merit.giver, month: month),
            ]
            let left = [
                giverDayLimit - ofGivers[spans[0], default: 0],
                giverMonthLimit - ofGivers[spans[1], default: 0], dayLimit - ofDays[merit.day, default: 0],
                merit.points,
            ]
            let points = max(0, left.min() ?? 0)
            for span in spans { ofGivers[span, default: 0] += points }
            ofDays[merit.day, default: 0] += points
            standing.total += points
            if month == thisMonth { standing.month += points }
        }
        return standing
    }

    private struct GiverSpan: Hashable {
        var giver: ActorID
        var day: Int?
        var month: String?
    }

    /// Days since 1970 (UTC).
    public static func day(of date: Date) -> Int { Int((date.timeIntervalSince1970 / 86400).rounded(.down)) }

    private static func month(ofDay day: Int) -> String {
        Recognition.month(of: Date(timeIntervalSince1970: Double(day) * 86400))
    }
}
