import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// The wall of thanks, thanking someone, and what one does with thanks that one was given.
struct RecognitionRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("thanks") { try await wall($0, $1) }
        router.get("new/recognition") { request, context in
            let fields = try await Fields(request, context: context)
            return try await form(
                context,
                typed: ["recipients": fields["to"] ?? "", "audience": ComposerView.word(fields) ?? ""])
        }
        router.post("recognitions") { try await give($0, $1) }
        router.get("recognitions/:post/credential") { try await credential($0, $1) }
        act("hide", router) { _ = try await Recognise(needs: pages.desk.needs).hide(true, $0, by: $1) }
        act("unhide", router) { _ = try await Recognise(needs: pages.desk.needs).hide(false, $0, by: $1) }
        router.post("recognitions/:post/remove") { request, context in
            let (person, fields) = try await pages.form(request, context)
            _ = try await Recognise(needs: pages.desk.needs).remove(
                id(context), because: fields["reason"] ?? "", by: person)
            return Response.redirect(to: "/thanks", type: .normal)
        }
    }

    private func act(
        _ word: String, _ router: Router<HallwayContext>,
        _ verb: @escaping @Sendable (PostID, ActorID) async throws -> Void
    ) {
        router.post("recognitions/:post/\(word)") { request, context in
            let (person, fields) = try await pages.form(request, context)
            try await verb(id(context), person)
            return Response.redirect(to: Back.path(fields["back"], fallback: "/thanks"), type: .normal)
        }
    }

    @concurrent
    private func wall(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let fields = try await Fields(request, context: context)
        var query = RecognitionQuery()
        query.value = fields["value"] ?? ""
        query.office = fields["office"] ?? ""
        query.recipient = try fields.id("person")
        query.group = try fields.id("group")
        query.isOfThisNode = fields["scope"] == "node"
        let page = Page(before: try fields.int("before"), limit: Self.size)
        let html = try await desk.needs.store.read { [pages, query] transaction in
            let shell = Shell(desk: desk, session: session)
            let back = Self.path(query)
            let posts = try transaction.recognitions(query, for: .person(person), page)
            var values = try shell.values(
                title: "Thanks", here: "/thanks", back: back, person: person, in: transaction)
            values["ranksPeople"] = desk.needs.ranksPeople
            values["posts"] = try PostViews(desk: desk, seal: shell.seal, back: back)
                .values(posts, for: person, in: transaction)
            values["isEmpty"] = posts.isEmpty
            values["values"] = Self.choices(desk.needs.recognition.values, chosen: query.value)
            values["offices"] = Self.choices(try transaction.facets().offices.map(\.0), chosen: query.office)
            let groups = try Self.groups(of: person, chosen: query.group, in: transaction)
            (values["groups"], values["hasGroups"]) = (groups, !groups.isEmpty)
            values["isOfThisNode"] = query.isOfThisNode
            if let one = try query.recipient.flatMap({ try transaction.actor($0) }),
                try transaction.mayKnow(one.id, .person(person))
            {
                values["recipient"] = PersonView(desk: desk).values(one)
            }
            if let left = try left(person, in: transaction) { values["left"] = left }
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "\(back)&before=\(last.id)"
            }
            return pages.templates.render("thanks", values)
        }
        return Response(html: html)
    }

    /// The form, with what was typed and why it was refused.
    private func form(
        _ context: HallwayContext, typed: [String: String], problem: String? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Thank someone", here: "/thanks", back: "/new/recognition", person: person,
                in: transaction)
            values["typed"] = typed
            values["values"] = Self.choices(desk.needs.recognition.values, chosen: typed["value"] ?? "")
            values["audiences"] = try ComposerView(desk: desk, seal: shell.seal, back: "/thanks")
                .choices(typed["audience"], for: person, in: transaction)
            if let left = try left(person, in: transaction) { values["left"] = left }
            if let problem { values["problem"] = problem }
            return pages.templates.render("new_recognition", values)
        }
        return Response(html: html, status: problem == nil ? .ok : .unprocessableContent)
    }

    @concurrent
    private func give(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        do {
            var draft = Draft(
                text: fields["text"] ?? "", audience: try ComposerView.audience(fields["audience"]))
            draft.group = ComposerView.group(fields["audience"])
            let typed = (fields["recipients"] ?? "")
                .split { $0 == "," || $0 == ";" || $0.isWhitespace }.map(String.init)
            draft.body = .recognition(
                Recognition(
                    recipients: try await pages.desk.recipients(
                        named: typed, limit: Recognition.recipientsLimit, by: person),
                    value: fields["value"] ?? "", points: Int(clamping: try fields.int("points") ?? 0)))
            _ = try await pages.publish(draft, from: fields, by: person)
        } catch let refusal as Refusal {
            let names = ["recipients", "value", "points", "text", "audience"]
            let typed = Dictionary(uniqueKeysWithValues: names.map { ($0, fields[$0] ?? "") })
            return try await form(context, typed: typed, problem: Problem(refusal).message)
        }
        return Response.redirect(to: "/thanks", type: .normal)
    }

    /// Saved as a file: what a badge wallet takes.
    @concurrent
    private func credential(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, _) = try pages.person(context)
        let json = try await pages.desk.recognitionCredential(id(context), person, .person(person))
        var response = Response(json: json, type: "application/vc")
        response.headers.set("Content-Disposition", to: "attachment; filename=\"thanks.json\"")
        return response
    }

    /// What a person still may give this month; nil where no points are given.
    private func left(_ person: ActorID, in transaction: Transaction) throws -> [String: Any]? {
        let allowance = pages.desk.needs.recognition.allowance
        guard allowance > 0 else { return nil }
        let month = Recognition.month(of: pages.desk.needs.now())
        let left = max(0, allowance - (try transaction.pointsGiven(by: person, in: month)))
        return ["points": left, "of": allowance]
    }

    private static func path(_ query: RecognitionQuery) -> String {
        let parts = [
            ("value", query.value), ("office", query.office),
            ("person", query.recipient?.description ?? ""), ("group", query.group?.description ?? ""),
            ("scope", query.isOfThisNode ? "node" : ""),
        ]
        return "/thanks?" + parts.map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
    }

    /// One's own groups, to see the wall of one of them.
    private static func groups(
        of person: ActorID, chosen: ActorID?, in transaction: Transaction
    ) throws -> [[String: Any]] {
        let own = try transaction.memberships(of: person).filter { $0.state == .member }.map(\.group)
        return try transaction.actors(own).filter { $0.state == .active }.map { group in
            ["id": group.id.description, "name": group.displayName, "isChosen": group.id == chosen]
        }
    }

    private static func choices(_ words: [String], chosen: String) -> [[String: Any]] {
        words.map { ["word": $0, "isChosen": $0.lowercased() == chosen.lowercased()] }
    }

    private func id(_ context: HallwayContext) throws(Refusal) -> PostID {
        guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
