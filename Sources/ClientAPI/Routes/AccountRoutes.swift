import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Accounts: reading them, and how one stands to them.
struct AccountRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/accounts/verify_credentials") { _, context in
            try await own(try context.person("profile"))
        }
        router.patch("api/v1/accounts/update_credentials") { try await update($0, $1) }
        router.get("api/v1/accounts/lookup") { try await lookup($0, $1) }
        router.get("api/v1/accounts/search") { try await search($0, $1) }
        router.get("api/v1/accounts/relationships") { try await relationships($0, $1) }
        router.get("api/v1/accounts/:id") { request, context in
            _ = try reading.viewer(context, scope: "read:accounts")
            let actor = try await actor(context)
            let badges = try await desk.needs.store.read { [desk] in
                try desk.rank.badges(of: actor, $0)
            }
            return Response(json: AccountEntity(desk: desk).write(actor, badges: badges))
        }
        router.get("api/v1/accounts/:id/statuses") { try await statuses($0, $1) }
        router.get("api/v1/accounts/:id/followers") { request, context in
            let actor = try await seen(context)
            return try await reading.accounts(request, context) {
                try $0.followers(of: actor.id, after: $1, limit: $2)
            }
        }
        router.get("api/v1/accounts/:id/following") { request, context in
            let actor = try await seen(context)
            return try await reading.accounts(request, context) {
                try $0.following(of: actor.id, after: $1, limit: $2)
            }
        }
        for path in ["featured_tags", "identity_proofs"] {
            router.get("api/v1/accounts/:id/\(path)") { _, context in
                _ = try reading.viewer(context, scope: "read:accounts")
                return Response(json: [])
            }
        }
        addRelations(to: router)
        addLists(to: router)
    }

    private func addRelations(to router: Router<HallwayContext>) {
        router.post("api/v1/accounts/:id/follow") { request, context in
            let person = try context.person("write:follows")
            let fields = try await Fields(request, context: context)
            let relation = try await desk.follow.follow(
                Reading.id(context), showsAnnounces: fields.bool("reblogs"), notifies: fields.bool("notify"),
                by: person)
            return Response(json: RelationshipEntity.write(relation))
        }
        router.post("api/v1/accounts/:id/mute") { request, context in
            let person = try context.person("write:mutes")
            let fields = try await Fields(request, context: context)
            let seconds = try fields.int("duration") ?? 0
            let relation = try await desk.block.mute(
                Reading.id(context), notifications: fields.bool("notifications") ?? true,
                duration: seconds > 0 ? .seconds(min(seconds, 10 * 365 * 86400)) : nil, by: person)
            return Response(json: RelationshipEntity.write(relation))
        }
        act("unfollow", "write:follows", router) { try await desk.follow.unfollow($0, by: $1) }
        act("remove_from_followers", "write:follows", router) { try await desk.follow.reject($0, by: $1) }
        act("block", "write:blocks", router) { try await desk.block.block($0, by: $1) }
        act("unblock", "write:blocks", router) { try await desk.block.unblock($0, by: $1) }
        act("unmute", "write:mutes", router) { try await desk.block.unmute($0, by: $1) }
        for (word, verb) in [("authorize", desk.follow.accept), ("reject", desk.follow.reject)] {
            router.post("api/v1/follow_requests/:id/\(word)") { _, context in
                let person = try context.person("write:follows")
                return Response(json: RelationshipEntity.write(try await verb(Reading.id(context), person)))
            }
        }
    }

    private func addLists(to router: Router<HallwayContext>) {
        router.get("api/v1/follow_requests") { request, context in
            let person = try context.person("read:follows")
            return try await reading.accounts(request, context) {
                try $0.followers(of: person, state: .asked, after: $1, limit: $2)
            }
        }
        router.get("api/v1/blocks") { request, context in
            let person = try context.person("read:blocks")
            return try await reading.accounts(request, context) {
                try $0.blocked(by: person, after: $1, limit: $2)
            }
        }
        router.get("api/v1/mutes") { request, context in
            let person = try context.person("read:mutes")
            return try await reading.accounts(request, context) {
                try $0.muted(by: person, after: $1, limit: $2)
            }
        }
        router.post("api/v1/reports") { request, context in
            let person = try context.person("write:reports")
            let fields = try await Fields(request, context: context)
            guard let target: ActorID = try fields.id("account_id") else { throw Refusal.notFound("Record") }
            let report = try await desk.report.report(
                target, posts: fields.list("status_ids").compactMap { PostID(decimal: $0) },
                comment: fields["comment"] ?? "", isForwarded: fields.bool("forward") ?? false, by: person)
            return Response(json: [
                "id": .string(report.id.description), "action_taken": false, "category": "other",
                "comment": .string(report.comment), "forwarded": .bool(report.isForwarded),
            ])
        }
    }

    private func act(
        _ word: String, _ scope: String, _ router: Router<HallwayContext>,
        _ verb: @escaping @Sendable (ActorID, ActorID) async throws -> Relation
    ) {
        router.post("api/v1/accounts/:id/\(word)") { _, context in
            let person = try context.person(scope)
            return Response(json: RelationshipEntity.write(try await verb(Reading.id(context), person)))
        }
    }

    private func own(_ person: ActorID) async throws -> Response {
        let json = try await desk.needs.store.read { [desk] transaction -> JSONValue in
            guard let actor = try transaction.actor(person) else { throw Refusal.notFound("Record") }
            return AccountEntity(desk: desk).credentials(
                actor, login: try transaction.login(of: person),
                requests: try transaction.followers(of: person, state: .asked, limit: 1000).count)
        }
        return Response(json: json)
    }

    @concurrent
    private func update(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:accounts")
        let fields = try await Fields(request, context: context)
        var changes = People.Changes()
        changes.displayName = fields["display_name"]
        changes.note = fields["note"]
        changes.isLocked = fields.bool("locked")
        changes.isBot = fields.bool("bot")
        changes.isDiscoverable = fields.bool("discoverable")
        changes.isIndexable = fields.bool("indexable")
        changes.defaultAudience = try fields["source[privacy]"].map {
            try Visibility.audience($0, policy: desk.needs.policy)
        }
        changes.quotePolicy = try QuoteEntities.policy(fields["source[quote_policy]"])
        changes.language = fields["source[language]"]
        let lines = (0..<Limits.fields).compactMap { index -> (name: String, value: String)? in
            guard let name = fields["fields_attributes[\(index)][name]"] else { return nil }
            return (name, fields["fields_attributes[\(index)][value]"] ?? "")
        }
        if !lines.isEmpty { changes.fields = lines }
        _ = try await desk.people.change(person, changes)
        return try await own(person)
    }

    @concurrent
    private func lookup(_ request: Request, _ context: HallwayContext) async throws -> Response {
        _ = try reading.viewer(context, scope: "read:accounts")
        let fields = try await Fields(request, context: context)
        guard let actor = try await desk.known(fields["acct"] ?? "", to: context.viewer) else {
            throw Refusal.notFound("Record")
        }
        return Response(json: AccountEntity(desk: desk).write(actor))
    }

    @concurrent
    private func search(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let fields = try await Fields(request, context: context)
        let limit = Int(min(max(try fields.int("limit") ?? 40, 1), 80))
        let actors = try await Lookup(desk: desk).people(
            fields["q"] ?? "", resolve: fields.bool("resolve") ?? false, limit: limit,
            followedBy: fields.bool("following") == true ? person : nil, for: .person(person))
        return Response(json: .array(actors.map { AccountEntity(desk: desk).write($0) }))
    }

    @concurrent
    private func relationships(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:follows")
        let fields = try await Fields(request, context: context)
        let ids = fields.list("id").prefix(80).compactMap { ActorID(decimal: $0) }
        let relations = try await desk.needs.store.read { transaction in
            try transaction.actors(ids).filter { try transaction.mayKnow($0.id, .person(person)) }
                .map { try transaction.relation(of: person, to: $0.id) }
        }
        return Response(json: .array(relations.map(RelationshipEntity.write)))
    }

    @concurrent
    private func statuses(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let viewer = try reading.viewer(context, scope: "read:statuses")
        let actor = try await actor(context)
        let fields = try await Fields(request, context: context)
        guard fields.bool("only_media") != true else { return Response(json: []) }
        if actor.kind == .group, try await desk.needs.store.read({ try $0.group(actor.id) }) != nil {
            return try await reading.statuses(
                fields.bool("pinned") == true ? .pinnedInGroup(actor.id) : .group(actor.id), request, context,
                for: viewer)
        }
        let timeline: Timeline =
            fields.bool("pinned") == true
            ? .pinned(actor.id)
            : .author(
                actor.id, withReplies: fields.bool("exclude_replies") != true,
                withAnnounces: fields.bool("exclude_reblogs") != true)
        return try await reading.statuses(timeline, request, context, for: viewer)
    }

    private func seen(_ context: HallwayContext) async throws -> Actor {
        _ = try reading.viewer(context, scope: "read:accounts")
        return try await actor(context)
    }

    private func actor(_ context: HallwayContext) async throws -> Actor {
        let id: ActorID = try Reading.id(context)
        let viewer = context.viewer
        return try await desk.needs.store.read { try $0.livingActor(id, to: viewer) }
    }
}
