import Domain
import FoundationEssentials
import Hummingbird
import Social
import Storage
import Surface

/// Events (gatherings): what is to come, writing and changing one, answering, and the link for calendars.
struct GatheringRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("events") { try await list($0, $1) }
        router.get("events/:post") { request, context in
            let (person, _) = try pages.person(context)
            return try await AnnouncementRoutes.thread(Self.id(context), for: person, pages)
        }
        router.get("events/:post/calendar.ics") { _, context in
            let (person, _) = try pages.person(context)
            let text = try await GatheringCalendar(needs: pages.desk.needs).read(
                Self.id(context), for: person)
            return Response(text: text, type: "text/calendar; charset=utf-8")
        }
        router.get("new/event") { request, context in
            try await form(context, changing: nil, typed: Fields(request, context: context))
        }
        router.get("new/challenge") { request, context in
            try await form(
                context, changing: nil, isChallenge: true, typed: Fields(request, context: context))
        }
        router.post("events/:post/progress") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let id = try Self.id(context)
            try await pages.desk.reportProgress.report(
                Int(fields["amount"] ?? "") ?? -1, in: id, by: person)
            pages.desk.renderings.forget(id)
            return Response.redirect(to: Back.path(fields["back"], fallback: "/events"), type: .normal)
        }
        router.get("events/:post/change") { _, context in
            try await form(context, changing: Self.id(context))
        }
        router.post("events") { try await publish($0, $1) }
        router.post("events/:post/change") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let id = try Self.id(context)
            do {
                _ = try await pages.desk.organise.change(id, to: Self.gathering(fields), by: person)
            } catch let refusal as Refusal {
                guard let page = try? await form(context, changing: id, typed: fields, because: refusal)
                else { throw refusal }
                return page
            }
            return Response.redirect(to: "/events/\(id)", type: .normal)
        }
        router.post("events/:post/cancel") { request, context in
            let (person, _) = try await pages.form(request, context)
            let id = try Self.id(context)
            _ = try await pages.desk.organise.cancel(id, by: person)
            return Response.redirect(to: "/events/\(id)", type: .normal)
        }
        router.post("events/:post/answer") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let answer = fields["answer"].flatMap({ Gathering.Answer(rawValue: $0) }) else {
                throw Refusal.invalid(field: "Answer", because: "is yes, maybe or no")
            }
            let id = try Self.id(context)
            _ = try await pages.desk.attend.answer(id, answer, by: person)
            pages.desk.renderings.forget(id)
            return Response.redirect(to: Back.path(fields["back"], fallback: "/events"), type: .normal)
        }
        router.get("calendar") { try await calendar($0, $1, url: nil) }
        router.post("calendar") { request, context in
            let (person, _) = try await pages.form(request, context)
            let url = try await CalendarLink(needs: pages.desk.needs).make(for: person)
            return try await calendar(request, context, url: url)
        }
        router.post("calendar/revoke") { request, context in
            let (person, _) = try await pages.form(request, context)
            try await CalendarLink(needs: pages.desk.needs).revoke(of: person)
            return Response.redirect(to: "/calendar", type: .normal)
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let isMine = request.uri.queryParameters["mine"] == "1"
        let after = request.uri.queryParameters["after"].flatMap { PostID(decimal: $0) }
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let posts = try transaction.upcoming(
                for: person, at: desk.needs.now(), isMine: isMine, after: after, limit: Self.size)
            let here = isMine ? "/events?mine=1" : "/events"
            var values = try shell.values(
                title: "Events", here: "/events", back: here, person: person, in: transaction)
            values["tabs"] = [("/events", "Upcoming"), ("/events?mine=1", "Mine")].map {
                ["path": $0, "label": $1, "isHere": $0 == here] as [String: Any]
            }
            values["posts"] = try PostViews(desk: desk, seal: shell.seal, back: here)
                .values(posts, for: person, in: transaction)
            values["isEmpty"] = posts.isEmpty
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "/events?after=\(last.id)\(isMine ? "&mine=1" : "")"
            }
            return pages.templates.render("events", values)
        }
        return Response(html: html)
    }

    /// `changing`: the event that is changed; nil for a new one. `typed`: what was asked with, or sent and refused.
    @concurrent
    private func form(
        _ context: HallwayContext, changing: PostID?, isChallenge: Bool = false, typed: Fields = .none,
        because refusal: Refusal? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let word = ComposerView.word(typed)
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let kind = isChallenge ? "challenge" : "event"
            let title = changing == nil ? "New \(kind)" : "Change the event"

            var values = try shell.values(
                title: title, here: "/events", back: "/events", person: person, in: transaction)
            values["heading"] = title
            values["isNew"] = changing == nil
            values["isChallenge"] = isChallenge
            values["goal"] = ""
            values["verb"] = changing == nil ? "Invite" : "Save"
            values["action"] = changing.map { "/events/\($0)/change" } ?? "/events"
            values["offsets"] = MomentField.offsets()
            values["audiences"] = try ComposerView(desk: desk, seal: shell.seal, back: "/events")
                .choices(word, for: person, in: transaction)
            if let changing {
                let post = try transaction.visiblePost(changing, to: .person(person))
                guard post.author == person, case .gathering(let gathering) = post.body else {
                    throw Refusal.notFound("Record")
                }
                values["id"] = changing.description
                values["mayCancel"] = true
                values.merge(Self.fields(gathering)) { $1 }
            }
            if let refusal {
                values = TypedWords.fill(values, from: typed)
                if let offset = typed["offset"].flatMap({ Int($0) }) {
                    values["offsets"] = MomentField.offsets(chosen: offset)
                }
                values["problem"] = PollRoutes.words(refusal)
            }
            return pages.templates.render("new_event", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    @concurrent
    private func publish(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        do {
            return try await publish(fields, by: person)
        } catch let refusal as Refusal {
            return try await form(
                context, changing: nil, isChallenge: fields["goal"] != nil, typed: fields, because: refusal)
        }
    }

    private func publish(_ fields: Fields, by person: ActorID) async throws -> Response {
        var draft = Draft(
            text: fields["text"] ?? "", audience: try ComposerView.audience(fields["audience"]))
        draft.group = ComposerView.group(fields["audience"])
        draft.body = .gathering(try Self.gathering(fields))
        let post = try await pages.publish(draft, from: fields, by: person)
        return Response.redirect(to: "/events/\(post.id)", type: .normal)
    }

    @concurrent
    private func calendar(
        _ request: Request, _ context: HallwayContext, url: String?
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            var values = try Shell(desk: desk, session: session).values(
                title: "My calendar link", here: "/events", back: "/calendar", person: person, in: transaction
            )
            let since = try transaction.calendarLink(of: person)
            if let since { values["since"] = Moments.clock(since) }
            if let url { values["url"] = url }
            values["label"] = since == nil ? "Make a link" : "Make a new link; the old one ends"
            return pages.templates.render("calendar", values)
        }
        return Response(html: html)
    }

    private static func gathering(_ fields: Fields) throws(Refusal) -> Gathering {
        let offset = fields["offset"]
        guard let start = try MomentField.date(fields["starts"], offset: offset) else {
            throw .invalid(field: "Start", because: "is missing")
        }
        var gathering = Gathering(
            title: fields["title"] ?? "", startsAt: start,
            endsAt: try MomentField.date(fields["ends"], offset: offset), place: fields["place"] ?? "",
            call: fields["call"] ?? "", offsetMinutes: Int(offset ?? "") ?? 0)
        if let goal = fields["goal"] { gathering.challenge = Challenge(goal: goal) }
        if let text = fields["capacity"], !text.isEmpty {
            guard let capacity = Int(text) else {
                throw .invalid(field: "Capacity", because: "is a number from 1, or left out")
            }
            gathering.capacity = capacity
        }
        return gathering
    }

    private static func fields(_ gathering: Gathering) -> [String: Any] {
        func field(_ date: Date) -> String {
            MomentField.text(date, offsetMinutes: gathering.offsetMinutes)
        }
        var values: [String: Any] = [
            "title": gathering.title, "starts": field(gathering.startsAt), "place": gathering.place,
            "call": gathering.call,
            "offsets": MomentField.offsets(chosen: gathering.offsetMinutes),
        ]
        if let challenge = gathering.challenge {
            (values["isChallenge"], values["goal"]) = (true, challenge.goal)
        }
        if let end = gathering.endsAt { values["ends"] = field(end) }
        if let capacity = gathering.capacity { values["capacity"] = capacity }
        return values
    }

    private static func id(_ context: HallwayContext) throws(Refusal) -> PostID {
        guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
