import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Quotes of a status: who may quote it, which do, and taking consent back (Spec/features/quote.md §6).
struct QuoteRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/statuses/:id/quotes") { try await list($0, $1) }
        router.put("api/v1/statuses/:id/interaction_policy") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            guard let policy = try QuoteEntities.policy(fields["quote_approval_policy"]) else {
                throw Refusal.invalid(field: "Quote approval policy", because: "is missing")
            }
            let post = try await desk.quote.setPolicy(policy, of: Reading.id(context), by: person)
            return try await reading.status(post, for: person)
        }
        router.post("api/v1/statuses/:id/quotes/:quoting/revoke") { _, context in
            let person = try context.person("write:statuses")
            let id: PostID = try Reading.id(context)
            let post = try await desk.quote.withdraw(Reading.id(context, "quoting"), of: id, by: person)
            desk.renderings.forget(id)
            return try await reading.status(post, for: person)
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let viewer = try reading.viewer(context, scope: "read:statuses")
        let id: PostID = try Reading.id(context)
        let page = try await Fields(request, context: context).page()
        let (posts, json) = try await desk.needs.store.read { [desk] transaction in
            let post = try transaction.visiblePost(id, to: viewer)
            let posts = try transaction.quotes(of: post, for: viewer, page)
            return (posts, try StatusEntities(desk: desk).write(posts, for: viewer, in: transaction))
        }
        return Response(json: .array(json)).linked(
            request, base: desk.needs.addresses.base.origin, oldest: posts.last?.id.raw,
            newest: posts.first?.id.raw)
    }
}
