import Domain
import Hummingbird
import Social
import Storage
import Surface

/// One box for posts, people and groups.
struct SearchRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("search") { try await search($0, $1) }
    }

    @concurrent
    private func search(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let fields = try await Fields(request, context: context)
        let text = fields["q"] ?? ""
        if let handle = Handle(text), let found = await desk.find(handle) {
            return Response.redirect(to: PersonView(desk: desk).path(found), type: .normal)
        }
        let query = SearchQuery(text)
        let page = Page(before: try fields.int("before"), limit: Self.size)
        let viewer = Viewer.person(person)
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let here = "/search?q=\(text.percentEncoded)"
            var values = try shell.values(
                title: "Search", here: "/search", back: here, person: person, in: transaction)
            let posts = try transaction.searchPosts(query, for: viewer, page)
            let found = try transaction.countPosts(query, for: viewer)
            values["search"] = text
            values["posts"] = try PostViews(desk: desk, seal: shell.seal, back: here)
                .values(posts, for: person, in: transaction)
            values["total"] = Self.words(found)
            values["isEmpty"] = posts.isEmpty && !query.isEmpty
            values["isStart"] = query.isEmpty
            if !query.misunderstood.isEmpty {
                values["misunderstood"] = query.misunderstood.joined(separator: ", ")
            }
            if page.before == nil, !query.words.isEmpty {
                if let groups = try Self.groups(
                    query.words, for: person, GroupViews(desk: desk, seal: shell.seal), in: transaction)
                {
                    values["groups"] = groups
                }
                let people = try transaction.searchActors(query.words, kind: .person, limit: 5, for: person)
                if !people.isEmpty {
                    values["people"] = [
                        "list": people.map { PersonView(desk: desk).values($0) },
                        "more": "/people?q=\(query.words.percentEncoded)",
                    ]
                }
            }
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "\(here)&before=\(last.id)"
            }
            return pages.templates.render("search", values)
        }
        return Response(html: html)
    }

    /// Groups that the person may know of; nil for none, which leaves the part out.
    private static func groups(
        _ words: String, for person: ActorID, _ views: GroupViews, in transaction: Transaction
    ) throws -> [String: Any]? {
        let rows = try transaction.searchActors(words, kind: .group, limit: 5, for: person).compactMap {
            actor in
            try transaction.group(actor.id).map { try views.row(actor, $0, for: person, in: transaction) }
        }
        return rows.isEmpty ? nil : ["list": rows]
    }

    private static func words(_ found: Found) -> String {
        switch (found.count, found.isExact) {
        case (0, _): "No posts"
        case (1, true): "One post"
        case (let count, true): "\(count) posts"
        case (let count, false): "More than \(count) posts"
        }
    }
}
