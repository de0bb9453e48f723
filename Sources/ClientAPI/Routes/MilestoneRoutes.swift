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
                    "kind": .string(Self.word(milestone.kind)), "years": years.map { JSONValue($0) } ?? .null,
                    "account": AccountEntity(desk: desk).write(person),
                ]
            }
        }
        return Response(json: .array(found))
    }

    @concurrent
    private func own(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let found = try await desk.needs.store.read { try $0.milestones(of: person) }
        return Response(json: Self.write(found))
    }

    @concurrent
    private func choose(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:accounts")
        let fields = try await Fields(request, context: context)
        let milestones = try Celebrate.read(
            birthday: fields["birthday"] ?? "", joinedOn: fields["joined_on"] ?? "")
        try await Celebrate(needs: desk.needs).choose(milestones, by: person)
        return Response(json: Self.write(milestones))
    }

    private static func write(_ milestones: [Milestone]) -> JSONValue {
        let joining = milestones.first { $0.kind == .joining }
        return [
            "birthday": JSONValue(milestones.first { $0.kind == .birthday }?.day.text),
            "joined_on": JSONValue(joining.flatMap { one in one.year.map { "\($0)-\(one.day.text)" } }),
        ]
    }

    private static func word(_ kind: Milestone.Kind) -> String {
        switch kind {
        case .birthday: "birthday"
        case .joining: "anniversary"
        }
    }
}
