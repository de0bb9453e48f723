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

    public init(
        title: String, startsAt: Date, endsAt: Date? = nil, place: String = "", call: String = "",
        capacity: Int? = nil
    ) {
        self.title = title
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.place = place
        self.call = call
        self.capacity = capacity
    }
}
