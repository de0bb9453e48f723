import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Questions: lists, what is like them, who may know, and what is decided about them (Spec/features/question.md §7).
struct QuestionRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/questions") { try await list($0, $1) }
        router.get("api/hallway/v1/questions/similar") { try await similar($0, $1) }
        router.get("api/hallway/v1/questions/experts") { try await experts($0, $1) }
        router.get("api/hallway/v1/questions/:id/answers") { try await answers($0, $1) }
        router.get("api/hallway/v1/questions/:id/rulings") { try await rulings($0, $1) }
        router.post("api/hallway/v1/questions/:id/accept") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            guard let answer: PostID = try fields.id("answer") else {
                throw Refusal.invalid(field: "Answer", because: "is missing")
            }
            return try await reading.status(
                try await desk.settle.accept(answer, of: Reading.id(context), by: person), for: person)
        }
        router.post("api/hallway/v1/questions/:id/unaccept") { _, context in
            let person = try context.person("write:statuses")
            return try await reading.status(
                try await desk.settle.unaccept(Reading.id(context), by: person), for: person)
        }
        router.post("api/hallway/v1/questions/:id/duplicate") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            let original: PostID? = try fields.id("of")
            return try await reading.status(
                try await desk.settle.markDuplicate(Reading.id(context), of: original, by: person),
                for: person)
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        guard let filter = Question.Filter(rawValue: fields["filter"] ?? "all") else {
            throw Refusal.invalid(field: "Filter", because: "is not in the list")
        }
        let page = try fields.page()
        let (posts, json) = try await desk.needs.store.read { [desk] transaction in
            let skills = try transaction.actor(person)?.work.skills ?? []
            let posts = try transaction.questions(filter, skills: skills, for: .person(person), page)
            return (
                posts, try StatusEntities(desk: desk).write(posts, for: .person(person), in: transaction)
            )
        }
        return Response(json: .array(json)).linked(
            request, base: desk.needs.addresses.base.origin, oldest: posts.last?.id.raw,
            newest: posts.first?.id.raw)
    }

    @concurrent
    private func similar(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        let limit = Int(min(max(try fields.int("limit") ?? 5, 1), 20))
        let json = try await desk.needs.store.read { [desk] transaction in
            let posts = try transaction.similarQuestions(
                fields["text"] ?? "", for: .person(person), limit: limit)
            return try StatusEntities(desk: desk).write(posts, for: .person(person), in: transaction)
        }
        return Response(json: .array(json))
    }

    @concurrent
    private func experts(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let fields = try await Fields(request, context: context)
        let limit = Int(min(max(try fields.int("limit") ?? 5, 1), 20))
        let experts = try await desk.needs.store.read {
            try $0.experts(fields["text"] ?? "", for: person, limit: limit)
        }
        return Response(
            json: .array(
                experts.map { expert in
                    [
                        "account": AccountEntity(desk: desk).write(expert.person),
                        "skills": .array(expert.skills.map { .string($0) }),
                        "reason": .string("Knows about \(expert.skills.joined(separator: ", "))"),
                    ]
                }))
    }

    @concurrent
    private func answers(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: PostID = try Reading.id(context)
        let json = try await desk.needs.store.read { [desk] transaction in
            let question = try transaction.visiblePost(id, to: .person(person))
            guard question.body.question != nil else { throw Refusal.notFound("Record") }
            let answers = try transaction.answers(to: question, for: .person(person))
            return try StatusEntities(desk: desk).write(answers, for: .person(person), in: transaction)
        }
        return Response(json: .array(json))
    }

    /// To anyone who may not read it, there is nothing.
    @concurrent
    private func rulings(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: PostID = try Reading.id(context)
        let json = try await desk.needs.store.read { [desk] transaction in
            let question = try transaction.visiblePost(id, to: .person(person))
            guard let rulings = try transaction.rulings(on: question, for: person) else {
                throw Refusal.notFound("Record")
            }
            return try rulings.map { ruling -> JSONValue in
                let moderator = try transaction.actor(ruling.moderator)
                return [
                    "moderator": moderator.map { AccountEntity(desk: desk).write($0) } ?? .null,
                    "accepted": JSONValue(ruling.accepted?.string),
                    "duplicate_of": JSONValue(ruling.duplicateOf?.string),
                    "at": .string(Moment.text(ruling.at)),
                ]
            }
        }
        return Response(json: .array(json))
    }
}
