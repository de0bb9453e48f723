public import Domain
public import FoundationEssentials
public import Storage

/// Lets colleagues celebrate one's days, or not.
public struct Celebrate: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Says which of one's days are celebrated from now on, and by whom; whatever is not named is forgotten.
    public func choose(_ choice: MilestoneChoice, by person: ActorID) async throws {
        let days = choice.milestones
        guard Set(days.map(\.kind)).count == days.count, !days.contains(where: { $0.kind == .promotion })
        else {
            throw Refusal.invalid(field: "Milestones", because: "a birthday and a joining day, each once")
        }
        for milestone in days { try milestone.check(now: needs.now()) }
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            let before = try transaction.milestoneChoice(of: person)
            var choice = choice
            if choice.tellsPromotions {
                choice.milestones += before.milestones.filter { $0.kind == .promotion }
            }
            guard choice != before else { return }
            try transaction.save(choice, of: person)
            if before.isForAll || choice.isForAll { try transaction.append(.honoursChanged(person)) }
        }
    }

    /// Notes that a person has another title, where they let it be told. `before`: how they were.
    static func noteTitle(of person: Actor, before: Actor, at now: Date, in transaction: Transaction) throws {
        guard person.work.title != before.work.title, !person.work.title.isEmpty,
            !before.work.title.isEmpty, let day = DayOfYear(of: now)
        else { return }
        var choice = try transaction.milestoneChoice(of: person.id)
        guard choice.tellsPromotions else { return }
        choice.milestones.removeAll { $0.kind == .promotion }
        choice.milestones.append(.promotion(day, year: DayOfYear.year(of: now)))
        try transaction.save(choice, of: person.id)
        if choice.isForAll { try transaction.append(.honoursChanged(person.id)) }
    }

    /// What is celebrated at a moment: birthdays and full years of this very day, and the news of the last days: who
    /// joined (no years yet) and who has another title.
    public static func today(
        at date: Date, in transaction: Transaction
    ) throws -> [(person: Actor, milestone: Milestone, years: Int?)] {
        let yearly = try transaction.milestones(
            on: DayOfYear.celebrated(at: date), kinds: [.birthday, .joining]
        ).filter { ($0.1.years(at: date) ?? 1) > 0 }
        let latest = DayOfYear.latest(Milestone.Kind.allCases.map(\.newsDays).max() ?? 0, until: date)
        let news = try transaction.milestones(on: latest.map(\.day), kinds: [.joining, .promotion])
            .filter { _, milestone in
                latest.prefix(milestone.kind.newsDays)
                    .contains { $0.day == milestone.day && $0.year == milestone.year }
            }
        let found =
            yearly.map { ($0, $1, $1.years(at: date)) }
            + news.map { ($0, $1, $1.kind == .joining ? 0 : nil) }
        let people = Dictionary(
            try transaction.actors(Array(Set(found.map(\.0)))).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        return found.compactMap { person, milestone, years in
            people[person].map { ($0, milestone, years) }
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
