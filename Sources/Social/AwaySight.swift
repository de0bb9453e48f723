public import Domain
public import Storage

/// What somebody missed, as both faces show it.
public struct AwaySight: Sendable {
    /// What waits to be acknowledged, whenever it came.
    public let mustRead: Missed
    /// What came since; nothing for one who was not away.
    public let parts: [Away.Part: Missed]

    /// Whether there is nothing at all.
    public var isEmpty: Bool { mustRead.found.count == 0 && parts.values.allSatisfy { $0.found.count == 0 } }

    public init(_ away: Away, of person: ActorID, limit: Int, in transaction: Transaction) throws {
        mustRead = try transaction.missedAnnouncements(by: person, limit: limit)
        var parts: [Away.Part: Missed] = [:]
        for part in Away.Part.allCases {
            parts[part] =
                try away.since.map { try transaction.missed(part, by: person, since: $0, limit: limit) }
                ?? Missed()
        }
        self.parts = parts
    }
}
