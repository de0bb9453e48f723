import Domain
import Hummingbird
import Social
import Storage
import Surface

/// The page of boards, and the choice to be on none.
struct LeaderboardRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("leaderboard") { try await show($0, $1) }
        router.post("settings/ranking") { request, context in
            let (person, fields) = try await pages.form(request, context)
            try await pages.desk.rank.choose(fields["ranked"] == "1", by: person)
            return Response.redirect(to: "/settings?saved=1", type: .normal)
        }
    }

    @concurrent
    private func show(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let fields = try await Fields(request, context: context)
        let period = fields["period"].flatMap { Leaderboard.Period(rawValue: $0) } ?? .month
        let html = try await desk.needs.store.read { [pages] transaction in
            guard let actor = try transaction.actor(person) else { throw Refusal.notFound("Record") }
            let teams = try desk.rank.teams(of: actor, transaction)
            let asked = fields["team"].flatMap { word in teams.first { Self.word($0) == word } }
            if let word = fields["team"], !word.isEmpty, asked == nil { throw Refusal.notFound("Record") }
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Leaderboard", here: "/leaderboard", back: "/leaderboard", person: person,
                in: transaction)
            let chosen = asked ?? teams.first
            values["isRanked"] = try transaction.isRanked(person)
            values["teams"] = try teams.map { team in
                [
                    "word": Self.word(team), "label": try Self.label(team, in: transaction),
                    "isChosen": team == chosen,
                ] as [String: Any]
            }
            values["periods"] = Leaderboard.Period.allCases.map { one in
                [
                    "word": one.rawValue, "label": one == .month ? "This month" : "All time",
                    "isChosen": one == period,
                ] as [String: Any]
            }
            values["hasTeams"] = !teams.isEmpty
            guard let chosen else { return pages.templates.render("leaderboard", values) }
            let board = try desk.rank.board(of: chosen, in: period, for: person, transaction)
            let people = try transaction.actors(board.lines.map(\.person))
            values["lines"] = zip(board.lines, people).map { line, actor in
                [
                    "rank": line.rank, "points": line.points == 1 ? "1 point" : "\(line.points) points",
                    "person": PersonView(desk: desk).values(actor),
                ] as [String: Any]
            }
            values["isEmpty"] = board.lines.isEmpty
            return pages.templates.render("leaderboard", values)
        }
        return Response(html: html)
    }

    /// What a profile shows: badges, where there are any.
    static func badges(_ badges: [Badge]) -> [[String: Any]] {
        badges.map { ["title": $0.title, "meaning": $0.meaning] }
    }

    private static func word(_ team: Leaderboard.Team) -> String {
        switch team {
        case .department(let name): "department:\(name)"
        case .office(let name): "office:\(name)"
        case .group(let group): "group:\(group)"
        }
    }

    private static func label(_ team: Leaderboard.Team, in transaction: Transaction) throws -> String {
        switch team {
        case .department(let name): "Department: \(name)"
        case .office(let name): "Office: \(name)"
        case .group(let group): "Group: \(try transaction.actor(group)?.displayName ?? "")"
        }
    }
}
