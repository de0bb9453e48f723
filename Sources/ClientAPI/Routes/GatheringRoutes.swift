import Domain
import FoundationEssentials
import Hummingbird
import JSON
import Markup
import Social
import Storage
import Surface

/// Events (gatherings): publishing, answering, what is to come, and calendars.
struct GatheringRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.post("api/hallway/v1/events") { try await publish($0, $1) }
        router.get("api/hallway/v1/events") { try await list($0, $1) }
        router.get("api/hallway/v1/events/:id") { _, context in
            try await own(Reading.id(context), for: context.person("read:statuses"))
        }
        router.put("api/hallway/v1/events/:id") { try await change($0, $1) }
        router.post("api/hallway/v1/events/:id/answer") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            guard let answer = fields["answer"].flatMap({ Gathering.Answer(rawValue: $0) }) else {
                throw Refusal.invalid(field: "Answer", because: "is yes, maybe or no")
            }
            let id: PostID = try Reading.id(context)
            let state = try await desk.attend.answer(id, answer, by: person)
            desk.renderings.forget(id)
            do {
                return try await own(id, for: person)
            } catch Refusal.notFound where state == .declined {
                // Given back by someone who does not see it any more.
                return Response(json: [
                    "id": .string(id.description), "answer": .string(GatheringEntities.word(state)),
                    "amount": .null, "status": .null,
                ])
            }
        }
        router.post("api/hallway/v1/events/:id/progress") { request, context in
            let person = try context.person("write:statuses")
            guard let amount = try await Fields(request, context: context).int("amount") else {
                throw Refusal.invalid(field: "Amount", because: "is all that you have reached so far")
            }
            let id: PostID = try Reading.id(context)
            try await desk.reportProgress.report(Int(clamping: amount), in: id, by: person)
            desk.renderings.forget(id)
            return try await own(id, for: person)
        }
        router.post("api/hallway/v1/events/:id/cancel") { _, context in
            let person = try context.person("write:statuses")
            return try await reading.status(
                try await desk.organise.cancel(Reading.id(context), by: person), for: person)
        }
        router.get("api/hallway/v1/events/:id/attendees") { try await attendees($0, $1) }
        router.get("api/hallway/v1/events/:id/calendar.ics") { _, context in
            let person = try context.person("read:statuses")
            let text = try await GatheringCalendar(needs: desk.needs).read(Reading.id(context), for: person)
            return Response(text: text, type: "text/calendar; charset=utf-8")
        }
        router.get("calendar/:file") { _, context in
            let text = try await CalendarLink(needs: desk.needs).read(context.parameters.get("file") ?? "")
            return Response(text: text, type: "text/calendar; charset=utf-8")
        }
        router.post("api/hallway/v1/calendar") { _, context in
            let person = try context.person("write:statuses")
            return Response(json: [
                "url": .string(try await CalendarLink(needs: desk.needs).make(for: person))
            ])
        }
        router.get("api/hallway/v1/calendar") { _, context in
            let person = try context.person("read:statuses")
            let since = try await desk.needs.store.read { try $0.calendarLink(of: person) }
            return Response(json: ["created_at": Moment.json(since)])
        }
        router.delete("api/hallway/v1/calendar") { _, context in
            let person = try context.person("write:statuses")
            try await CalendarLink(needs: desk.needs).revoke(of: person)
            return Response(json: [:])
        }
    }

    @concurrent
    private func publish(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        var draft = Draft(
            text: fields["text"] ?? "", language: fields["language"].flatMap { $0.isEmpty ? nil : $0 })
        draft.audience = try fields["visibility"].flatMap { $0.isEmpty ? nil : $0 }
            .map { try Visibility.audience($0, policy: desk.needs.policy) }
        draft.group = try fields.id("group_id")
        draft.idempotency = try request.idempotencyKey()
        draft.body = .gathering(try Self.gathering(fields))
        return try await reading.status(try await desk.publish.publish(draft, by: person), for: person)
    }

    @concurrent
    private func change(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        let id: PostID = try Reading.id(context)
        let post = try await desk.organise.change(id, to: Self.gathering(fields), by: person)
        return try await reading.status(post, for: person)
    }

    private static func gathering(_ fields: Fields) throws(Refusal) -> Gathering {
        guard let start = fields["starts_at"].flatMap(Moment.date) else {
            throw .invalid(field: "Start", because: "is no moment such as 2026-05-08T12:00:00Z")
        }
        var gathering = Gathering(
            title: fields["title"] ?? "", startsAt: start, place: fields["place"] ?? "",
            call: fields["call"] ?? "")
        if let end = fields["ends_at"], !end.isEmpty {
            guard let date = Moment.date(end) else {
                throw .invalid(field: "End", because: "is no moment such as 2026-05-08T12:00:00Z")
            }
            gathering.endsAt = date
        }
        if let goal = fields["goal"], !goal.isEmpty { gathering.challenge = Challenge(goal: goal) }
        if let capacity = try fields.int("capacity") {
            guard (1...1_000_000).contains(capacity) else {
                throw .invalid(field: "Capacity", because: "is a number from 1, or left out")
            }
            gathering.capacity = Int(capacity)
        }
        if let offset = try fields.int("offset_minutes"), (-840...840).contains(offset) {
            gathering.offsetMinutes = Int(offset)
        }
        return gathering
    }

    /// What is to come, soonest first; `after`: the last of the page before.
    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        let after: PostID? = try fields.id("after")
        let (limit, isMine) = (try fields.page().limit, fields.bool("mine") == true)
        let json = try await desk.needs.store.read { [desk] transaction in
            let posts = try transaction.upcoming(
                for: person, at: desk.needs.now(), isMine: isMine, after: after, limit: limit)
            return try StatusEntities(desk: desk).write(posts, for: .person(person), in: transaction)
        }
        return Response(json: .array(json))
    }

    /// How the reader themself stands to an event. Whether the token may ask is for the caller to see: what is changed by one
    /// that only writes is answered too.
    @concurrent
    private func own(_ id: PostID, for person: ActorID) async throws -> Response {
        let json = try await desk.needs.store.read { [desk] transaction -> JSONValue in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .gathering = post.body else { throw Refusal.notFound("Record") }
            let state = try transaction.attendance(person, of: id)?.state
            return [
                "id": .string(id.description),
                "answer": JSONValue(state.map(GatheringEntities.word)),
                "amount": try transaction.challengeReport(of: person, in: id).map { JSONValue($0.amount) }
                    ?? .null,
                "status": try StatusEntities(desk: desk).write(post, for: .person(person), in: transaction),
            ]
        }
        return Response(json: json)
    }

    /// For the organiser alone.
    @concurrent
    private func attendees(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: PostID = try Reading.id(context)
        let fields = try await Fields(request, context: context)
        let after = try fields.int("after") ?? 0
        let isWaiting = fields["list"] == "waiting"
        let json = try await desk.needs.store.read { [desk] transaction -> [JSONValue] in
            guard let post = try transaction.post(id), post.author == person, post.deletedAt == nil,
                case .gathering = post.body
            else { throw Refusal.notFound("Record") }
            let found = try transaction.attendances(
                to: id, in: isWaiting ? .waiting : .going, after: after, limit: 80)
            let actors = Dictionary(
                try transaction.actors(found.map(\.actor)).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
            return found.compactMap { attendance in
                actors[attendance.actor].map {
                    [
                        "position": .int(attendance.position),
                        "account": AccountEntity(desk: desk).write($0),
                    ]
                }
            }
        }
        return Response(json: .array(json))
    }
}

/// Gatherings as clients read them.
struct GatheringEntities {
    static func write(_ gathering: Gathering) -> JSONValue {
        [
            "kind": gathering.challenge == nil ? "event" : "challenge", "title": .string(gathering.title),
            "starts_at": Moment.json(gathering.startsAt),
            "ends_at": Moment.json(gathering.endsAt), "offset_minutes": JSONValue(gathering.offsetMinutes),
            "place": .string(gathering.place), "call": .string(gathering.call),
            "capacity": gathering.capacity.map { JSONValue($0) } ?? .null,
            "places_left": gathering.placesLeft.map { JSONValue($0) } ?? .null,
            "going": JSONValue(gathering.going), "waiting": JSONValue(gathering.waiting),
            "is_cancelled": .bool(gathering.isCancelled), "goal": JSONValue(gathering.challenge?.goal),
            "reported": gathering.challenge.map { JSONValue($0.reported) } ?? .null,
        ]
    }

    static func word(_ state: Attendance.State) -> String {
        switch state {
        case .asked: "asked"
        case .going: "yes"
        case .waiting: "waiting"
        case .maybe: "maybe"
        case .declined: "no"
        case .refused: "refused"
        }
    }

    /// When and where, and a link to the form, for apps that show notes alone.
    static func footer(_ gathering: Gathering, of post: Post, desk: Desk) -> String {
        let time = gathering.startsAt.ISO8601Format()
        var text = "When: \(time.prefix(10)) \(time.dropFirst(11).prefix(5)) UTC"
        if !gathering.place.isEmpty { text += ". Where: \(gathering.place)" }
        if let challenge = gathering.challenge {
            text += ". Goal: \(challenge.goal), reached: \(challenge.reported)"
        }
        if gathering.isCancelled { text = "Cancelled. \(text)" }
        let url = "\(desk.needs.addresses.base.origin)/events/\(post.id)"
        return "<p>\(text.escapedHTML). <a href=\"\(url)\">Say whether you come</a></p>"
    }
}
