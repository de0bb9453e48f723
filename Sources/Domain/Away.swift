public import FoundationEssentials

/// When a person of this node was here last, and since when there is something for them to catch up with
/// (Spec/features/away.md).
public struct Away: Sendable, Equatable {
    /// Seconds without a sign after which coming is a new visit.
    public static let gap: Double = 3600
    /// Seconds of absence from which on a person is asked whether they want to catch up; and how long after coming back what
    /// they have not caught up with stays, though they go again.
    public static let notable: Double = 86400
    /// A moment is kept this coarsely, so that reading does not write each time; never later than it was.
    public static let step: Double = 600

    public var seenAt: Date
    /// When the visit before ended; nil where there is nothing to catch up with.
    public var since: Date?
    public var returnedAt: Date?

    public init(seenAt: Date, since: Date? = nil, returnedAt: Date? = nil) {
        self.seenAt = seenAt
        self.since = since
        self.returnedAt = returnedAt
    }

    /// Whether the absence was long enough to speak of.
    public var isNotable: Bool {
        guard let since, let returnedAt else { return false }
        return returnedAt.timeIntervalSince(since) >= Self.notable
    }

    /// Whether a sign at a moment is to be kept.
    public func isNews(at now: Date) -> Bool { now.timeIntervalSince(seenAt) >= Self.step }

    /// Takes in that the person is here. A clock that was set back changes nothing.
    public mutating func see(at now: Date) {
        let silence = now.timeIntervalSince(seenAt)
        guard silence > 0 else { return }
        defer { seenAt = now }
        guard silence >= Self.gap else { return }
        if since != nil, let returnedAt, now.timeIntervalSince(returnedAt) < Self.notable { return }
        (since, returnedAt) = (seenAt, now)
    }

    /// Takes in that the person has seen what they missed.
    public mutating func catchUp() { (since, returnedAt) = (nil, nil) }

    /// What somebody may have missed; each post belongs to one of these, the first that it fits.
    public enum Part: String, Sendable, CaseIterable {
        /// What names or answers them.
        case mentions
        /// Announcements for them that do not wait for their word.
        case announcements
        /// What else came to their home.
        case posts
    }
}
