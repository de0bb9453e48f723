import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// How far a status has got (Spec/features/post.md §7).
struct DeliveryRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/statuses/:id/deliveries") { try await ledger($0, $1) }
    }

    @concurrent
    private func ledger(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: PostID = try Reading.id(context)
        let fields = try await Fields(request, context: context)
        let (after, limit) = (fields["after"] ?? "", try fields.page(limit: 40, most: 80).limit)
        let json = try await desk.needs.store.read { transaction -> JSONValue in
            let post = try transaction.ledgerPost(id, for: person)
            let totals = try transaction.ledgerTotals(of: post.id)
            let lines = try transaction.ledger(of: post.id, after: after, limit: limit)
            // What another node answered is for those who can do something about it.
            let showsAnswers = try transaction.administers(person)
            var members = [("offices", JSONValue(totals.values.reduce(0, +)))]
            for state in [Delivery.State.delivered, .waiting, .refused, .expired] {
                members.append((Self.word(state), JSONValue(totals[state] ?? 0)))
            }
            members.append(("deliveries", .array(lines.map { Self.line($0, showsAnswer: showsAnswers) })))
            return .object(JSONObject(members))
        }
        return Response(json: json)
    }

    private static func line(_ line: OfficeDelivery, showsAnswer: Bool) -> JSONValue {
        [
            "office": .string(line.office), "state": .string(word(line.state)),
            "attempts": JSONValue(line.attempts),
            "next_at": Moment.json(line.state == .waiting ? line.nextAt : nil),
            "answer": showsAnswer ? line.answer.map { .string($0) } ?? .null : .null,
        ]
    }

    private static func word(_ state: Delivery.State) -> String {
        switch state {
        case .waiting: "waiting"
        case .delivered: "delivered"
        case .refused: "refused"
        case .expired: "expired"
        }
    }
}
