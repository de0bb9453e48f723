import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Notifications and how far they were read.
struct NotificationRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/notifications") { try await list($0, $1) }
        router.get("api/v1/notifications/unread_count") { _, context in
            let person = try context.person("read:notifications")
            return Response(json: [
                "count": JSONValue(try await desk.needs.store.read { try $0.countUnread(of: person) })
            ])
        }
        router.get("api/v1/notifications/:id") { _, context in
            let person = try context.person("read:notifications")
            let id: NotificationID = try Reading.id(context)
            let json = try await desk.needs.store.read { [desk] transaction -> JSONValue? in
                guard let found = try transaction.notification(id), found.person == person else { return nil }
                return try NotificationEntities(desk: desk).write([found], for: person, in: transaction).first
            }
            guard let json else { throw Refusal.notFound("Record") }
            return Response(json: json)
        }
        router.post("api/v1/notifications/clear") { _, context in
            let person = try context.person("write:notifications")
            try await desk.needs.store.write { try $0.deleteNotifications(of: person) }
            return Response(json: [:])
        }
        router.post("api/v1/notifications/:id/dismiss") { _, context in
            let person = try context.person("write:notifications")
            let id: NotificationID = try Reading.id(context)
            try await desk.needs.store.write { try $0.deleteNotifications(of: person, only: id) }
            return Response(json: [:])
        }
        router.get("api/v2/notifications") { try await groups($0, $1) }
        router.get("api/v1/markers") { try await markers($0, $1) }
        router.post("api/v1/markers") { try await mark($0, $1) }
    }

    /// One for each conversation and each liked post. A page is as many single ones as may make so many groups.
    @concurrent
    private func groups(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:notifications")
        let fields = try await Fields(request, context: context)
        let page = try fields.page(limit: 40, most: 80)
        let (groups, json) = try await desk.needs.store.read { [desk] transaction in
            let groups = try transaction.notificationGroups(of: person, page)
            return (groups, try NotificationEntities(desk: desk).write(groups, for: person, in: transaction))
        }
        return Response(json: json).linked(
            request, base: desk.needs.addresses.base.origin, oldest: groups.last?.oldest.raw,
            newest: groups.first?.newest.id.raw)
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:notifications")
        let fields = try await Fields(request, context: context)
        let page = try fields.page(limit: 40, most: 80)
        let wanted = fields.list("types")
        let unwanted = fields.list("exclude_types")
        let kinds = NotificationEntities.words.filter { _, word in
            (wanted.isEmpty || wanted.contains(word)) && !unwanted.contains(word)
        }.map(\.0)
        let (found, json) = try await desk.needs.store.read { [desk] transaction in
            let found = try transaction.notifications(of: person, kinds: kinds, page)
            return (found, try NotificationEntities(desk: desk).write(found, for: person, in: transaction))
        }
        return Response(json: .array(json)).linked(
            request, base: desk.needs.addresses.base.origin, oldest: found.last?.id.raw,
            newest: found.first?.id.raw)
    }

    @concurrent
    private func markers(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        let timelines = fields.list("timeline").filter { ["home", "notifications"].contains($0) }
        return Response(json: try await markers(timelines, of: person))
    }

    @concurrent
    private func mark(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        let given = ["home", "notifications"].compactMap { timeline in
            fields["\(timeline)[last_read_id]"].map { (timeline, $0) }
        }
        guard given.allSatisfy({ Int64($0.1) != nil }) else {
            throw Refusal.malformed(because: "last_read_id is no id")
        }
        try await desk.needs.store.write { [desk] transaction in
            for (timeline, id) in given {
                try transaction.saveMarker(of: person, timeline, lastRead: id, at: desk.needs.now())
            }
        }
        return Response(json: try await markers(given.map(\.0), of: person))
    }

    private func markers(_ timelines: [String], of person: ActorID) async throws -> JSONValue {
        let found = try await desk.needs.store.read { transaction in
            try timelines.compactMap { timeline in
                try transaction.marker(of: person, timeline).map { (timeline, $0) }
            }
        }
        return .object(
            JSONObject(
                found.map { timeline, marker in
                    (
                        timeline,
                        [
                            "last_read_id": .string(marker.lastRead), "version": JSONValue(marker.version),
                            "updated_at": .string(Moment.text(marker.at)),
                        ]
                    )
                }))
    }
}
