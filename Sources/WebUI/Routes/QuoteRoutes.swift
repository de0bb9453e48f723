import Domain
import Hummingbird
import Social
import Storage
import Surface

/// Quoting a post, and taking one's own out of what quotes it.
struct QuoteRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("new/quote") { request, context in
            try await form(try await Fields(request, context: context), because: nil, context)
        }
        router.post("new/quote") { request, context in
            let (person, fields) = try await pages.form(request, context)
            do {
                var draft = Draft(
                    text: fields["text"] ?? "", audience: try ComposerView.audience(fields["audience"]))
                draft.quote = try fields.id("post")
                draft.quotePolicy = try QuoteView.policy(fields["quote_policy"])
                guard fields["keep"] == nil else {
                    return try await DraftRoutes.keep(draft, by: person, desk: pages.desk)
                }
                let post = try await pages.publish(draft, from: fields, by: person)
                return Response.redirect(to: "/#post-\(post.id)", type: .normal)
            } catch Refusal.notAllowed(let reason) {
                // What was typed is still there.
                return try await form(fields, because: reason, context)
            } catch Refusal.invalid(let field, let reason) {
                return try await form(fields, because: "\(field) \(reason)", context)
            }
        }
        router.post("posts/:post/quotes/:quoting/withdraw") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let id = try id(context, "post")
            let quoting = try self.id(context, "quoting")
            _ = try await pages.desk.quote.withdraw(quoting, of: id, by: person)
            for post in [id, quoting] { pages.desk.renderings.forget(post) }
            return Response.redirect(to: Back.path(fields["back"]), type: .normal)
        }
    }

    @concurrent
    private func form(_ fields: Fields, because problem: String?, _ context: HallwayContext) async throws
        -> Response
    {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        guard let id: PostID = try fields.id("post") else { throw Refusal.notFound("Record") }
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let asked = try transaction.visiblePost(id, to: .person(person))
            let quoted =
                try asked.body.announced.map { try transaction.visiblePost($0, to: .person(person)) } ?? asked
            let answer = try quoted.quoteTerms.answer(to: person) {
                try transaction.isFollowing($0, quoted.author)
            }
            guard answer != .no else { throw quoted.quoteRefusal }
            guard let author = try transaction.actor(quoted.author) else { throw Refusal.notFound("Record") }
            var values = try shell.values(
                title: "Quote a post", here: "", back: "/new/quote?post=\(id)", person: person,
                in: transaction)
            let login = try transaction.login(of: person)
            let own = login?.defaultAudience ?? .organisation
            values["post"] = quoted.id.description
            values["text"] = fields["text"] ?? ""
            if let problem { values["problem"] = problem }
            values["quote"] = [
                "shown": QuoteView(desk: desk, seal: shell.seal, back: "/").shown(quoted, by: author)
            ]
            if !author.isLocal { values["mustAsk"] = true }
            values["audiences"] = ComposerView(desk: desk, seal: shell.seal, back: "/").audiences(
                chosen: (try? ComposerView.audience(fields["audience"])) ?? own,
                followers: try transaction.actor(person)?.counts.followers ?? 0
            ).filter { $0["value"] as? String != "direct" || quoted.author == person }
            values["policies"] = QuoteView.policies(
                chosen: (try? QuoteView.policy(fields["quote_policy"])) ?? login?.quotePolicy ?? .everyone)
            return pages.templates.render("new_quote", values)
        }
        return Response(html: html)
    }

    private func id(_ context: HallwayContext, _ name: String) throws(Refusal) -> PostID {
        guard let id = context.parameters.get(name).flatMap({ PostID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
