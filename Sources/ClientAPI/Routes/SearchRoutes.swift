import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Search beyond what Mastodon's interface has a form for: how many there are, and what was not understood.
struct SearchRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/search") { try await search($0, $1) }
    }

    @concurrent
    private func search(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:search")
        let fields = try await Fields(request, context: context)
        let page = try fields.page()
        // Zones reach from twelve hours behind to fourteen ahead; whoever says more is meant to be at the edge.
        let zone = Int(min(max(try fields.int("zone") ?? 0, -12 * 3600), 14 * 3600))
        let query = SearchQuery(fields["q"] ?? "", zone: zone)
        let viewer = Viewer.person(person)
        let (posts, found, statuses, groups) = try await desk.needs.store.read { [desk] transaction in
            let posts = try transaction.searchPosts(query, for: viewer, page)
            return (
                posts, try transaction.countPosts(query, for: viewer),
                try StatusEntities(desk: desk).write(posts, for: viewer, in: transaction),
                // With the first page, as people would look for them.
                page.before == nil
                    ? try transaction.searchActors(query.words, kind: .group, for: person) : []
            )
        }
        return Response(json: [
            "statuses": .array(statuses),
            "groups": .array(groups.map { AccountEntity(desk: desk).write($0) }),
            "total": JSONValue(found.count), "exact": .bool(found.isExact),
            "misunderstood": .array(query.misunderstood.map { .string($0) }),
        ]).linked(
            request, base: desk.needs.addresses.base.origin, oldest: posts.last?.id.raw,
            newest: posts.first?.id.raw)
    }
}
