import Domain
import FoundationEssentials
import Hummingbird
import Social
import Storage
import Surface

/// The knowledge base, and the forms by which its articles are made and looked after.
struct KnowledgeRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("knowledge") { try await list($0, $1) }
        router.get("knowledge/:article") { try await read($0, $1) }
        router.get("new/knowledge") { try await composer($0, $1) }
        router.post("knowledge") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let post: PostID = try fields.id("post") else { throw Refusal.notFound("Record") }
            let article = try await pages.desk.keepKnowledge.promote(
                post, title: fields["title"] ?? "", reviewAt: KnowledgeView.date(fields["review"]), by: person
            )
            return Response.redirect(to: "/knowledge/\(article.id)", type: .normal)
        }
        act("right", router) { .right(until: KnowledgeView.date($0["review"])) }
        act("outdated", router) { _ in .outdated }
        act("owner", router) { fields in
            let name = (fields["owner"] ?? "").filter { !$0.isWhitespace }.drop { $0 == "@" }
            let plain = String(name.prefix { $0 != "@" })
            guard let owner = try await pages.desk.needs.store.read({ try $0.localActor(named: plain) })
            else {
                throw Refusal.invalid(field: "Owner", because: "is not the name of a person of this office")
            }
            return .handOver(to: owner.id)
        }
        router.post("knowledge/:article/remove") { request, context in
            let (person, _) = try await pages.form(request, context)
            try await pages.desk.keepKnowledge.remove(id(context), by: person)
            return Response.redirect(to: "/knowledge", type: .normal)
        }
    }

    private func act(
        _ word: String, _ router: Router<HallwayContext>,
        _ review: @escaping @Sendable (Fields) async throws -> KeepKnowledge.Review
    ) {
        router.post("knowledge/:article/\(word)") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let article = try await pages.desk.keepKnowledge.review(
                id(context), try await review(fields), by: person)
            return Response.redirect(to: "/knowledge/\(article.id)", type: .normal)
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let fields = try await Fields(request, context: context)
        let filter = Knowledge.Filter(rawValue: fields["filter"] ?? "") ?? .all
        let words = fields["q"] ?? ""
        let page = Page(before: try fields.int("before"), limit: Self.size)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let here = "/knowledge?filter=\(filter.rawValue)&q=\(words.percentEncoded)"
            var values = try Shell(desk: desk, session: session).values(
                title: "Knowledge", here: "/knowledge", back: here, person: person, in: transaction)
            let found = try transaction.knowledge(
                filter, words: words, at: desk.needs.now(), for: .person(person), page)
            let posts = Dictionary(try transaction.posts(found.map(\.post)).map { ($0.id, $0) }) { first, _ in
                first
            }
            values["articles"] = try found.compactMap { article in
                try posts[article.post].flatMap {
                    try KnowledgeView(desk: desk).row(article, of: $0, for: person, in: transaction)
                }
            }
            values["tabs"] = Self.tabs.map { tab, label in
                ["path": "/knowledge?filter=\(tab.rawValue)", "label": label, "isHere": tab == filter]
                    as [String: Any]
            }
            values["words"] = words
            values["filter"] = filter.rawValue
            if found.isEmpty {
                values["isEmpty"] = true
                (values["emptyTitle"], values["emptyText"]) = Self.empty(filter, isSearch: !words.isEmpty)
            }
            if found.count == Self.size, let last = found.last {
                values["older"] = "\(here)&before=\(last.id)"
            }
            return pages.templates.render("knowledge", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func read(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let (id, desk) = (try id(context), pages.desk)
        let html = try await desk.needs.store.read { [pages] transaction in
            guard let article = try transaction.knowledge(id) else { throw Refusal.notFound("Record") }
            let post = try transaction.visiblePost(article.post, to: .person(person))
            let (shell, here) = (Shell(desk: desk, session: session), "/knowledge/\(id)")
            var values = try shell.values(
                title: article.title, here: "/knowledge", back: here, person: person, in: transaction)
            values.merge(
                try KnowledgeView(desk: desk).row(article, of: post, for: person, in: transaction) ?? [:]
            ) { $1 }
            var shown = [post]
            if let answer = try post.body.question?.accepted?.post.flatMap({ try transaction.post($0) }),
                try transaction.maySee(answer, .person(person))
            {
                shown.append(answer)
            }
            values["posts"] = try PostViews(desk: desk, seal: shell.seal, back: here)
                .values(shown, for: person, in: transaction)
            if try KeepKnowledge.mayReview(article, by: person, in: transaction) {
                values["form"] = [
                    "path": here, "seal": shell.seal,
                    "next": KnowledgeView.day(desk.needs.now() + Knowledge.usualTerm),
                ]
            }
            return pages.templates.render("article", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func composer(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        guard let id: PostID = try await Fields(request, context: context).id("post") else {
            throw Refusal.notFound("Record")
        }
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let post = try transaction.visiblePost(id, to: .person(person))
            var values = try Shell(desk: desk, session: session).values(
                title: "Add to the knowledge base", here: "/knowledge", back: "/knowledge", person: person,
                in: transaction)
            values["post"] = id.description
            values["title"] = post.body.title ?? ""
            values["audience"] = PostViews.audience(post.audience, nodeName: desk.nodeName)
            values["next"] = KnowledgeView.day(desk.needs.now() + Knowledge.usualTerm)
            return pages.templates.render("new_knowledge", values)
        }
        return Response(html: html)
    }

    private func id(_ context: HallwayContext) throws(Refusal) -> KnowledgeID {
        guard let id = context.parameters.get("article").flatMap({ KnowledgeID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }

    private static let tabs: [(Knowledge.Filter, String)] = [
        (.all, "All"), (.mine, "Yours to look after"), (.outdated, "Outdated"),
    ]

    private static func empty(_ filter: Knowledge.Filter, isSearch: Bool) -> (String, String) {
        if isSearch { return ("Nothing found", "Try fewer words. What is not for you is not found either.") }
        return switch filter {
        case .all:
            (
                "Nothing here yet",
                "When a question has an accepted answer, those who asked and answered can add it here; so can you with a post of yours."
            )
        case .mine:
            ("You look after nothing", "Articles that you add, or that are handed to you, appear here.")
        case .outdated: ("Nothing is outdated", "Articles past their review date appear here.")
        }
    }
}
