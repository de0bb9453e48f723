public import FoundationEssentials

/// How far an announcement has come on one node: totals, never names (Spec/features/announcement.md §5).
public struct AnnouncementProgress: Sendable, Equatable {
    /// The node's authority.
    public var node: String
    /// Grows with every change, so that a newer report replaces an older one whichever comes first.
    public var sequence: Int64
    /// People of the node that it is for.
    public var targeted: Int
    /// Those to whom it was shown.
    public var reached: Int
    public var acknowledged: Int
    public var units: [Unit]

    public init(
        node: String, sequence: Int64, targeted: Int, reached: Int, acknowledged: Int, units: [Unit] = []
    ) {
        self.node = node
        self.sequence = sequence
        self.targeted = targeted
        self.reached = reached
        self.acknowledged = acknowledged
        self.units = units
    }

    /// The same for one department.
    public struct Unit: Sendable, Equatable {
        public var name: String
        public var targeted: Int
        public var acknowledged: Int

        public init(name: String, targeted: Int, acknowledged: Int) {
            self.name = name
            self.targeted = targeted
            self.acknowledged = acknowledged
        }
    }

    /// The fewest people whose total is told by unit.
    public static let smallestUnit = 5
    /// The most units that a report names.
    public static let mostUnits = 500

    /// Those who have not acknowledged it although its date has passed.
    public func overdue(dueAt: Date?, at now: Date) -> Int {
        guard let dueAt, now >= dueAt else { return 0 }
        return targeted - acknowledged
    }

    /// The units that may be told: small ones are left out, and with them as many more as it takes that what is left
    /// out cannot be found by subtraction.
    public static func shown(_ units: [Unit]) -> [Unit] {
        let sorted = units.filter { $0.targeted > 0 }.sorted {
            ($0.targeted, $0.name) < ($1.targeted, $1.name)
        }
        var hidden = sorted.prefix { $0.targeted < smallestUnit }.count
        while hidden > 0, hidden < sorted.count,
            sorted[..<hidden].reduce(0, { $0 + $1.targeted }) < smallestUnit
        {
            hidden += 1
        }
        return sorted[hidden...].sorted { $0.name < $1.name }
    }

    /// Whether a report can be true at all.
    public func check() throws(Refusal) {
        guard targeted <= 10_000_000, sequence > 0, 0 <= acknowledged, acknowledged <= reached,
            reached <= targeted
        else { throw .invalid(field: "progress", because: "the totals contradict each other") }
        guard units.count <= Self.mostUnits,
            units.allSatisfy({ unit in
                unit.name.length <= Limits.profileWord
                    && (Self.smallestUnit...max(Self.smallestUnit, targeted)).contains(unit.targeted)
                    && (0...unit.targeted).contains(unit.acknowledged)
            }),
            Set(units.map(\.name)).count == units.count,
            units.reduce(0, { $0 + $1.targeted }) <= targeted
        else { throw .invalid(field: "progress", because: "the units contradict the total") }
    }
}
