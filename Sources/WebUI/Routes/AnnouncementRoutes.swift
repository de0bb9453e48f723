import Domain
import FoundationEssentials
import Hummingbird
import Social
import Storage
import Surface

/// Announcements: the list, writing one, acknowledging, and how far one has come.
struct AnnouncementRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("announcements") { try await list($0, $1) }
        router.get("announcements/:post") { try await open($0, $1) }
        router.get("announcements/:post/progress") { try await progress($0, $1) }
        router.get("announcements/:post/progress.csv") { try await export($0, $1) }
        router.get("new/announcement") { _, context in try await writing(context) }
        router.post("announcements") { try await publish($0, $1) }
        router.get("announcements/:post/edit") { _, context in try await editor(context) }
        router.post("announcements/:post/edit") { try await revise($0, $1) }
        router.post("announcements/:post/acknowledge") { request, context in
            let (person, fields) = try await pages.form(request, context)
            _ = try await pages.desk.acknowledge.acknowledge(Self.id(context), by: person)
            return Response.redirect(to: Back.path(fields["back"]), type: .normal)
        }
        router.post("announcements/:post/remind") { request, context in
            let (person, _) = try await pages.form(request, context)
            let id = try Self.id(context)
            _ = try await pages.desk.remindReaders.remind(id, by: person)
            return Response.redirect(to: "/announcements/\(id)/progress?reminded=1", type: .normal)
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk.reading(request)
        let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let views = PostViews(desk: desk, seal: shell.seal, back: "/announcements")
            func visible(_ ids: [PostID]) throws -> [Post] {
                try transaction.posts(ids).filter { try transaction.maySee($0, .person(person)) }
            }
            let pending = before == nil ? try transaction.mustRead(by: person) : []
            let all = try transaction.announcements(for: person, Page(before: before, limit: Self.size))
            let others = all.filter { !pending.contains($0) }
            var values = try shell.values(
                title: "Announcements", here: "/announcements", back: "/announcements", person: person,
                in: transaction)
            values["pending"] = try views.values(visible(pending), for: person, in: transaction)
            values["posts"] = try views.values(visible(others), for: person, in: transaction)
            values["hasPending"] = !pending.isEmpty
            values["hasOthers"] = !pending.isEmpty && !others.isEmpty
            values["isEmpty"] = pending.isEmpty && all.isEmpty
            values["mayAnnounce"] = try AnnouncementView(desk: desk).mayAnnounce(person, in: transaction)
            if all.count == Self.size, let last = all.last {
                values["older"] = "/announcements?before=\(last)"
            }
            return pages.templates.render("announcements", values)
        }
        return Response(html: html)
    }

    /// The address that other apps show leads to the post.
    @concurrent
    private func open(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, _) = try pages.person(context)
        return try await Self.thread(Self.id(context), for: person, pages)
    }

    static func thread(_ id: PostID, for person: ActorID, _ pages: Pages) async throws -> Response {
        let desk = pages.desk
        let path = try await desk.needs.store.read { transaction -> String in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard let author = try transaction.actor(post.author) else { throw Refusal.notFound("Record") }
            return "\(PersonView(desk: desk).path(author))/\(post.id)"
        }
        return Response.redirect(to: path, type: .normal)
    }

    @concurrent
    private func writing(
        _ context: HallwayContext, typed: Fields = .none, because refusal: Refusal? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            guard try AnnouncementView(desk: desk).mayAnnounce(person, in: transaction) else {
                throw Refusal.notAllowed(
                    because: "Only those whom this office lets speak for it may publish announcements")
            }
            var values = try Shell(desk: desk, session: session).values(
                title: "New announcement", here: "/announcements", back: "/announcements", person: person,
                in: transaction)
            let facets = try transaction.facets()
            values["departments"] = facets.departments.map { ["name": $0.0] }
            values["offices"] = facets.offices.map { ["name": $0.0] }
            values["offsets"] = MomentField.offsets()
            values["variants"] = AnnouncementView.variants(nil)
            if let refusal {
                values["typed"] = Dictionary(
                    uniqueKeysWithValues: Self.fields.map { ($0, typed[$0] ?? "") })
                values["isForNode"] = typed["audience"] == "node"
                values.merge(Self.again(typed, because: refusal, desk.needs.addresses)) { $1 }
            }
            return pages.templates.render("new_announcement", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    @concurrent
    private func publish(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        do {
            return try await publish(fields, by: person)
        } catch let refusal as Refusal {
            return try await writing(context, typed: fields, because: refusal)
        }
    }

    private func publish(_ fields: Fields, by person: ActorID) async throws -> Response {
        var draft = Draft(
            text: fields["text"] ?? "", audience: fields["audience"] == "node" ? .node : .organisation)
        draft.language = fields["text_language"].flatMap { $0.isEmpty ? nil : $0 }
        var announcement = Announcement(
            title: fields["title"] ?? "",
            dueAt: try MomentField.date(fields["due"], offset: fields["offset"]),
            target: Announcement.Target(
                unit: fields["unit"] ?? "", office: fields["office"] ?? "",
                language: fields["language"] ?? ""))
        announcement.variants = fields.variants(pages.desk.needs.addresses) ?? []
        draft.body = .announcement(announcement)
        let post = try await pages.publish(draft, from: fields, by: person)
        return Response.redirect(to: "/announcements/\(post.id)/progress", type: .normal)
    }

    @concurrent
    private func editor(
        _ context: HallwayContext, typed: Fields = .none, because refusal: Refusal? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let id = try Self.id(context)
        let html = try await desk.needs.store.read { [pages] transaction in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard post.author == person, case .announcement(let announcement) = post.body else {
                throw Refusal.notFound("Record")
            }
            var values = try Shell(desk: desk, session: session).values(
                title: "Edit", here: "/announcements", back: "/announcements/\(id)/edit", person: person,
                in: transaction)
            (values["id"], values["title"]) = (id.description, announcement.title)
            (values["text"], values["language"]) = (post.source ?? "", post.language ?? "")
            values["variants"] = AnnouncementView.variants(announcement)
            values["offsets"] = MomentField.offsets()
            if let due = announcement.dueAt { values["due"] = Moments.clock(due) }
            if let refusal {
                values = TypedWords.fill(values, from: typed)
                values["language"] = typed["text_language"] ?? ""
                values["dueTyped"] = typed["due"] ?? ""
                values.merge(Self.again(typed, because: refusal, desk.needs.addresses)) { $1 }
            }
            return pages.templates.render("edit_announcement", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    @concurrent
    private func revise(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        let id = try Self.id(context)
        var wish = ReviseAnnouncement.Wish()
        (wish.title, wish.text) = (fields["title"], fields["text"])
        wish.language = fields["text_language"].flatMap { $0.isEmpty ? nil : $0 }
        wish.variants = fields.variants(pages.desk.needs.addresses)
        do {
            wish.dueAt = try MomentField.date(fields["due"], offset: fields["offset"])
            _ = try await pages.desk.revise.revise(id, wish, by: person)
        } catch let refusal as Refusal {
            guard let page = try? await editor(context, typed: fields, because: refusal) else {
                throw refusal
            }
            return page
        }
        return try await Self.thread(id, for: person, pages)
    }

    /// What the form for a new one holds besides its languages.
    private static let fields = ["title", "text", "text_language", "unit", "office", "language", "due"]

    /// What both forms show of what was typed, and why it was refused.
    private static func again(
        _ typed: Fields, because refusal: Refusal, _ addresses: Addresses
    ) -> [String: Any] {
        var announcement = Announcement(title: "")
        announcement.variants = typed.variants(addresses) ?? []
        var values: [String: Any] = [
            "variants": AnnouncementView.variants(announcement), "problem": PollRoutes.words(refusal),
        ]
        if let offset = typed["offset"].flatMap({ Int($0) }) {
            values["offsets"] = MomentField.offsets(chosen: offset)
        }
        return values
    }

    @concurrent
    private func progress(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let id = try Self.id(context)
        let isReminded = request.uri.queryParameters["reminded"] == "1"
        let html = try await desk.needs.store.read { [pages] transaction in
            let (announcement, view) = try AnnouncementBoard(needs: desk.needs)
                .read(id, for: person, in: transaction)
            let isMine = try transaction.post(id)?.author == person
            var values = try Shell(desk: desk, session: session).values(
                title: announcement.title, here: "/announcements", back: "/announcements", person: person,
                in: transaction)
            let now = desk.needs.now()
            func row(_ name: String, _ progress: AnnouncementProgress, isTotal: Bool) -> [String: Any] {
                [
                    "name": name, "targeted": progress.targeted, "reached": progress.reached,
                    "acknowledged": announcement.dueAt == nil ? "–" : "\(progress.acknowledged)",
                    "overdue": progress.overdue(dueAt: announcement.dueAt, at: now), "isTotal": isTotal,
                ]
            }
            let nodes = view.nodes.flatMap { node in
                [row(node.node, node, isTotal: false)]
                    + node.units.map { unit in
                        [
                            "name": "– \(unit.name.isEmpty ? "no department" : unit.name)",
                            "targeted": unit.targeted, "reached": "", "acknowledged": unit.acknowledged,
                            "overdue": "", "isTotal": false,
                        ] as [String: Any]
                    }
            }
            values["rows"] = nodes + [row("Together", view.total, isTotal: true)]
            values["title"] = announcement.title
            values["id"] = id.description
            if let due = announcement.dueAt { values["due"] = Moments.clock(due) }
            if !view.silent.isEmpty { values["silent"] = view.silent.joined(separator: ", ") }
            values["mayRemind"] = isMine && announcement.dueAt != nil
            values["hasNames"] = !view.names.isEmpty
            values["names"] = view.names.map { ["handle": $0.handle, "at": Moments.clock($0.at)] }
            if isReminded { values["notice"] = "Those who have not acknowledged it are reminded." }
            return pages.templates.render("progress", values)
        }
        return Response(html: html)
    }

    /// The figures for an audit: a line for each office and each unit that may be told.
    @concurrent
    private func export(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, _) = try pages.person(context)
        let desk = pages.desk
        let id = try Self.id(context)
        let (announcement, view) = try await desk.needs.store.read {
            try AnnouncementBoard(needs: desk.needs).read(id, for: person, in: $0)
        }
        let now = desk.needs.now()
        var lines = ["office,department,for,reached,acknowledged,overdue,at"]
        for node in view.nodes {
            let overdue = node.overdue(dueAt: announcement.dueAt, at: now)
            lines.append(
                "\(Self.cell(node.node)),,\(node.targeted),\(node.reached),\(node.acknowledged),\(overdue),"
                    + now.ISO8601Format())
            lines += node.units.map {
                "\(Self.cell(node.node)),\(Self.cell($0.name)),\($0.targeted),,\($0.acknowledged),,\(now.ISO8601Format())"
            }
        }
        return Response(
            text: lines.map { $0 + "\r\n" }.joined(), type: "text/csv; charset=utf-8; header=present")
    }

    /// Quoted, and nothing that a spreadsheet would take for a formula (N93).
    private static func cell(_ text: String) -> String {
        let isFormula = text.utf8.first.map("=+-@\t\r".utf8.contains) ?? false
        // By scalars, as spreadsheets read it: to Swift, a combining mark makes another character of a quote.
        let quoted = String(text.unicodeScalars.flatMap { $0 == "\"" ? "\"\"" : String($0) })
        return "\"\(isFormula ? "'" : "")\(quoted)\""
    }

    private static func id(_ context: HallwayContext) throws(Refusal) -> PostID {
        guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
