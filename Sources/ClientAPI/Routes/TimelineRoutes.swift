import Domain
import Foundation
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Timelines, search and what a person keeps.
struct TimelineRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/timelines/home") { request, context in
            let person = try context.person("read:statuses")
            desk.noteAway.see(person)
            return try await reading.statuses(.home, request, context, for: .person(person))
        }
        router.get("api/v1/timelines/public") { request, context in
            let viewer = try reading.viewer(context, scope: "read:statuses")
            let fields = try await Fields(request, context: context)
            guard fields.bool("only_media") != true else { return Response(json: []) }
            let origin: Timeline.Origin =
                fields.bool("local") == true ? .here : fields.bool("remote") == true ? .elsewhere : .anywhere
            return try await reading.statuses(.everyone(from: origin), request, context, for: viewer)
        }
        router.get("api/v1/timelines/tag/:tag") { request, context in
            let viewer = try reading.viewer(context, scope: "read:statuses")
            let tag = (context.parameters.get("tag")?.removingPercentEncoding ?? "").lowercased()
            let fields = try await Fields(request, context: context)
            return try await reading.statuses(
                .hashtag(tag, isLocal: fields.bool("local") == true), request, context, for: viewer)
        }
        router.get("api/v1/favourites") { request, context in
            let person = try context.person("read:favourites")
            return try await reading.statuses(.liked, request, context, for: .person(person))
        }
        router.get("api/v1/bookmarks") { request, context in
            let person = try context.person("read:bookmarks")
            return try await reading.statuses(.bookmarked, request, context, for: .person(person))
        }
        router.get("api/v2/search") { try await search($0, $1) }
    }

    @concurrent
    private func search(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:search")
        let fields = try await Fields(request, context: context)
        let text = (fields["q"] ?? "").trimmingPrefix { $0.isWhitespace }.description
        guard !text.isEmpty else { throw Refusal.malformed(because: "q is missing") }
        let resolve = fields.bool("resolve") ?? false
        let limit = Int(min(max(try fields.int("limit") ?? 20, 1), 40))
        let offset = Int(min(max(try fields.int("offset") ?? 0, 0), 10_000))
        let type = fields["type"]
        let viewer = Viewer.person(person)
        let lookup = Lookup(desk: desk)
        var actors: [Actor] = []
        if type == nil || type == "accounts" {
            actors = Array(
                try await lookup.people(text, resolve: resolve, limit: limit + offset, for: viewer)
                    .dropFirst(offset))
        }
        var posts: [Post] = []
        if type == nil || type == "statuses" {
            posts = try await lookup.posts(text, resolve: resolve, for: viewer, limit: limit, offset: offset)
        }
        let tags = type == nil || type == "hashtags" ? text : ""
        let (statuses, hashtags, followed) = try await desk.needs.store.read { [desk, posts] transaction in
            let found = try transaction.searchHashtags(tags, for: viewer, limit: limit)
            return (
                try StatusEntities(desk: desk).write(posts, for: viewer, in: transaction), found,
                try transaction.followedTags(of: person, among: found)
            )
        }
        return Response(json: [
            "accounts": .array(actors.map { AccountEntity(desk: desk).write($0) }),
            "statuses": .array(statuses),
            "hashtags": .array(
                hashtags.map { tag in
                    TagRoutes.entity(tag, follows: followed.contains(tag), desk: desk)
                }),
        ])
    }
}
