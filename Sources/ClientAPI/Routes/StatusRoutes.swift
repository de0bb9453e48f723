import Domain
import Hummingbird
import HTTPTypes
import JSON
import Social
import Storage
import Surface

/// Statuses: writing, reading and what is done with them.
struct StatusRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.post("api/v1/statuses") { try await publish($0, $1) }
        router.get("api/v1/statuses") { try await several($0, $1) }
        router.get("api/v1/statuses/:id") { try await read($0, $1) }
        router.put("api/v1/statuses/:id") { try await edit($0, $1) }
        router.delete("api/v1/statuses/:id") { try await withdraw($0, $1) }
        router.get("api/v1/statuses/:id/context") { try await context($0, $1) }
        router.get("api/v1/statuses/:id/history") { try await history($0, $1) }
        router.get("api/v1/statuses/:id/source") { try await source($0, $1) }
        router.get("api/v1/statuses/:id/favourited_by") { request, context in
            let post = try await visible(context)
            return try await reading.accounts(request, context) {
                try $0.likers(of: post.id, after: $1, limit: $2)
            }
        }
        router.get("api/v1/statuses/:id/reblogged_by") { request, context in
            let post = try await visible(context)
            return try await reading.accounts(request, context) { transaction, after, limit in
                try transaction.announces(of: post.id).map(\.author).sorted()
                    .filter { $0 > after ?? ActorID(0) }.prefix(limit).map { $0 }
            }
        }
        addActions(to: router)
        for path in ["api/v1/media", "api/v2/media"] {
            router.post(RouterPath(path)) { _, _ -> Response in
                throw Refusal.invalid(field: "File", because: "uploads are not supported by this release")
            }
        }
    }

    private func addActions(to router: Router<HallwayContext>) {
        act("favourite", "write:favourites", router) { try await desk.like.like($0, by: $1) }
        act("unfavourite", "write:favourites", router) { try await desk.like.unlike($0, by: $1) }
        act("bookmark", "write:bookmarks", router) { try await desk.like.bookmark(true, $0, by: $1) }
        act("unbookmark", "write:bookmarks", router) { try await desk.like.bookmark(false, $0, by: $1) }
        act("unreblog", "write:statuses", router) { try await desk.passOn.takeBack($0, by: $1) }
        router.post("api/v1/statuses/:id/reblog") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            let audience = try fields["visibility"].map {
                try Visibility.audience($0, policy: desk.needs.policy)
            }
            let post = try await desk.passOn.passOn(Reading.id(context), to: audience, by: person)
            return try await reading.status(post, for: person)
        }
    }

    private func act(
        _ word: String, _ scope: String, _ router: Router<HallwayContext>,
        _ verb: @escaping @Sendable (PostID, ActorID) async throws -> Post
    ) {
        router.post("api/v1/statuses/:id/\(word)") { _, context in
            let person = try context.person(scope)
            return try await reading.status(try await verb(Reading.id(context), person), for: person)
        }
    }

    @concurrent
    private func publish(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        guard fields.list("media_ids").allSatisfy(\.isEmpty) else {
            throw Refusal.invalid(field: "Media", because: "uploads are not supported by this release")
        }
        let dueAt = try DraftRoutes.date(fields["scheduled_at"])
        var draft = try draft(fields)
        draft.body = try PollRoutes.poll(fields, at: desk.needs.now()).map { .poll($0) }
        draft.audience = try fields["visibility"].flatMap { $0.isEmpty ? nil : $0 }
            .map { try Visibility.audience($0, policy: desk.needs.policy) }
        draft.isQuiet = fields["visibility"] == "unlisted"
        draft.replyTo = try fields.id("in_reply_to_id")
        if fields["hallway[kind]"] == "question" {
            guard draft.body == nil else { throw PollRoutes.besideQuestion }
            draft.body = .question(Question(title: fields["hallway[title]"] ?? ""))
        }
        draft.group = try fields.id("group_id")
        draft.quote = try fields.id("quoted_status_id")
        draft.quotePolicy = try QuoteEntities.policy(fields["quote_approval_policy"])
        draft.idempotency = try request.idempotencyKey()
        if let dueAt { return try await DraftRoutes(desk: desk).schedule(draft, at: dueAt, by: person) }
        return try await reading.status(try await desk.publish.publish(draft, by: person), for: person)
    }

    @concurrent
    private func edit(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        let id: PostID = try Reading.id(context)
        var draft = try draft(fields)
        // What a client leaves out stays as it is.
        if let post = try await desk.needs.store.read({ try $0.post(id) }) {
            if fields["status"] == nil { draft.text = post.source ?? "" }
            if fields["spoiler_text"] == nil { draft.summary = post.summary }
            if fields["sensitive"] == nil, fields["spoiler_text"] == nil {
                draft.isSensitive = post.isSensitive
            }
        }
        draft.title = fields["hallway[title]"]
        let policy = try QuoteEntities.policy(fields["quote_approval_policy"])
        var post = try await desk.edit.edit(id, to: draft, by: person)
        if let policy { post = try await desk.quote.setPolicy(policy, of: id, by: person) }
        return try await reading.status(post, for: person)
    }

    private func draft(_ fields: Fields) throws(Refusal) -> Draft {
        Draft(
            text: fields["status"] ?? "", summary: fields["spoiler_text"] ?? "",
            isSensitive: fields.bool("sensitive") ?? false,
            language: fields["language"].flatMap { $0.isEmpty ? nil : $0 })
    }

    @concurrent
    private func withdraw(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let id: PostID = try Reading.id(context)
        let before = try await desk.needs.store.read { [desk] transaction -> JSONValue in
            guard let post = try transaction.post(id), post.author == person, post.deletedAt == nil else {
                throw Refusal.notFound("Record")
            }
            return try StatusEntities(desk: desk).write(post, for: .person(person), in: transaction)
        }
        let post = try await desk.withdraw.withdraw(id, by: person)
        var json = before.object ?? JSONObject()
        json["text"] = JSONValue(post.source ?? "")
        return Response(json: .object(json))
    }

    @concurrent
    private func read(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let viewer = try reading.viewer(context, scope: "read:statuses")
        let post = try await visible(context)
        let json = try await desk.needs.store.read { [desk = desk.reading(request)] transaction in
            try StatusEntities(desk: desk).write(post, for: viewer, in: transaction)
        }
        return Response(json: json)
    }

    @concurrent
    private func several(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let viewer = try reading.viewer(context, scope: "read:statuses")
        let fields = try await Fields(request, context: context)
        let ids = fields.list("id").prefix(40).compactMap { PostID(decimal: $0) }
        let json = try await desk.needs.store.read { [desk] transaction in
            let posts = try transaction.posts(ids).filter { try transaction.maySee($0, viewer) }
            return try StatusEntities(desk: desk).write(posts, for: viewer, in: transaction)
        }
        return Response(json: .array(json))
    }

    @concurrent
    private func context(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let viewer = try reading.viewer(context, scope: "read:statuses")
        let post = try await visible(context)
        await desk.backfill(post)
        let (above, below) = try await desk.needs.store.read { [desk] transaction in
            let entities = StatusEntities(desk: desk)
            return (
                try entities.write(
                    try transaction.ancestors(of: post, for: viewer), for: viewer, in: transaction),
                try entities.write(
                    try transaction.descendants(of: post, for: viewer), for: viewer, in: transaction)
            )
        }
        return Response(json: ["ancestors": .array(above), "descendants": .array(below)])
    }

    @concurrent
    private func history(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let post = try await visible(context)
        let json = try await desk.needs.store.read { [desk] transaction -> [JSONValue] in
            guard let author = try transaction.actor(post.author) else { throw Refusal.notFound("Record") }
            let now = Edition(
                content: post.content, summary: post.summary, isSensitive: post.isSensitive,
                at: post.editedAt ?? post.createdAt)
            return (try transaction.editions(of: post.id) + [now]).map { edition in
                [
                    "content": .string(edition.content), "spoiler_text": .string(edition.summary),
                    "sensitive": .bool(edition.isSensitive), "created_at": .string(Moment.text(edition.at)),
                    "account": AccountEntity(desk: desk).write(author), "media_attachments": [], "emojis": [],
                ]
            }
        }
        return Response(json: .array(json))
    }

    @concurrent
    private func source(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let post = try await visible(context)
        guard post.author == person, let source = post.source else { throw Refusal.notFound("Record") }
        return Response(json: [
            "id": .string(post.id.description), "text": .string(source),
            "spoiler_text": .string(post.summary),
        ])
    }

    /// The post that the path names, if the caller may see it.
    private func visible(_ context: HallwayContext) async throws -> Post {
        let viewer = try reading.viewer(context, scope: "read:statuses")
        let id: PostID = try Reading.id(context)
        return try await desk.needs.store.read { try $0.visiblePost(id, to: viewer) }
    }
}
