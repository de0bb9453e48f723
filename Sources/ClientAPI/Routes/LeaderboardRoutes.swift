import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Boards, badges, and the choice to have no part in it (Spec/features/leaderboard.md). Switched off, none of it is there.
struct LeaderboardRoutes {
    private static let root = "api/hallway/v1/leaderboards"
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get(RouterPath(Self.root)) { try await read($0, $1) }
        router.put("\(Self.root)/choice") { try await choose($0, $1) }
        router.get("api/hallway/v1/accounts/:id/badges") { try await badges($0, $1) }
    }

    /// A team's board; without a team, those teams of the caller that have one.
    @concurrent
    private func read(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let fields = try await Fields(request, context: context)
        let team = try Self.team(fields)
        let period = try Self.period(fields["period"])
        let json = try await desk.needs.store.read { [desk] transaction -> JSONValue in
            guard let team else {
                guard let actor = try transaction.actor(person) else { throw Refusal.notFound("Record") }
                return [
                    "ranked": .bool(try transaction.isRanked(person)),
                    "teams": .array(try desk.rank.teams(of: actor, transaction).map(Self.write)),
                ]
            }
            let board = try desk.rank.board(of: team, in: period, for: person, transaction)
            let people = try transaction.actors(board.lines.map(\.person))
            return [
                "team": Self.write(team), "period": .string(period.rawValue),
                "people": .array(
                    zip(board.lines, people).map { line, actor in
                        [
                            "rank": JSONValue(line.rank), "points": JSONValue(line.points),
                            "account": AccountEntity(desk: desk).write(actor),
                        ]
                    }),
            ]
        }
        return Response(json: json)
    }

    @concurrent
    private func choose(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:accounts")
        guard let isRanked = try await Fields(request, context: context).bool("ranked") else {
            throw Refusal.invalid(field: "Ranked", because: "is true or false")
        }
        try await desk.rank.choose(isRanked, by: person)
        return Response(json: ["ranked": .bool(isRanked)])
    }

    @concurrent
    private func badges(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let id: ActorID = try Reading.id(context)
        let badges = try await desk.needs.store.read { [desk] transaction in
            try desk.rank.checkOn()
            return try desk.rank.badges(of: transaction.livingActor(id, to: .person(person)), transaction)
        }
        return Response(
            json: .array(
                badges.map {
                    [
                        "id": .string($0.rawValue), "name": .string($0.title),
                        "description": .string($0.meaning),
                    ]
                }))
    }

    static func team(_ fields: Fields) throws(Refusal) -> Leaderboard.Team? {
        if let name = fields["department"], !name.isEmpty { return .department(name) }
        if let name = fields["office"], !name.isEmpty { return .office(name) }
        return try fields.id("group").map { .group($0) }
    }

    static func period(_ word: String?) throws(Refusal) -> Leaderboard.Period {
        guard let word, !word.isEmpty else { return .month }
        guard let period = Leaderboard.Period(rawValue: word) else {
            throw .invalid(field: "Period", because: "is month or all")
        }
        return period
    }

    private static func write(_ team: Leaderboard.Team) -> JSONValue {
        switch team {
        case .department(let name): ["kind": "department", "name": .string(name)]
        case .office(let name): ["kind": "office", "name": .string(name)]
        case .group(let group): ["kind": "group", "id": .string(group.description)]
        }
    }
}
