public import Domain

extension Transaction {
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

    /// Whose milestones are on one of these days, by id: only of people of this node who are active.
    public func milestones(on days: [DayOfYear], limit: Int = 100) throws -> [(person: ActorID, Milestone)] {
        guard !days.isEmpty else { return [] }
        return try all(
            """
            SELECT m.kind, m.day, m.year, m.person FROM milestone m JOIN actor a ON a.id = m.person
            WHERE m.day IN (\(placeholders(days.count))) AND a.state = 0 AND a.host IS NULL
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
        }
    }
}
