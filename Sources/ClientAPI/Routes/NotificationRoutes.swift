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
        addGroups(to: router)
        router.get("api/v1/markers") { try await markers($0, $1) }
        router.post("api/v1/markers") { try await mark($0, $1) }
    }

    /// What is done with one group, and how many are new.
    private func addGroups(to router: Router<HallwayContext>) {
        router.get("api/v2/notifications/unread_count") { request, context in
            let person = try context.person("read:notifications")
            let fields = try await Fields(request, context: context)
            let limit = Int(min(max(try fields.int("limit") ?? 100, 1), 1000))
            let (kinds, grouped) = (kinds(fields), grouped(fields))
            let count = try await desk.needs.store.read { transaction in
                let read = try transaction.marker(of: person, "notifications").flatMap { Int64($0.lastRead) }
                return try transaction.notificationGroups(
                    of: person, kinds: kinds, grouped: grouped, Page(since: read ?? 0, limit: limit)
                ).count
            }
            return Response(json: ["count": JSONValue(count)])
        }
        router.get("api/v2/notifications/:key") { _, context in
            Response(json: try await group(context).json)
        }
        router.get("api/v2/notifications/:key/accounts") { _, context in
            let group = try await group(context).group
            let actors = try await desk.needs.store.read { try $0.actors(group.actors) }
            return Response(json: .array(actors.map { AccountEntity(desk: desk).write($0) }))
        }
        router.post("api/v2/notifications/:key/dismiss") { _, context in
            let person = try context.person("write:notifications")
            let key = context.parameters.get("key") ?? ""
            try await desk.needs.store.write { transaction in
                for member in try transaction.notifications(of: person, inGroup: key) {
                    try transaction.deleteNotifications(of: person, only: member.id)
                }
            }
            return Response(json: [:])
        }
    }

    /// The reader's own group that the path names; one of which nothing is to be seen any more is not there.
    private func group(_ context: HallwayContext) async throws -> (group: NotificationGroup, json: JSONValue)
    {
        let person = try context.person("read:notifications")
        let key = context.parameters.get("key") ?? ""
        return try await desk.needs.store.read { [desk] transaction in
            let members = try transaction.notifications(of: person, inGroup: key)
            guard let group = NotificationGroup(key: key, of: members) else {
                throw Refusal.notFound("Record")
            }
            let json = try NotificationEntities(desk: desk).write([group], for: person, in: transaction)
            guard json["notification_groups"]?.array?.isEmpty == false else {
                throw Refusal.notFound("Record")
            }
            return (group, json)
        }
    }

    /// The kinds that are asked for.
    private func kinds(_ fields: Fields) -> [Notification.Kind] {
        let wanted = fields.list("types")
        let unwanted = fields.list("exclude_types")
        return NotificationEntities.words.filter { _, word in
            (wanted.isEmpty || wanted.contains(word)) && !unwanted.contains(word)
        }.map(\.0)
    }

    /// The kinds that a client can show as one: all, where it does not say.
    private func grouped(_ fields: Fields) -> Set<Notification.Kind> {
        let words = fields.list("grouped_types")
        return Set(NotificationEntities.words.filter { words.isEmpty || words.contains($0.1) }.map(\.0))
    }

    /// One for each conversation and each liked post. A page is as many single ones as may make so many groups.
    @concurrent
    private func groups(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:notifications")
        let fields = try await Fields(request, context: context)
        let page = try fields.page(limit: 40, most: 80)
        let (kinds, grouped) = (kinds(fields), grouped(fields))
        let (groups, json) = try await desk.needs.store.read { [desk] transaction in
            let groups = try transaction.notificationGroups(of: person, kinds: kinds, grouped: grouped, page)
            return (groups, try NotificationEntities(desk: desk).write(groups, for: person, in: transaction))
        }
        return Response(json: json).linked(
            request, base: desk.needs.addresses.base.origin, oldest: groups.map(\.oldest.raw).min(),
            newest: groups.first?.newest.id.raw)
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:notifications")
        let fields = try await Fields(request, context: context)
        let page = try fields.page(limit: 40, most: 80)
        let kinds = kinds(fields)
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
