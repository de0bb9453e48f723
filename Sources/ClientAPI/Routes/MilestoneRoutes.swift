import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Whom to congratulate today, and whether one wants to be (Spec/features/milestone.md).
struct MilestoneRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/milestones") { try await today($0, $1) }
        router.get("api/hallway/v1/milestones/choice") { try await own($0, $1) }
        router.put("api/hallway/v1/milestones/choice") { try await choose($0, $1) }
    }

    @concurrent
    private func today(_ request: Request, _ context: HallwayContext) async throws -> Response {
        _ = try context.person("read:accounts")
        let now = desk.needs.now()
        let found = try await desk.needs.store.read { [desk] transaction in
            try Celebrate.today(at: now, in: transaction).map { person, milestone, years -> JSONValue in
                [
                    "kind": .string(Self.word(milestone.kind, years)),
                    "years": years.map { JSONValue($0) } ?? .null,
                    "account": AccountEntity(desk: desk).write(person),
                ]
            }
        }
        return Response(json: .array(found))
    }

    @concurrent
    private func own(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let found = try await desk.needs.store.read { try $0.milestoneChoice(of: person) }
        return Response(json: Self.write(found))
    }

    @concurrent
    private func choose(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:accounts")
        let fields = try await Fields(request, context: context)
        let milestones = try Celebrate.read(
            birthday: fields["birthday"] ?? "", joinedOn: fields["joined_on"] ?? "")
        let choice = MilestoneChoice(
            milestones, isForAll: fields.bool("for_all") ?? false,
            tellsPromotions: fields.bool("promotions") ?? false)
        try await Celebrate(needs: desk.needs).choose(choice, by: person)
        return Response(json: Self.write(choice))
    }

    private static func write(_ choice: MilestoneChoice) -> JSONValue {
        let joining = choice.milestones.first { $0.kind == .joining }
        return [
            "birthday": JSONValue(choice.milestones.first { $0.kind == .birthday }?.day.text),
            "joined_on": JSONValue(joining?.text), "for_all": .bool(choice.isForAll),
            "promotions": .bool(choice.tellsPromotions),
        ]
    }

    private static func word(_ kind: Milestone.Kind, _ years: Int?) -> String {
        switch kind {
        case .birthday: "birthday"
        case .joining: years == 0 ? "newcomer" : "anniversary"
        case .promotion: "promotion"
        }
    }
}
