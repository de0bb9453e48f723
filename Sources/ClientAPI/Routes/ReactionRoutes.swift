import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Emoji beside the like, as the servers spell it that have them: glitch-soc's `react`, Pleroma's `reactions`.
struct ReactionRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        for (method, path) in [
            (HTTPRequest.Method.post, "api/v1/statuses/:id/react/:emoji"),
            (.put, "api/v1/pleroma/statuses/:id/reactions/:emoji"),
        ] {
            router.on(RouterPath(path), method: method) { _, context in
                let person = try context.person("write:favourites")
                return try await reading.status(
                    try await desk.react.react(emoji(context), to: Reading.id(context), by: person),
                    for: person)
            }
        }
        for (method, path) in [
            (HTTPRequest.Method.post, "api/v1/statuses/:id/unreact/:emoji"),
            (.delete, "api/v1/pleroma/statuses/:id/reactions/:emoji"),
        ] {
            router.on(RouterPath(path), method: method) { _, context in
                let person = try context.person("write:favourites")
                return try await reading.status(
                    try await desk.react.unreact(emoji(context), to: Reading.id(context), by: person),
                    for: person)
            }
        }
        router.get("api/v1/pleroma/statuses/:id/reactions") { try await list($0, $1) }
        router.get("api/hallway/v1/reactions") { _, context in
            _ = try context.person("read:statuses")
            return Response(json: .array(desk.reactions.map { .string($0) }))
        }
    }

    /// What a post was given and by whom, at most 40 people a kind.
    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: PostID = try Reading.id(context)
        let json = try await desk.needs.store.read { [desk] transaction -> [JSONValue] in
            let post = try transaction.visiblePost(id, to: .person(person))
            let tallies = try transaction.reactions(of: [post.id], for: person)[post.id] ?? []
            return try tallies.map { tally in
                let people = try transaction.actors(transaction.reactors(tally.emoji, of: post.id))
                return [
                    "name": .string(Reaction.shown(tally.emoji, in: desk.reactions)),
                    "count": JSONValue(tally.count), "me": .bool(tally.isMine),
                    "accounts": .array(people.map { AccountEntity(desk: desk).write($0) }),
                ]
            }
        }
        return Response(json: .array(json))
    }

    private func emoji(_ context: HallwayContext) -> String {
        context.parameters.get("emoji")?.removingPercentEncoding ?? ""
    }
}
