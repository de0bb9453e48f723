public import Domain

extension Transaction {
    /// What a person of this node chose; what they are silent about is for nobody.
    public func milestoneChoice(of person: ActorID) throws -> MilestoneChoice {
        var choice = MilestoneChoice(try milestones(of: person))
        let found = try first(
            "SELECT is_for_all, tells_promotions FROM milestone_choice WHERE person = $1", [.id(person)]
        ) { ($0.bool(0), $0.bool(1)) }
        (choice.isForAll, choice.tellsPromotions) = found ?? (false, false)
        return choice
    }

    /// Keeps a choice, and forgets what is not in it.
    public func save(_ choice: MilestoneChoice, of person: ActorID) throws {
        try save(choice.milestones, of: person)
        try run(
            """
            INSERT INTO milestone_choice (person, is_for_all, tells_promotions) VALUES ($1, $2, $3)
            ON CONFLICT (person) DO UPDATE SET is_for_all = excluded.is_for_all,
                tells_promotions = excluded.tells_promotions
            """, [.id(person), .bool(choice.isForAll), .bool(choice.tellsPromotions)])
    }

    /// What a person lets colleagues celebrate.
    public func milestones(of person: ActorID) throws -> [Milestone] {
        try all(
            "SELECT kind, day, year FROM milestone WHERE person = $1 ORDER BY kind", [.id(person)],
            Self.milestone
        ).compactMap { $0 }
    }

    /// Replaces all that a person lets colleagues celebrate; none is kept of what is not in the list.
    public func save(_ milestones: [Milestone], of person: ActorID) throws {
        try run("DELETE FROM milestone WHERE person = $1", [.id(person)])
        for milestone in milestones {
            try run(
                "INSERT INTO milestone (person, kind, day, year) VALUES ($1, $2, $3, $4)",
                [
                    .id(person), .number(milestone.kind.rawValue), .text(milestone.day.text),
                    .number(milestone.year),
                ])
        }
    }

    /// Whose milestones of some kinds are on one of these days, by id: only of active people of the organisation.
    public func milestones(
        on days: [DayOfYear], kinds: [Milestone.Kind], limit: Int = 100
    ) throws -> [(person: ActorID, Milestone)] {
        guard !days.isEmpty, !kinds.isEmpty else { return [] }
        let kinds = kinds.map { String($0.rawValue) }.joined(separator: ", ")
        return try all(
            """
            SELECT m.kind, m.day, m.year, m.person FROM milestone m JOIN actor a ON a.id = m.person
            WHERE m.day IN (\(placeholders(days.count))) AND m.kind IN (\(kinds))
                AND a.state = 0 AND \(Self.isOurs("a"))
            ORDER BY m.person, m.kind LIMIT \(limit)
            """, days.map { .text($0.text) }
        ) { row in (row.id(3) as ActorID, Self.milestone(row)) }.compactMap { person, milestone in
            milestone.map { (person, $0) }
        }
    }

    private static func milestone(_ row: any SQLRow) -> Milestone? {
        guard let kind = Milestone.Kind(rawValue: row.number(0)), let day = DayOfYear(row.text(1)) else {
            return nil
        }
        switch kind {
        case .birthday: return .birthday(day)
        case .joining: return .joining(day, year: row.number(2))
        case .promotion: return .promotion(day, year: row.number(2))
        }
    }
}
