import Domain
import Hummingbird
import Social
import Storage
import Surface

/// Asking, and the lists of what was asked.
struct QuestionRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("questions") { try await list($0, $1) }
        router.get("new/question") { request, context in
            try await composer(try await Fields(request, context: context), context)
        }
        router.post("questions") { try await ask($0, $1) }
        let settle = pages.desk.settle
        act("accept", router) { question, fields, person in
            guard let answer: PostID = try fields.id("answer") else {
                throw Refusal.invalid(field: "Answer", because: "is missing")
            }
            _ = try await settle.accept(answer, of: question, by: person)
        }
        act("unaccept", router) { question, _, person in
            _ = try await settle.unaccept(question, by: person)
        }
        act("duplicate", router) { question, fields, person in
            let typed = (fields["of"] ?? "").filter { !$0.isWhitespace }
            // The address of a page of this node ends in the post's number.
            let original = typed.split(separator: "/").last.flatMap {
                PostID(decimal: $0.prefix { $0 != "#" })
            }
            guard typed.isEmpty || original != nil else {
                throw Refusal.invalid(field: "Address", because: "is not that of a question on this node")
            }
            _ = try await settle.markDuplicate(question, of: original, by: person)
        }
    }

    private func act(
        _ word: String, _ router: Router<HallwayContext>,
        _ verb: @escaping @Sendable (PostID, Fields, ActorID) async throws -> Void
    ) {
        router.post("questions/:post/\(word)") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
                throw Refusal.notFound("Record")
            }
            try await verb(id, fields, person)
            return Response.redirect(to: Back.path(fields["back"]), type: .normal)
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let fields = try await Fields(request, context: context)
        let filter = Question.Filter(rawValue: fields["filter"] ?? "") ?? .unanswered
        let page = Page(before: try fields.int("before"), limit: Self.size)
        let html = try await pages.desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: pages.desk, session: session)
            let here = "/questions?filter=\(filter.rawValue)"
            let skills = try transaction.actor(person)?.work.skills ?? []
            let posts = try transaction.questions(filter, skills: skills, for: .person(person), page)
            var values = try shell.values(
                title: "Questions", here: "/questions", back: here, person: person, in: transaction)
            values["tabs"] = Self.tabs.map { tab, label in
                ["path": "/questions?filter=\(tab.rawValue)", "label": label, "isHere": tab == filter]
                    as [String: Any]
            }
            values["posts"] = try PostViews(desk: pages.desk, seal: shell.seal, back: here)
                .values(posts, for: person, in: transaction)
            if posts.isEmpty {
                values["isEmpty"] = true
                (values["emptyTitle"], values["emptyText"]) = Self.empty(filter, hasSkills: !skills.isEmpty)
            }
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "\(here)&before=\(last.id)"
            }
            return pages.templates.render("questions", values)
        }
        return Response(html: html)
    }

    /// First the line that is asked; once it is there, what is like it and who may know, and the rest of the form.
    @concurrent
    private func composer(
        _ fields: Fields, because refusal: Refusal? = nil, _ context: HallwayContext
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let title = fields["title"] ?? ""
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Ask a question", here: "/questions", back: "/questions", person: person,
                in: transaction)
            values["title"] = title
            if let group = fields["group"] { values["inGroup"] = group }
            values["checkLabel"] = title.isEmpty ? "Go on" : "Look again"
            if refusal == nil {
                guard !title.isEmpty else { return pages.templates.render("new_question", values) }
                try Question(title: title).check()
            }
            let views = QuestionViews(desk: desk)
            // A line that may not be asked is like no other.
            let line = (try? Question(title: title).check()) == nil ? "" : title
            let similar =
                line.isEmpty
                ? []
                : try transaction.similarQuestions(line, for: .person(person))
                    .compactMap { try views.line($0, in: transaction) }
            let named = Set(fields.list("expert"))
            let experts =
                line.isEmpty
                ? []
                : try transaction.experts(line, for: person).map { expert -> [String: Any] in
                    var values = PersonView(desk: desk).values(expert.person)
                    values["reason"] = "knows about \(expert.skills.joined(separator: ", "))"
                    values["isChosen"] = (values["handle"] as? String).map { named.contains($0) } ?? false
                    return values
                }
            values.merge([
                "isChecked": true, "similar": similar, "isNew": similar.isEmpty, "experts": experts,
                "hasExperts": !experts.isEmpty, "askLabel": similar.isEmpty ? "Ask" : "Ask anyway",
                "audiences": try ComposerView(desk: desk, seal: shell.seal, back: "/")
                    .choices(ComposerView.word(fields), for: person, in: transaction),
            ]) { $1 }
            if let refusal {
                values = TypedWords.fill(values, from: fields)
                values["problem"] = PollRoutes.words(refusal)
            }
            return pages.templates.render("new_question", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    @concurrent
    private func ask(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        do {
            return try await ask(fields, by: person)
        } catch let refusal as Refusal {
            return try await composer(fields, because: refusal, context)
        }
    }

    private func ask(_ fields: Fields, by person: ActorID) async throws -> Response {
        let named = fields.list("expert").prefix(5).compactMap { Handle($0) }.map { "@\($0)" }
        let text = ([fields["text"] ?? ""] + [named.joined(separator: " ")]).filter { !$0.isEmpty }
        var draft = Draft(
            text: text.joined(separator: "\n\n"), audience: try ComposerView.audience(fields["audience"]))
        draft.group = ComposerView.group(fields["audience"])
        draft.body = .question(Question(title: fields["title"] ?? ""))
        let post = try await pages.publish(draft, from: fields, by: person)
        let author = try await pages.desk.needs.store.read { try $0.actor(person) }
        let path = author.map { PersonView(desk: pages.desk).path($0) } ?? ""
        return Response.redirect(to: "\(path)/\(post.id)", type: .normal)
    }

    private static let tabs: [(Question.Filter, String)] = [
        (.unanswered, "Unanswered"), (.forMe, "For you"), (.all, "All"), (.mine, "Mine"),
    ]

    private static func empty(_ filter: Question.Filter, hasSkills: Bool) -> (String, String) {
        switch filter {
        case .all, .accepted: ("No questions yet", "Whatever you want to know, somebody knows it.")
        case .unanswered: ("Everything is answered", "Questions without an accepted answer appear here.")
        case .mine: ("You have not asked anything yet", "Your questions appear here.")
        case .forMe:
            hasSkills
                ? ("Nothing for you just now", "Questions that name one of your skills appear here.")
                : (
                    "Say what you know about",
                    "Add skills to your profile: questions that name them appear here."
                )
        }
    }
}
