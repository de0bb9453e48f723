import Domain
import Hummingbird
import Social
import Storage
import Surface

/// What one is told of, and when.
struct NotificationHabitRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("settings/notifications") { try await show($0, $1) }
        router.post("settings/notifications") { try await save($0, $1) }
        router.post("notifications/stop") { request, context in
            let (person, fields) = try await pages.form(request, context)
            try await pages.desk.chooseNotifications.stop(try Self.kind(fields["kind"]), by: person)
            return Response.redirect(to: "/settings/notifications?stopped=1", type: .normal)
        }
        // From a letter, without a session: looking changes nothing, a press of the button (or the mail program's) does.
        router.get("notifications/stop/:word") { _, context in
            stopPage(["word": context.parameters.get("word") ?? "", "asksLetters": true])
        }
        router.post("notifications/stop/:word") { _, context in
            try await pages.desk.chooseNotifications.stopLetters(word: context.parameters.get("word") ?? "")
            return stopPage(["isDone": true])
        }
        router.get("notifications/stop/:word/:kind") { _, context in
            let kind = try Self.kind(context.parameters.get("kind"))
            return stopPage([
                "word": context.parameters.get("word") ?? "", "asksKind": true, "number": kind.rawValue,
                "kind": NotificationWords.choice(kind),
            ])
        }
        router.post("notifications/stop/:word/:kind") { _, context in
            let kind = try Self.kind(context.parameters.get("kind"))
            try await pages.desk.chooseNotifications.stop(
                kind, word: context.parameters.get("word") ?? "")
            return stopPage(["isStopped": true, "kind": NotificationWords.choice(kind)])
        }
    }

    private func stopPage(_ values: [String: Any]) -> Response {
        let shell: [String: Any] = ["pageTitle": "Letters", "nodeName": pages.desk.nodeName]
        return Response(html: pages.templates.render("stop", shell.merging(values) { $1 }))
    }

    private static func kind(_ text: String?) throws(Refusal) -> Notification.Kind {
        guard let kind = text.flatMap({ Int($0) }).flatMap({ Notification.Kind(rawValue: $0) }) else {
            throw .invalid(field: "Kind", because: "is not in the list")
        }
        return kind
    }

    @concurrent
    private func show(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let query = request.uri.queryParameters
        let html = try await desk.needs.store.read { [pages] transaction in
            let habits = try transaction.notificationHabits(of: person)
            var values = try Shell(desk: desk, session: session).values(
                title: "What I am told", here: "/settings", back: "/settings/notifications", person: person,
                in: transaction)
            values["zone"] = habits.zone
            values["quietFrom"] = Self.clock(habits.quietFrom)
            values["quietUntil"] = Self.clock(habits.quietUntil)
            values["isQuiet"] = habits.quietFrom != habits.quietUntil
            values["isDaily"] = habits.digestAt != nil
            values["digestAt"] = Self.clock(habits.digestAt ?? 8 * 60)
            values["kinds"] = Notification.Kind.allCases.map { kind in
                [
                    "kind": kind.rawValue, "label": NotificationWords.choice(kind),
                    "isOn": !habits.stopped.contains(kind),
                ] as [String: Any]
            }
            if query["saved"] != nil { values["notice"] = "Saved." }
            if query["stopped"] != nil { values["notice"] = "Stopped. Tick it again to be told once more." }
            return pages.templates.render("habits", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func save(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        var habits = NotificationHabits()
        habits.zone = fields["zone"] ?? "UTC"
        if fields.bool("quiet") == true {
            habits.quietFrom = try Self.minutes(fields["quiet_from"])
            habits.quietUntil = try Self.minutes(fields["quiet_until"])
        }
        habits.digestAt = fields.bool("daily") == true ? try Self.minutes(fields["digest_at"]) : nil
        let told = Set(fields.list("told").compactMap { Int($0) })
        habits.stopped = Set(Notification.Kind.allCases.filter { !told.contains($0.rawValue) })
        try await pages.desk.chooseNotifications.choose(habits, by: person)
        return Response.redirect(to: "/settings/notifications?saved=1", type: .normal)
    }

    private static func clock(_ minutes: Int) -> String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    private static func minutes(_ text: String?) throws(Refusal) -> Int {
        let parts = (text ?? "").split(separator: ":").compactMap { Int($0) }
        guard parts.count >= 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else {
            throw .invalid(field: "Time", because: "is not a time such as 08:00")
        }
        return parts[0] * 60 + parts[1]
    }
}
