import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// What a person is told of, and when, for clients.
struct NotificationHabitRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/notification_habits") { _, context in
            try await habits(of: try context.person("read:notifications"))
        }
        router.put("api/hallway/v1/notification_habits") { try await change($0, $1) }
    }

    @concurrent
    private func change(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:notifications")
        let fields = try await Fields(request, context: context)
        var habits = try await desk.needs.store.read { try $0.notificationHabits(of: person) }
        habits.zone = fields["zone"] ?? habits.zone
        habits.quietFrom = try fields.int("quiet_from").map(Int.init) ?? habits.quietFrom
        habits.quietUntil = try fields.int("quiet_until").map(Int.init) ?? habits.quietUntil
        if let text = fields["digest_at"] {
            habits.digestAt = text.isEmpty ? nil : try fields.int("digest_at").map(Int.init)
        }
        if fields.names.contains(where: { $0.hasPrefix("stopped") }) {
            let words = fields.list("stopped").filter { !$0.isEmpty }
            let kinds = words.compactMap { word in NotificationEntities.words.first { $0.1 == word }?.0 }
            guard kinds.count == words.count else {
                throw Refusal.invalid(field: "Stopped", because: "names a kind that does not exist")
            }
            habits.stopped = Set(kinds)
        }
        try await desk.chooseNotifications.choose(habits, by: person)
        return try await self.habits(of: person)
    }

    private func habits(of person: ActorID) async throws -> Response {
        let habits = try await desk.needs.store.read { try $0.notificationHabits(of: person) }
        let stopped = NotificationEntities.words.filter { habits.stopped.contains($0.0) }.map(\.1)
        return Response(json: [
            "zone": .string(habits.zone), "quiet_from": JSONValue(habits.quietFrom),
            "quiet_until": JSONValue(habits.quietUntil),
            "digest_at": habits.digestAt.map { JSONValue($0) } ?? .null,
            "stopped": .array(stopped.map { .string($0) }),
        ])
    }
}
