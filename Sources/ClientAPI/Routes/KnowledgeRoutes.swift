import Domain
import FoundationEssentials
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// The knowledge base: what is in it, and what whoever looks after an article says of it.
struct KnowledgeRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/knowledge") { try await list($0, $1) }
        router.post("api/hallway/v1/knowledge") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            guard let post: PostID = try fields.id("status_id") else {
                throw Refusal.invalid(field: "Status", because: "is missing")
            }
            let article = try await desk.keepKnowledge.promote(
                post, title: fields["title"].flatMap { $0.isEmpty ? nil : $0 },
                reviewAt: Self.moment(fields["review_at"]), by: person)
            desk.renderings.forget(article.post)
            return try await one(article.id, for: person)
        }
        router.get("api/hallway/v1/knowledge/:id") { _, context in
            try await one(Reading.id(context), for: context.person("read:statuses"))
        }
        router.post("api/hallway/v1/knowledge/:id/review") { request, context in
            let until = Self.moment(try await Fields(request, context: context)["review_at"])
            return try await review(.right(until: until), context)
        }
        router.post("api/hallway/v1/knowledge/:id/outdated") { _, context in
            try await review(.outdated, context)
        }
        router.post("api/hallway/v1/knowledge/:id/owner") { request, context in
            guard let owner: ActorID = try await Fields(request, context: context).id("account_id") else {
                throw Refusal.invalid(field: "Owner", because: "is missing")
            }
            return try await review(.handOver(to: owner), context)
        }
        router.delete("api/hallway/v1/knowledge/:id") { _, context in
            let person = try context.person("write:statuses")
            try await desk.keepKnowledge.remove(Reading.id(context), by: person)
            return Response(json: [:])
        }
    }

    private func review(_ review: KeepKnowledge.Review, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let article = try await desk.keepKnowledge.review(Reading.id(context), review, by: person)
        desk.renderings.forget(article.post)
        return try await one(article.id, for: person)
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        guard let filter = Knowledge.Filter(rawValue: fields["filter"] ?? "all") else {
            throw Refusal.invalid(field: "Filter", because: "is not in the list")
        }
        let page = try fields.page()
        let (articles, json) = try await desk.needs.store.read { [desk] transaction in
            let articles = try transaction.knowledge(
                filter, words: fields["q"] ?? "", at: desk.needs.now(), for: .person(person), page)
            return (articles, try write(articles, for: person, in: transaction))
        }
        return Response(json: .array(json)).linked(
            request, base: desk.needs.addresses.base.origin, oldest: articles.last?.id.raw,
            newest: articles.first?.id.raw)
    }

    private func one(_ id: KnowledgeID, for person: ActorID) async throws -> Response {
        let json = try await desk.needs.store.read { transaction -> JSONValue? in
            guard let article = try transaction.knowledge(id) else { return nil }
            _ = try transaction.visiblePost(article.post, to: .person(person))
            return try write([article], for: person, in: transaction).first
        }
        guard let json else { throw Refusal.notFound("Record") }
        return Response(json: json)
    }

    /// With the posts, and of questions the accepted answers, as far as the reader may see them.
    private func write(
        _ articles: [Knowledge], for person: ActorID, in transaction: Transaction
    ) throws -> [JSONValue] {
        let posts = try transaction.posts(articles.map(\.post))
        let answers = try transaction.posts(posts.compactMap { $0.body.question?.accepted?.post })
        var shown: [PostID: JSONValue] = [:]
        for post in posts + answers where try transaction.maySee(post, .person(person)) {
            shown[post.id] = try StatusEntities(desk: desk).write(post, for: .person(person), in: transaction)
        }
        let byID = Dictionary(posts.map { ($0.id, $0) }) { first, _ in first }
        let owners = Dictionary(
            try transaction.actors(Array(Set(articles.map(\.owner)))).map { ($0.id, $0) }
        ) { first, _ in first }
        return articles.compactMap { article -> JSONValue? in
            guard let post = byID[article.post], let status = shown[post.id] else { return nil }
            return [
                "id": .string(article.id.description), "title": .string(article.title),
                "outdated": .bool(article.isOutdated(post, at: desk.needs.now())),
                "review_at": Moment.json(article.reviewAt), "promoted_at": Moment.json(article.promotedAt),
                "owner": owners[article.owner].map { AccountEntity(desk: desk).write($0) } ?? .null,
                "status": status,
                "answer": post.body.question?.accepted?.post.flatMap { shown[$0] } ?? .null,
            ]
        }
    }

    /// A date that is none lies behind us, and is refused as such.
    private static func moment(_ text: String?) -> Date? {
        guard let text, !text.isEmpty else { return nil }
        return Moment.date(text) ?? .distantPast
    }
}
