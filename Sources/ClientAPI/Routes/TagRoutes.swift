import Domain
import Foundation
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Hashtags that one follows.
struct TagRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/tags/:name") { _, context in
            let person = try context.person("read")
            let tag = try FollowTag.check(name(context))
            let follows = try await desk.needs.store.read {
                try !$0.followedTags(of: person, among: [tag]).isEmpty
            }
            return Response(json: Self.entity(tag, follows: follows, desk: desk))
        }
        router.post("api/v1/tags/:name/follow") { _, context in
            let person = try context.person("write:follows")
            let tag = try await desk.followTag.follow(name(context), by: person)
            return Response(json: Self.entity(tag, follows: true, desk: desk))
        }
        router.post("api/v1/tags/:name/unfollow") { _, context in
            let person = try context.person("write:follows")
            let tag = try await desk.followTag.unfollow(name(context), by: person)
            return Response(json: Self.entity(tag, follows: false, desk: desk))
        }
        router.get("api/v1/followed_tags") { request, context in
            let person = try context.person("read:follows")
            let page = try await Fields(request, context: context).page(limit: 100, most: 200)
            let tags = try await desk.needs.store.read { try $0.followedTags(of: person, page) }
            return Response(json: .array(tags.map { Self.entity($0.tag, follows: true, desk: desk) })).linked(
                request, base: desk.needs.addresses.base.origin, oldest: tags.last?.id,
                newest: tags.first?.id)
        }
    }

    static func entity(_ tag: String, follows: Bool, desk: Desk) -> JSONValue {
        [
            "id": .string(tag), "name": .string(tag), "url": .string(desk.needs.addresses.page(hashtag: tag)),
            "history": [], "following": .bool(follows), "featuring": false,
        ]
    }

    private func name(_ context: HallwayContext) -> String {
        context.parameters.get("name")?.removingPercentEncoding ?? ""
    }
}
