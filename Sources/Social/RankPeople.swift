public import Domain
public import Storage

/// Boards of those whom colleagues thanked, their badges, and the choice to have no part in it
/// (Spec/features/leaderboard.md).
public struct RankPeople: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Where a node's administrators switched all of it off, there is no such thing.
    ///
    /// - Throws: ``Refusal/notFound(_:)``
    public func checkOn() throws(Refusal) {
        guard needs.ranksPeople else { throw .notFound("Record") }
    }

    /// Says whether one may be ranked, here and on every other node.
    public func choose(_ isRanked: Bool, by person: ActorID) async throws {
        try checkOn()
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            guard try transaction.setRanked(isRanked, person) else { return }
            try transaction.append(.honoursChanged(person))
        }
    }

    /// The board of a team; a team that is too small, that the reader does not belong to as a group's members do, or
    /// that does not exist is not found.
    public func board(
        of team: Leaderboard.Team, in period: Leaderboard.Period, for reader: ActorID,
        _ transaction: Transaction
    ) throws -> Leaderboard {
        try checkOn()
        if case .group(let group) = team, try !transaction.isMember(reader, of: group) {
            throw Refusal.notFound("Record")
        }
        let people = try transaction.rankedPeople(of: team)
        guard people.count >= Leaderboard.leastPeople else { throw Refusal.notFound("Record") }
        let now = needs.now()
        let own = Standing.count(try transaction.merits(of: team), at: now)
        let others = try transaction.standings(of: team, month: Recognition.month(of: now))
        let points = Dictionary(
            (own + others).map { ($0.person, $0.points(in: period)) }, uniquingKeysWith: { first, _ in first }
        )
        guard let board = Leaderboard(team, period, points: people.map { ($0, points[$0] ?? 0) }) else {
            throw Refusal.notFound("Record")
        }
        return board
    }

    /// The teams of a person that are large enough to have a board: department, office, groups.
    public func teams(of person: Actor, _ transaction: Transaction) throws -> [Leaderboard.Team] {
        try checkOn()
        var teams: [Leaderboard.Team] = []
        if !person.work.department.isEmpty { teams.append(.department(person.work.department)) }
        if !person.work.office.isEmpty { teams.append(.office(person.work.office)) }
        teams += try transaction.memberships(of: person.id).filter { $0.state == .member }
            .map { .group($0.group) }
        return try teams.filter {
            try transaction.rankedPeople(of: $0, limit: Leaderboard.leastPeople).count
                == Leaderboard.leastPeople
        }
    }

    /// The points of all of this node's people who may be ranked and have some, for the other nodes.
    public func standings(_ transaction: Transaction) throws -> [Standing] {
        try checkOn()
        return Standing.count(try transaction.merits(), at: needs.now()).filter { $0.total > 0 }
    }

    /// A person's badges; none of those who are not ranked.
    public func badges(of actor: Actor, _ transaction: Transaction) throws -> [Badge] {
        guard needs.ranksPeople, actor.kind == .person, try transaction.isRanked(actor.id) else { return [] }
        guard actor.isLocal else { return try transaction.badges(of: actor.id) }
        return Badge.earned(
            by: try transaction.badgeEvidence(of: actor.id), values: needs.recognition.values)
    }

    /// What the other nodes are told of a person of this node.
    public func honours(of actor: Actor, _ transaction: Transaction) throws -> Honours {
        let days = try transaction.milestoneChoice(of: actor.id)
        return Honours(
            isRanked: try needs.ranksPeople && transaction.isRanked(actor.id),
            badges: try badges(of: actor, transaction), milestones: days.isForAll ? days.milestones : [])
    }
}
