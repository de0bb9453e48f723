public import FoundationEssentials

/// What a person wants to be told of, and when (Spec/features/notification.md §3).
public struct NotificationHabits: Sendable, Equatable {
    /// The zone of the tz database in which the person's days begin and end.
    public var zone: String
    /// Minutes after midnight between which nothing is pushed; the same twice for never.
    public var quietFrom: Int
    public var quietUntil: Int
    /// Kinds that the person has stopped.
    public var stopped: Set<Notification.Kind>
    /// Minutes after midnight at which the day's summary is sent by mail; nil for never.
    public var digestAt: Int?
    /// When that time, or the zone, was chosen: summaries are of moments after it. Nil for a time that was always so.
    public var digestSince: Date?

    public init(
        zone: String = "UTC", quietFrom: Int = 0, quietUntil: Int = 0,
        stopped: Set<Notification.Kind> = [], digestAt: Int? = 8 * 60
    ) {
        self.zone = zone
        self.quietFrom = quietFrom
        self.quietUntil = quietUntil
        self.stopped = stopped
        self.digestAt = digestAt
    }

    /// Whether a moment lies in the person's quiet hours. The begin belongs to them, the end does not.
    public func isQuiet(at moment: Date) -> Bool {
        let minute = minute(at: moment)
        guard quietFrom != quietUntil else { return false }
        return quietFrom < quietUntil
            ? (quietFrom..<quietUntil).contains(minute) : minute >= quietFrom || minute < quietUntil
    }

    /// The moment for which a summary is to be made now: one for each of the person's days, at the time that they chose,
    /// whenever that was and whatever their clocks do.
    ///
    /// - Parameters:
    ///   - now: the moment at which that is asked.
    ///   - last: the moment for which the last one was made.
    ///   - joined: when the person came.
    /// - Returns: nil where none is to be made.
    public func dueDigest(at now: Date, last: Date?, joined: Date) -> Date? {
        guard let due = lastDigest(before: now), due > max(joined, digestSince ?? joined),
            last.map({ day(of: $0) < day(of: due) }) ?? true
        else { return nil }
        return due
    }

    /// The last moment up to now at which a summary was due; nil where none is wanted. Where the clock shows the time twice
    /// it is the first, and where it leaves it out it is later by as much as is left out.
    public func lastDigest(before now: Date) -> Date? {
        guard let digestAt else { return nil }
        let today = day(of: now)
        for day in [today, today - 1] {
            let due = moment(day: day, minute: digestAt)
            if due <= now { return due }
        }
        return moment(day: today - 2, minute: digestAt)
    }

    private static let day = 24 * 60
    private static let daySeconds = 86_400

    /// Minutes since the person's midnight by the clock on their wall.
    private func minute(at moment: Date) -> Int { wall(at: moment).second / 60 }

    /// The person's day, as the number of days since 1970.
    private func day(of moment: Date) -> Int { wall(at: moment).day }

    private func wall(at moment: Date) -> (day: Int, second: Int) {
        let local = Int(moment.timeIntervalSince1970.rounded(.down)) + offset(at: moment)
        let (day, second) = local.quotientAndRemainder(dividingBy: Self.daySeconds)
        return second < 0 ? (day - 1, second + Self.daySeconds) : (day, second)
    }

    /// When the clock on the person's wall shows a time of a day, whatever it shows now.
    private func moment(day: Int, minute: Int) -> Date {
        let wall = Date(timeIntervalSince1970: Double(day * Self.daySeconds + minute * 60))
        let before = offset(at: wall - Double(Self.daySeconds))
        let after = offset(at: wall + Double(Self.daySeconds))
        let (first, second) = (wall - Double(before), wall - Double(after))
        return offset(at: first) != before && offset(at: second) == after ? second : first
    }

    /// Seconds by which the person's clock is ahead of UTC.
    private func offset(at moment: Date) -> Int {
        TimeZone(identifier: zone)?.secondsFromGMT(for: moment) ?? 0
    }

    /// A moment as the clock on the person's wall shows it: `2026-05-08 14:00 (Europe/Oslo)`.
    public func wallClock(_ moment: Date) -> String {
        let text = (moment + Double(offset(at: moment))).ISO8601Format()
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) (\(zone))"
    }

    /// The rules of Spec/features/notification.md §3.
    public func check() throws(Refusal) {
        guard TimeZone(identifier: zone) != nil else {
            throw .invalid(field: "Time zone", because: "is not one of the tz database, such as Europe/Oslo")
        }
        let minutes = [quietFrom, quietUntil, digestAt ?? 0]
        guard minutes.allSatisfy((0..<Self.day).contains) else {
            throw .invalid(field: "Time", because: "is not between 00:00 and 23:59")
        }
    }
}
