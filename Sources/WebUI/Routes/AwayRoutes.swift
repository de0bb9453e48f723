import Domain
import Hummingbird
import Social
import Storage
import Surface

/// What the reader missed since they were here last, in one page that ends.
struct AwayRoutes {
    private static let size = 10
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("away") { try await read($0, $1) }
        router.post("away/caught_up") { request, context in
            let (person, _) = try await pages.form(request, context)
            try await pages.desk.noteAway.catchUp(person)
            return Response.redirect(to: "/", type: .normal)
        }
    }

    @concurrent
    private func read(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let away = try await desk.noteAway.note(person)
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Since you were away", here: "/away", back: "/away", person: person, in: transaction)
            let sight = try AwaySight(away, of: person, limit: Self.size, in: transaction)
            let views = PostViews(desk: desk, seal: shell.seal, back: "/away")
            func section(_ missed: Missed, _ title: String, _ more: String) throws -> [String: Any]? {
                guard missed.found.count > 0 else { return nil }
                let isCut = missed.found.count > missed.posts.count || !missed.found.isExact
                var section: [String: Any] = [
                    "title": title, "total": Self.words(missed.found),
                    "posts": try views.values(missed.posts, for: person, in: transaction),
                ]
                if isCut { section["more"] = more }
                return section
            }
            values["sections"] = [
                try section(sight.mustRead, "Please read", "/announcements"),
                try section(sight.parts[.mentions] ?? Missed(), "For you", "/notifications"),
                try section(sight.parts[.announcements] ?? Missed(), "Announcements", "/announcements"),
                try section(sight.parts[.posts] ?? Missed(), "Most talked about", "/"),
            ].compactMap { $0 }
            values["isEmpty"] = sight.isEmpty
            if let since = away.since {
                values["since"] = Moments.values(since, now: desk.needs.now())
                values["seal"] = shell.seal
            }
            return pages.templates.render("away", values)
        }
        return Response(html: html)
    }

    private static func words(_ found: Found) -> String {
        found.isExact ? "\(found.count)" : "\(found.count) or more"
    }
}
