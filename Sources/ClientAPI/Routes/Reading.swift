import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// What routes share: ids from the path, who reads, pages of statuses and accounts.
struct Reading {
    let desk: Desk

    static func id<Kind>(_ context: HallwayContext, _ name: String = "id") throws(Refusal) -> ID<Kind> {
        guard let id = context.parameters.get(name).flatMap({ ID<Kind>(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }

    /// Who reads a timeline: a person, or on an open node anybody.
    func viewer(_ context: HallwayContext, scope: String) throws(Refusal) -> Viewer {
        if context.session == nil, desk.needs.policy == .open { return .nobody }
        guard let session = context.session else {
            throw .notAuthenticated(because: "This API requires an authenticated user")
        }
        guard session.token.person != nil || desk.needs.policy == .open else {
            throw .notAuthenticated(because: "This method requires an authenticated user")
        }
        return session.token.person == nil ? .nobody : .person(try context.person(scope))
    }

    func statuses(
        _ timeline: Timeline, _ request: Request, _ context: HallwayContext, for viewer: Viewer
    ) async throws -> Response {
        let page = try await Fields(request, context: context).page()
        let (entries, bytes) = try await desk.needs.store.read { [desk = desk.reading(request)] transaction in
            let entries = try transaction.timelineEntries(timeline, for: viewer, page)
            return (entries, try StatusPage(desk: desk).write(entries, for: viewer, in: transaction))
        }
        return Response(jsonBytes: bytes).linked(
            request, base: desk.needs.addresses.base.origin, oldest: entries.last?.post.raw,
            newest: entries.first?.post.raw)
    }

    /// A page of accounts, ordered by id upwards; `max_id` is the last of the page before.
    func accounts(
        _ request: Request, _ context: HallwayContext,
        _ list: @escaping @Sendable (Transaction, _ after: ActorID?, _ limit: Int) throws -> [ActorID]
    ) async throws -> Response {
        let page = try await Fields(request, context: context).page(limit: 40, most: 80)
        let actors = try await desk.needs.store.read { transaction in
            try transaction.actors(try list(transaction, page.before.map { ActorID($0) }, page.limit))
        }
        let response = Response(json: .array(actors.map { AccountEntity(desk: desk).write($0) }))
        guard actors.count == page.limit else { return response }
        return response.linked(
            request, base: desk.needs.addresses.base.origin, oldest: actors.last?.id.raw, newest: nil)
    }

    /// A post that a person has just done something with.
    func status(_ post: Post, for person: ActorID) async throws -> Response {
        desk.renderings.forget(post.id)
        let json = try await desk.needs.store.read { [desk] transaction in
            try StatusEntities(desk: desk).write(post, for: .person(person), in: transaction)
        }
        return Response(json: json)
    }
}
