import Domain
import FoundationEssentials
import Hummingbird
import Social
import Storage
import Surface

/// The directory of colleagues, as this node knows it: it answers also while the directory itself is down.
struct PeopleRoutes {
    private static let size = 30
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("people") { try await people($0, $1) }
    }

    @concurrent
    private func people(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let fields = try await Fields(request, context: context)
        var query = ColleagueQuery()
        query.text = fields["q"] ?? ""
        query.department = fields["department"] ?? ""
        query.office = fields["office"] ?? ""
        query.skill = fields["skill"] ?? ""
        let after: ActorID? = try fields.id("after")
        // A full handle of a node that is not known yet is asked for there.
        if let handle = Handle(query.text), let found = await desk.find(handle) {
            return Response.redirect(to: PersonView(desk: desk).path(found), type: .normal)
        }
        let html = try await desk.needs.store.read { [pages, query] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "People", here: "/people", back: "/people", person: person, in: transaction)
            let last = try after.flatMap { try transaction.actor($0) }
            let found = try transaction.colleagues(query, after: last, limit: Self.size)
            values["people"] = try found.map { actor -> [String: Any] in
                guard actor.id != person else { return PersonView(desk: desk).values(actor) }
                return PersonView(desk: desk).values(
                    actor, relation: try transaction.relation(of: person, to: actor.id), seal: shell.seal,
                    back: "/people")
            }
            values["isEmpty"] = found.isEmpty
            values["search"] = query.text
            values["query"] = ["text": query.text, "skill": query.skill]
            let facets = try transaction.facets()
            values["departments"] = Self.choices(facets.departments, chosen: query.department)
            values["offices"] = Self.choices(facets.offices, chosen: query.office)
            if let seen = try transaction.nodeState("directory seen").flatMap({
                Double(String(decoding: $0, as: UTF8.self))
            }) {
                let age = Int(desk.needs.now().timeIntervalSince1970 - seen)
                if age > 120 {
                    values["stale"] =
                        "The directory has not been heard of for \(age / 60) minutes: this may be out of date."
                }
            }
            if found.count == Self.size, let last = found.last {
                values["more"] =
                    "/people?"
                    + [
                        ("q", query.text), ("department", query.department), ("office", query.office),
                        ("skill", query.skill), ("after", last.id.description),
                    ].map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
            }
            return pages.templates.render("people", values)
        }
        return Response(html: html)
    }

    private static func choices(_ facets: [(String, Int)], chosen: String) -> [[String: Any]] {
        facets.map { ["word": $0, "count": $1, "isChosen": $0.lowercased() == chosen.lowercased()] }
    }
}
