import Domain
import FoundationEssentials
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Thanking colleagues, the walls on which that stands, and what proves it (Spec/features/recognition.md §5).
struct RecognitionRoutes {
    private static let root = "api/hallway/v1/recognitions"
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        let root = Self.root
        router.get(RouterPath(root)) { try await wall($0, $1) }
        router.post(RouterPath(root)) { try await give($0, $1) }
        router.get("\(root)/allowance") { try await allowance($0, $1) }
        router.get("\(root)/tally") { try await tally($0, $1) }
        router.get("\(root)/ledger") { try await ledger($0, $1) }
        router.get("\(root)/removals") { try await removals($0, $1) }
        router.get("\(root)/coverage") { try await coverage($0, $1) }
        router.post("\(root)/:id/hide") { try await hide(true, $1) }
        router.post("\(root)/:id/unhide") { try await hide(false, $1) }
        router.post("\(root)/:id/remove") { try await remove($0, $1) }
        router.delete("\(root)/:id") { _, context in
            let person = try context.person("write:statuses")
            let id: PostID = try Reading.id(context)
            guard case .recognition = try await desk.needs.store.read({ try $0.post(id)?.body }) else {
                throw Refusal.notFound("Record")
            }
            _ = try await desk.withdraw.withdraw(id, by: person)
            return Response(json: [:])
        }
        router.get("\(root)/:id/credential") { try await credential($0, $1) }
        router.get("\(root)/:id/proof") { _, context in
            let person = try context.person("read:statuses")
            return Response(json: try await desk.recognitionProof(Reading.id(context), .person(person)))
        }
    }

    @concurrent
    private func give(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        var draft = Draft(
            text: fields["text"] ?? "", language: fields["language"].flatMap { $0.isEmpty ? nil : $0 })
        draft.audience = try fields["visibility"].flatMap { $0.isEmpty ? nil : $0 }
            .map { try Visibility.audience($0, policy: desk.needs.policy) }
        draft.group = try fields.id("group")
        draft.idempotency = try request.idempotencyKey()
        let points = try fields.int("points") ?? 0
        draft.body = .recognition(
            Recognition(
                recipients: try await desk.recipients(
                    named: fields.list("recipients"), limit: Recognition.recipientsLimit, by: person,
                    takesIDs: true),
                value: fields["value"] ?? "",
                points: Int(clamping: points)))
        return try await reading.status(try await desk.publish.publish(draft, by: person), for: person)
    }

    @concurrent
    private func wall(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let fields = try await Fields(request, context: context)
        let page = try fields.page()
        var query = RecognitionQuery()
        switch fields["scope"] {
        case nil, "", "organisation": break
        case "node": query.isOfThisNode = true
        default: throw Refusal.invalid(field: "Scope", because: "is organisation or node")
        }
        query.recipient = try fields.id("person")
        query.group = try fields.id("group")
        query.value = fields["value"] ?? ""
        query.office = fields["office"] ?? ""
        let (posts, json) = try await desk.needs.store.read { [desk, query] transaction in
            let posts = try transaction.recognitions(query, for: .person(person), page)
            return (posts, try StatusEntities(desk: desk).write(posts, for: .person(person), in: transaction))
        }
        return Response(json: .array(json)).linked(
            request, base: desk.needs.addresses.base.origin, oldest: posts.last?.id.raw,
            newest: posts.first?.id.raw)
    }

    /// The values, and what is left of the caller's own month: nobody else is told.
    @concurrent
    private func allowance(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let rules = desk.needs.recognition
        let month = Recognition.month(of: desk.needs.now())
        let given = try await desk.needs.store.read { try $0.pointsGiven(by: person, in: month) }
        return Response(json: [
            "values": .array(rules.values.map { .string($0) }), "month": .string(month),
            "allowance": JSONValue(rules.allowance), "given": JSONValue(given),
            "remaining": JSONValue(max(0, rules.allowance - given)),
        ])
    }

    @concurrent
    private func tally(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let viewer = try context.person("read:statuses")
        let person: ActorID = try await Fields(request, context: context).id("person") ?? viewer
        let (tally, values) = try await desk.needs.store.read { transaction in
            guard try transaction.actor(person) != nil, try transaction.mayKnow(person, .person(viewer))
            else { throw Refusal.notFound("Record") }
            return (
                try transaction.recognitionTally(of: person, for: .person(viewer)),
                try transaction.recognitionValues(of: person, for: .person(viewer))
            )
        }
        return Response(json: [
            "count": JSONValue(tally.count), "points": JSONValue(tally.points),
            "values": .array(values.map { ["value": .string($0), "count": JSONValue($1)] }),
        ])
    }

    private func hide(_ isHidden: Bool, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let id: PostID = try Reading.id(context)
        let post = try await Recognise(needs: desk.needs).hide(isHidden, id, by: person)
        return try await reading.status(post, for: person)
    }

    @concurrent
    private func remove(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        _ = try await Recognise(needs: desk.needs).remove(
            Reading.id(context), because: fields["reason"] ?? "", by: person)
        return Response(json: [:])
    }

    /// This node's books beside those of each other node; an administrator's.
    @concurrent
    private func ledger(_ request: Request, _ context: HallwayContext) async throws -> Response {
        try await administrator(context)
        let lines = try await desk.needs.store.read { try $0.recognitionLedger() }
        var list: [JSONValue] = []
        for line in lines where !["", desk.needs.addresses.authority].contains(line.node) {
            let other = await desk.recognitionLedger(line.node)
            var json = JSONObject([
                ("node", .string(line.node)), ("given", Self.write(line.given)),
                ("received", Self.write(line.received)), ("answers", .bool(other != nil)),
            ])
            if let other {
                json["difference"] = [
                    "given": Self.write(line.given - other.received),
                    "received": Self.write(line.received - other.given),
                ]
                json["agrees"] = .bool(line.agrees(with: other))
            }
            list.append(.object(json))
        }
        return Response(json: .array(list))
    }

    @concurrent
    private func removals(_ request: Request, _ context: HallwayContext) async throws -> Response {
        try await administrator(context)
        let lines = try await desk.needs.store.read { try $0.recognitionRemovals() }
        return Response(
            json: .array(
                lines.map { line in
                    [
                        "id": .string(line.post.description),
                        "moderator": .string(line.moderator.description),
                        "reason": .string(line.reason), "at": .string(Moment.text(line.at)),
                    ]
                }))
    }

    /// How far thanks reach, by department and without names; an administrator's.
    @concurrent
    private func coverage(_ request: Request, _ context: HallwayContext) async throws -> Response {
        try await administrator(context)
        let days = Double(min(max(try await Fields(request, context: context).int("days") ?? 90, 1), 730))
        let month = Recognition.month(of: desk.needs.now() - days * 86400)
        let found = try await desk.needs.store.read { try $0.recognitionCoverage(since: month) }
        return Response(json: [
            "since": .string(month),
            "departments": .array(
                found.map { department, people, thanked in
                    [
                        "department": .string(department), "people": JSONValue(people),
                        "thanked": JSONValue(thanked),
                    ]
                }),
        ])
    }

    private func administrator(_ context: HallwayContext) async throws {
        let person = try context.person("read:statuses")
        guard try await desk.needs.store.read({ try $0.login(of: person)?.isAdministrator }) == true else {
            throw Refusal.notAllowed(because: "Only administrators read this")
        }
    }

    /// The caller's own credential, or that of another recipient whom they name.
    @concurrent
    private func credential(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let recipient: ActorID = try await Fields(request, context: context).id("recipient") ?? person
        let json = try await desk.recognitionCredential(Reading.id(context), recipient, .person(person))
        return Response(json: json, type: "application/vc")
    }

    private static func write(_ tally: RecognitionTally) -> JSONValue {
        ["count": JSONValue(tally.count), "points": JSONValue(tally.points)]
    }
}
