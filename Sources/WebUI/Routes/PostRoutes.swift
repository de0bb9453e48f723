import Domain
import Hummingbird
import Social
import Storage
import Surface

/// Reading a conversation, and what one does with posts.
struct PostRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("@{name}/:post") { try await thread($0, $1) }
        router.get("@{name}/:post/edit") { _, context in try await editor(context) }
        router.post("posts") { try await publish($0, $1) }
        router.post("posts/:post/edit") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let draft = Draft(text: fields["text"] ?? "", summary: fields["summary"] ?? "")
            do {
                var post = try await pages.desk.edit.edit(id(context), to: draft, by: person)
                if let policy = try QuoteView.policy(fields["quote_policy"]) {
                    post = try await pages.desk.quote.setPolicy(policy, of: post.id, by: person)
                }
                return Response.redirect(to: try await path(post), type: .normal)
            } catch let refusal as Refusal {
                // Whoever may not edit it at all is told so.
                guard let page = try? await editor(context, typed: fields, because: refusal) else {
                    throw refusal
                }
                return page
            }
        }
        router.post("posts/:post/delete") { request, context in
            let (person, fields) = try await pages.form(request, context)
            _ = try await pages.desk.withdraw.withdraw(id(context), by: person)
            _ = fields
            return Response.redirect(to: "/", type: .normal)
        }
        let desk = pages.desk
        act("like", router) { _ = try await desk.like.like($0, by: $1) }
        act("unlike", router) { _ = try await desk.like.unlike($0, by: $1) }
        for word in ["react", "unreact"] {
            router.post("posts/:post/\(word)") { request, context in
                let (person, fields) = try await pages.form(request, context)
                let emoji = fields["emoji"] ?? ""
                _ =
                    word == "react"
                    ? try await desk.react.react(emoji, to: id(context), by: person)
                    : try await desk.react.unreact(emoji, to: id(context), by: person)
                return Response.redirect(to: Back.path(fields["back"]), type: .normal)
            }
        }
        act("share", router) { _ = try await desk.passOn.passOn($0, by: $1) }
        act("unshare", router) { _ = try await desk.passOn.takeBack($0, by: $1) }
        act("save", router) { _ = try await desk.like.bookmark(true, $0, by: $1) }
        act("unsave", router) { _ = try await desk.like.bookmark(false, $0, by: $1) }
    }

    private func act(
        _ word: String, _ router: Router<HallwayContext>,
        _ verb: @escaping @Sendable (PostID, ActorID) async throws -> Void
    ) {
        router.post("posts/:post/\(word)") { request, context in
            let (person, fields) = try await pages.form(request, context)
            try await verb(id(context), person)
            return Response.redirect(to: Back.path(fields["back"]), type: .normal)
        }
    }

    @concurrent
    private func publish(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        do {
            return try await publish(fields, by: person)
        } catch let refusal as Refusal {
            return try await again(fields, because: refusal, context)
        }
    }

    private func publish(_ fields: Fields, by person: ActorID) async throws -> Response {
        var draft = Draft(
            text: fields["text"] ?? "", summary: fields["summary"] ?? "",
            audience: try ComposerView.audience(fields["audience"]), replyTo: try fields.id("reply_to"))
        draft.group = ComposerView.group(fields["audience"])
        draft.quotePolicy = try QuoteView.policy(fields["quote_policy"])
        guard fields["keep"] == nil else {
            return try await DraftRoutes.keep(draft, by: person, desk: pages.desk)
        }
        let post = try await pages.publish(draft, from: fields, by: person)
        let back = Back.path(fields["back"])
        return Response.redirect(to: draft.replyTo == nil ? back : try await path(post), type: .normal)
    }

    /// The box in which one writes, with what was typed into it, below what is answered.
    @concurrent
    private func again(_ fields: Fields, because refusal: Refusal, _ context: HallwayContext) async throws
        -> Response
    {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let parent: PostID? = fields["reply_to"].flatMap { PostID(decimal: $0) }
        let html = try await desk.needs.store.read { [pages] transaction in
            // Where one may not write at all, the words are to be copied.
            guard try !transaction.mustAccept(person) else { throw refusal }
            let shell = Shell(desk: desk, session: session)
            let back = Back.path(fields["back"])
            var answered: (Post, Actor)?
            if let parent {
                guard let post = try? transaction.visiblePost(parent, to: .person(person)),
                    let author = try transaction.actor(post.author)
                else { throw refusal }
                answered = (post, author)
            }
            let heading = answered == nil ? "Your post" : "Your answer"
            var values = try shell.values(
                title: heading, here: "", back: back, person: person, in: transaction)
            values["heading"] = heading
            values["problem"] = PollRoutes.words(refusal)
            if let (post, _) = answered {
                values["above"] = try PostViews(desk: desk, seal: shell.seal, back: back)
                    .values([post], for: person, in: transaction)
            }
            let box = try ComposerView(desk: desk, seal: shell.seal, back: back)
                .values(for: person, answering: answered, in: transaction)
            values["composer"] = TypedWords.fill(box, from: fields)
            return pages.templates.render("write", values)
        }
        return Response(html: html, status: Problem(refusal).status)
    }

    @concurrent
    private func thread(_ request: Request, _ context: HallwayContext) async throws -> Response {
        if let json = try await asDocument(request, context) { return json }
        let (person, session) = try pages.person(context)
        let desk = pages.desk.reading(request)
        let post: PostID = try id(context)
        let viewer = Viewer.person(person)
        let focus = try await desk.needs.store.read { try $0.visiblePost(post, to: viewer) }
        await desk.backfill(focus)
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            guard let author = try transaction.actor(focus.author) else { throw Refusal.notFound("Record") }
            let back = "\(PersonView(desk: desk).path(author))/\(focus.id)"
            let views = PostViews(desk: desk, seal: shell.seal, back: back)
            var values = try shell.values(
                title: "Conversation", here: "", back: back, person: person, in: transaction)
            values["above"] = try views.values(
                transaction.ancestors(of: focus, for: viewer), for: person, in: transaction)
            values["focus"] = try views.values([focus], for: person, focus: focus.id, in: transaction)
            values["ledger"] = try LedgerView.line(of: focus, for: person, in: transaction)
            values["below"] = try views.values(
                transaction.descendants(of: focus, for: viewer), for: person, in: transaction)
            values["composer"] = try ComposerView(desk: desk, seal: shell.seal, back: back)
                .values(for: person, answering: (focus, author), in: transaction)
            return pages.templates.render("thread", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func editor(
        _ context: HallwayContext, typed: Fields = .none, because refusal: Refusal? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let id: PostID = try id(context)
        let known = try await desk.needs.store.read { try $0.visiblePost(id, to: .person(person)) }
        if case .announcement = known.body, refusal == nil {
            return Response.redirect(to: "/announcements/\(id)/edit", type: .normal)
        }
        let html = try await desk.needs.store.read { [pages] transaction in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard post.author == person, let author = try transaction.actor(person) else {
                throw Refusal.notFound("Record")
            }
            let path = "\(PersonView(desk: desk).path(author))/\(post.id)"
            var values = try Shell(desk: desk, session: session)
                .values(title: "Edit", here: "", back: path, person: person, in: transaction)
            values["id"] = post.id.description
            values["path"] = path
            values["text"] = post.source ?? ""
            values["isTitled"] = post.body.title != nil
            values["summary"] = post.summary
            values["policies"] = QuoteView.policies(chosen: post.quotePolicy)
            if let refusal {
                values = TypedWords.fill(values, from: typed)
                values["problem"] = PollRoutes.words(refusal)
            }
            return pages.templates.render("edit", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    /// Programs that ask for the document behind a page are sent to it.
    private func asDocument(_ request: Request, _ context: HallwayContext) async throws -> Response? {
        let accept = request.headers[.accept] ?? ""
        guard accept.contains("json"), !accept.contains("text/html") else { return nil }
        let id: PostID = try id(context)
        return Response.redirect(to: pages.desk.needs.addresses.post(id).string, type: .normal)
    }

    private func path(_ post: Post) async throws -> String {
        let author = try await pages.desk.needs.store.read { try $0.actor(post.author) }
        return "\(author.map { PersonView(desk: pages.desk).path($0) } ?? "")/\(post.id)"
    }

    private func id(_ context: HallwayContext) throws(Refusal) -> PostID {
        guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
