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

    /// The last moment up to now at which a summary was due; nil where none is wanted.
    public func lastDigest(before now: Date) -> Date? {
        guard let digestAt else { return nil }
        let since = Double((minute(at: now) - digestAt + Self.day) % Self.day) * 60
        let second = now.timeIntervalSince1970.truncatingRemainder(dividingBy: 60)
        return now - since - second
    }

    private static let day = 24 * 60

    /// Minutes since the person's midnight by the clock on their wall.
    private func minute(at moment: Date) -> Int {
        let offset = TimeZone(identifier: zone)?.secondsFromGMT(for: moment) ?? 0
        let local = Int(moment.timeIntervalSince1970.rounded(.down)) + offset
        return ((local % 86400) + 86400) % 86400 / 60
    }

    /// A moment as the clock on the person's wall shows it: `2026-05-08 14:00 (Europe/Oslo)`.
    public func wallClock(_ moment: Date) -> String {
        let offset = TimeZone(identifier: zone)?.secondsFromGMT(for: moment) ?? 0
        let text = (moment + Double(offset)).ISO8601Format()
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
