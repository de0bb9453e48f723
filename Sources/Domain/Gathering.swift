public import FoundationEssentials

/// Something that people go to (Spec/features/gathering.md). On the wire it is an `Event`, a word which here means a line
/// of the node's log.
public struct Gathering: Sendable, Equatable {
    public var title: String
    public var startsAt: Date
    public var endsAt: Date?
    public var place: String
    /// A link to the call; empty where there is none.
    public var call: String
    /// The most people who can come; nil for any number.
    public var capacity: Int?
    /// How far the organiser's clock is ahead of UTC, for showing the time as it was meant.
    public var offsetMinutes: Int
    public var isCancelled = false
    /// What those who come want to reach together; nil for an ordinary event.
    public var challenge: Challenge?
    /// People who have a place, and who wait for one, as this node knows.
    public var going = 0
    public var waiting = 0
    /// Grows with every change of those totals, so that newer ones replace older ones whichever come first.
    public var sequence: Int64 = 0
    /// How often what calendars show was changed (RFC 5545 §3.8.7.4).
    public var version = 0

    public init(
        title: String, startsAt: Date, endsAt: Date? = nil, place: String = "", call: String = "",
        capacity: Int? = nil, offsetMinutes: Int = 0
    ) {
        self.title = title
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.place = place
        self.call = call
        self.capacity = capacity
        self.offsetMinutes = offsetMinutes
    }

    /// What somebody says to an invitation.
    public enum Answer: String, Sendable, CaseIterable {
        case yes, maybe, no
    }

    /// When there is nothing more to say to it.
    public func isOver(at now: Date) -> Bool { now >= endsAt ?? startsAt }

    /// Places that are left; nil where there is no end of them.
    public var placesLeft: Int? { capacity.map { max(0, $0 - going) } }

    /// When those who come are reminded: a day before, then an hour before.
    public func nextReminder(after now: Date) -> Date? {
        [startsAt - 86400, startsAt - 3600].first { $0 > now }
    }

    /// What holds for every gathering, wherever it was written.
    public func checkForm(at now: Date) throws(Refusal) {
        guard title.contains(where: { !$0.isWhitespace }), title.length <= Limits.profileWord else {
            throw .invalid(field: "Title", because: "has 1 to \(Limits.profileWord) characters")
        }
        guard startsAt > now - 3 * 366 * 86400, startsAt < now + 3 * 366 * 86400 else {
            throw .invalid(field: "Start", because: "lies within three years")
        }
        guard endsAt.map({ $0 > startsAt && $0 <= startsAt + 92 * 86400 }) ?? true else {
            throw .invalid(field: "End", because: "is after the start, by three months at most")
        }
        guard place.length <= Limits.profileWord else {
            throw .invalid(field: "Place", because: "has at most \(Limits.profileWord) characters")
        }
        guard call.isEmpty || (ObjectURI(call) != nil && call.hasPrefix("https://")) else {
            throw .invalid(field: "Call", because: "is a link that begins with https://")
        }
        guard capacity.map({ (1...1_000_000).contains($0) }) ?? true else {
            throw .invalid(field: "Capacity", because: "is a number from 1, or left out")
        }
        try challenge?.check(endsAt: endsAt)
        guard (-14 * 60...14 * 60).contains(offsetMinutes) else {
            throw .invalid(field: "Zone", because: "is no offset of a clock on earth")
        }
    }

    /// The rules of Spec/features/gathering.md §2 for one that is written here.
    public func check(at now: Date) throws(Refusal) {
        try checkForm(at: now)
        guard startsAt > now else { throw .invalid(field: "Start", because: "must lie ahead") }
    }
}

/// How one actor stands to a gathering: on the organiser's node everybody who answered, elsewhere the node's own people.
public struct Attendance: Sendable, Equatable {
    public var actor: ActorID
    public var state: State
    /// The `Join` by which it was asked for.
    public var uri: ObjectURI
    /// The order in which people asked.
    public var position: Int64

    public init(actor: ActorID, state: State, uri: ObjectURI, position: Int64 = 0) {
        self.actor = actor
        self.state = state
        self.uri = uri
        self.position = position
    }

    public enum State: Int, Sendable, CaseIterable {
        /// The organiser's node has not answered yet.
        case asked = 0
        case going = 1
        /// On the waiting list.
        case waiting = 2
        case maybe = 3
        case declined = 4
        /// The organiser's node said no.
        case refused = 5

        /// Whether a place is held or wanted.
        public var isIn: Bool {
            switch self {
            case .asked, .going, .waiting: true
            case .maybe, .declined, .refused: false
            }
        }
    }
}
