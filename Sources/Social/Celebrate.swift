public import Domain
public import FoundationEssentials
public import Storage

/// Lets colleagues celebrate one's days, or not.
public struct Celebrate: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Says which of one's days are celebrated from now on; whatever is not named is forgotten.
    public func choose(_ milestones: [Milestone], by person: ActorID) async throws {
        guard Set(milestones.map(\.kind)).count == milestones.count else {
            throw Refusal.invalid(field: "Milestones", because: "each kind once")
        }
        for milestone in milestones { try milestone.check(now: needs.now()) }
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            try transaction.save(milestones, of: person)
        }
    }

    /// What is celebrated at a moment, with how many years it has been; the first year is no anniversary yet.
    public static func today(
        at date: Date, in transaction: Transaction
    ) throws -> [(person: Actor, milestone: Milestone, years: Int?)] {
        let found = try transaction.milestones(on: DayOfYear.celebrated(at: date))
            .filter { ($0.1.years(at: date) ?? 1) > 0 }
        let people = Dictionary(
            try transaction.actors(Array(Set(found.map(\.person)))).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        return found.compactMap { person, milestone in
            people[person].map { ($0, milestone, milestone.years(at: date)) }
        }
    }

    /// Reads a day and month, and a date of joining, as people type them; empty text is none.
    ///
    /// - Throws: ``Refusal`` for what is no day, and for a birthday with a year.
    public static func read(birthday: String, joinedOn: String) throws(Refusal) -> [Milestone] {
        var milestones: [Milestone] = []
        if !birthday.isEmpty {
            guard let day = DayOfYear(birthday) else {
                throw .invalid(
                    field: "Birthday", because: "is a month and a day such as 05-17, without a year")
            }
            milestones.append(.birthday(day))
        }
        if !joinedOn.isEmpty {
            guard let day = DayOfYear(String(joinedOn.dropFirst(5))), joinedOn.count == 10,
                let year = Int(joinedOn.prefix(4))
            else { throw .invalid(field: "Joining date", because: "is a date such as 2019-05-17") }
            milestones.append(.joining(day, year: year))
        }
        return milestones
    }
}
