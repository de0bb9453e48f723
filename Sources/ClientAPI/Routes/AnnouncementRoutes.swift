import Domain
import FoundationEssentials
import Hummingbird
import JSON
import Markup
import Social
import Storage
import Surface

/// Announcements: publishing, acknowledging, how far they have come, and Mastodon's list of them.
struct AnnouncementRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.post("api/hallway/v1/announcements") { try await publish($0, $1) }
        router.get("api/hallway/v1/announcements") { try await list($0, $1) }
        router.get("api/hallway/v1/announcements/:id") { request, context in
            try await own(Reading.id(context), for: context.person("read:statuses"), request)
        }
        router.put("api/hallway/v1/announcements/:id") { try await revise($0, $1) }
        router.post("api/hallway/v1/announcements/:id/acknowledge") { request, context in
            let person = try context.person("write:statuses")
            let id: PostID = try Reading.id(context)
            _ = try await desk.acknowledge.acknowledge(id, by: person)
            return try await own(id, for: person, request)
        }
        router.post("api/hallway/v1/announcements/:id/remind") { _, context in
            let person = try context.person("write:statuses")
            let count = try await desk.remindReaders.remind(Reading.id(context), by: person)
            return Response(json: ["reminded_here": JSONValue(count)])
        }
        router.get("api/hallway/v1/announcements/:id/progress") { try await progress($0, $1) }
        router.get("api/v1/announcements") { try await mastodonList($0, $1) }
        router.post("api/v1/announcements/:id/dismiss") { _, context in
            let person = try context.person("write:favourites")
            try await desk.acknowledge.dismiss(Reading.id(context), by: person)
            return Response(json: [:])
        }
    }

    @concurrent
    private func publish(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        var announcement = Announcement(
            title: fields["title"] ?? "",
            target: Announcement.Target(
                unit: fields["target[unit]"] ?? "", office: fields["target[office]"] ?? "",
                language: fields["target[language]"] ?? ""))
        announcement.dueAt = try Self.due(fields)
        announcement.variants = fields.variants(desk.needs.addresses) ?? []
        var draft = Draft(
            text: fields["text"] ?? "", language: fields["language"].flatMap { $0.isEmpty ? nil : $0 })
        switch fields["audience"] ?? "organisation" {
        case "organisation": draft.audience = .organisation
        case "node": draft.audience = .node
        default: throw Refusal.invalid(field: "Audience", because: "is organisation or node")
        }
        draft.idempotency = try request.idempotencyKey()
        draft.body = .announcement(announcement)
        return try await reading.status(try await desk.publish.publish(draft, by: person), for: person)
    }

    private static func due(_ fields: Fields) throws(Refusal) -> Date? {
        guard let due = fields["due_at"], !due.isEmpty else { return nil }
        guard let date = Moment.date(due) else {
            throw .invalid(field: "Due date", because: "is no moment such as 2026-05-04T12:00:00Z")
        }
        return date
    }

    /// What it says, in which languages, and by when; what is not given stays.
    @concurrent
    private func revise(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        var wish = ReviseAnnouncement.Wish()
        (wish.title, wish.text) = (fields["title"], fields["text"])
        wish.language = fields["language"].flatMap { $0.isEmpty ? nil : $0 }
        wish.dueAt = try Self.due(fields)
        wish.variants = fields.variants(desk.needs.addresses)
        return try await reading.status(
            try await desk.revise.revise(Reading.id(context), wish, by: person), for: person)
    }

    /// Those for the reader and by them; only what waits to be acknowledged with `pending`.
    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        let isPending = fields.bool("pending") == true
        let page = try fields.page()
        let (ids, json) = try await desk.needs.store.read { [desk = desk.reading(request)] transaction in
            let ids =
                try isPending
                ? transaction.mustRead(by: person) : transaction.announcements(for: person, page)
            let posts = try transaction.posts(ids).filter { try transaction.maySee($0, .person(person)) }
            let statuses = try StatusEntities(desk: desk).write(posts, for: .person(person), in: transaction)
            return (ids, statuses)
        }
        let response = Response(json: .array(json))
        guard !isPending else { return response }
        return response.linked(
            request, base: desk.needs.addresses.base.origin, oldest: ids.last?.raw, newest: ids.first?.raw)
    }

    /// How the reader themself stands to an announcement. Whether the token may ask is for the caller to see: what is changed
    /// by one that only writes is answered too.
    @concurrent
    private func own(_ id: PostID, for person: ActorID, _ request: Request) async throws -> Response {
        let json = try await desk.needs.store.read {
            [desk = desk.reading(request)] transaction -> JSONValue in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .announcement(let announcement) = post.body else { throw Refusal.notFound("Record") }
            let reader = try transaction.announcementReader(person, of: id)
            return [
                "id": .string(id.description), "due_at": Moment.json(announcement.dueAt),
                "is_for_me": .bool(reader?.broughtAt != nil),
                "acknowledged_at": Moment.json(reader?.acknowledgedAt),
                "variants": .array(
                    announcement.variants.map {
                        [
                            "language": .string($0.language), "title": .string($0.title),
                            "content": .string($0.content),
                        ]
                    }),
                "status": try StatusEntities(desk: desk).write(post, for: .person(person), in: transaction),
            ]
        }
        return Response(json: json)
    }

    /// For the author, and for administrators of the author's node; to others there is nothing.
    @concurrent
    private func progress(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: PostID = try Reading.id(context)
        let (board, now) = (AnnouncementBoard(needs: desk.needs), desk.needs.now())
        let json = try await desk.needs.store.read { transaction -> JSONValue in
            let (announcement, view) = try board.read(id, for: person, in: transaction)
            return [
                "due_at": Moment.json(announcement.dueAt),
                "total": Self.total(view.total, announcement, now),
                "nodes": .array(
                    view.nodes.map { node in
                        var json = Self.total(node, announcement, now).object ?? JSONObject()
                        json["node"] = .string(node.node)
                        json["units"] = .array(
                            node.units.map {
                                [
                                    "name": .string($0.name), "targeted": JSONValue($0.targeted),
                                    "acknowledged": JSONValue($0.acknowledged),
                                ]
                            })
                        return .object(json)
                    }),
                "silent_nodes": .array(view.silent.map { .string($0) }),
                "names": .array(
                    view.names.map { ["handle": .string($0.handle), "acknowledged_at": Moment.json($0.at)] }),
            ]
        }
        return Response(json: json)
    }

    private static func total(
        _ progress: AnnouncementProgress, _ announcement: Announcement, _ now: Date
    ) -> JSONValue {
        [
            "targeted": JSONValue(progress.targeted), "reached": JSONValue(progress.reached),
            "acknowledged": JSONValue(progress.acknowledged),
            "overdue": JSONValue(progress.overdue(dueAt: announcement.dueAt, at: now)),
        ]
    }

    /// Mastodon's announcements of the instance. Putting one away there is no acknowledgement.
    @concurrent
    private func mastodonList(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read")
        let json = try await desk.needs.store.read {
            [desk = desk.reading(request)] transaction -> [JSONValue] in
            let ids = try transaction.announcements(for: person, Page(limit: 40))
            let readers = try transaction.announcementReader(person, of: ids)
            let posts = try desk.inOwnWords(
                try transaction.posts(ids), for: .person(person), in: transaction)
            return try posts.compactMap { post in
                guard let reader = readers[post.id], reader.dismissedAt == nil,
                    try transaction.maySee(post, .person(person))
                else { return nil }
                return AnnouncementEntities.mastodon(post, desk: desk)
            }
        }
        return Response(json: .array(json))
    }
}

/// Announcements as clients read them.
struct AnnouncementEntities {
    /// The same for every reader.
    ///
    /// `language`: of the text that is shown.
    static func write(_ announcement: Announcement, language: String?) -> JSONValue {
        [
            "kind": "announcement", "title": .string(announcement.title),
            "due_at": Moment.json(announcement.dueAt),
            "target": [
                "unit": .string(announcement.target.unit), "office": .string(announcement.target.office),
                "language": .string(announcement.target.language),
            ],
            "languages": .array(
                ([language].compactMap { $0 } + announcement.variants.map(\.language)).map { .string($0) }),
        ]
    }

    /// A link to where it is acknowledged, for apps that have no button for it.
    static func footer(_ announcement: Announcement, of post: Post, desk: Desk) -> String {
        guard let dueAt = announcement.dueAt else { return "" }
        let url = "\(desk.needs.addresses.base.origin)/announcements/\(post.id)"
        let day = Moment.day(dueAt)
        return "<p><a href=\"\(url)\">Please acknowledge by \(day) that you have read this</a></p>"
    }

    static func mastodon(_ post: Post, desk: Desk) -> JSONValue {
        guard case .announcement(let announcement) = post.body else { return .null }
        let heading = "<p><strong>\(announcement.title.escapedHTML)</strong></p>"
        return [
            "id": .string(post.id.description),
            "content": .string(heading + post.content + footer(announcement, of: post, desk: desk)),
            "starts_at": nil, "ends_at": nil, "all_day": false, "published": true,
            "published_at": .string(Moment.text(post.createdAt)),
            "updated_at": .string(Moment.text(post.editedAt ?? post.createdAt)), "read": false,
            "mentions": [], "statuses": [], "tags": [], "emojis": [], "reactions": [],
        ]
    }
}
