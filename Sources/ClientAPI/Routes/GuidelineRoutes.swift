import Domain
import FoundationEssentials
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// What the node asks of those who write on it: ours, and as far as Mastodon's forms go, its rules and terms.
struct GuidelineRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/guidelines") { try await list($0, $1) }
        router.post("api/hallway/v1/guidelines/accept") { try await accept($0, $1) }
        router.get("api/v1/instance/rules") { _, context in
            Response(json: Self.rules(try await shown(to: context)))
        }
        router.get("api/v1/instance/terms_of_service") { _, context in
            guard let guideline = try await shown(to: context) else { throw Refusal.notFound("Record") }
            return Response(json: [
                "effective_date": .string(Moment.day(guideline.publishedAt)), "effective": true,
                "content": .string(guideline.content), "succeeded_by": nil,
            ])
        }
    }

    /// The version in force; nil where there is none, or where who asks is not of this organisation.
    func shown(to context: HallwayContext) async throws -> Guideline? {
        guard context.session?.token.person != nil || desk.needs.policy == .open else { return nil }
        return try await desk.needs.store.read { try $0.guideline() }
    }

    /// Mastodon's form of the rules.
    static func rules(_ guideline: Guideline?) -> JSONValue {
        .array(
            (guideline?.rules ?? []).enumerated().map { position, rule in
                ["id": .string(String(position + 1)), "text": .string(rule), "hint": ""]
            })
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let page = try await Fields(request, context: context).page()
        let (versions, json) = try await desk.needs.store.read { transaction in
            let versions = try transaction.guidelines(
                before: page.before.map { Int(clamping: $0) }, limit: page.limit)
            let acceptance = try transaction.acceptance(of: person)
            let json: JSONValue = [
                "current": try transaction.guideline().map { JSONValue($0.version) } ?? .null,
                "accepted": acceptance.map { JSONValue($0.version) } ?? .null,
                "accepted_at": Moment.json(acceptance?.at),
                "must_accept": .bool(try transaction.mustAccept(person)),
                "versions": .array(versions.map(Self.write)),
            ]
            return (versions, json)
        }
        return Response(json: json).linked(
            request, base: desk.needs.addresses.base.origin,
            oldest: versions.last.map { Int64($0.version) }, newest: nil)
    }

    @concurrent
    private func accept(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:accounts")
        let fields = try await Fields(request, context: context)
        guard let version = try fields.int("version") else {
            throw Refusal.invalid(field: "Version", because: "is missing")
        }
        let acceptance = try await desk.acceptGuideline.accept(Int(clamping: version), by: person)
        return Response(json: [
            "version": JSONValue(acceptance.version), "accepted_at": Moment.json(acceptance.at),
        ])
    }

    private static func write(_ guideline: Guideline) -> JSONValue {
        [
            "version": JSONValue(guideline.version), "text": .string(guideline.text),
            "content": .string(guideline.content), "change": .string(guideline.change),
            "required": .bool(guideline.isRequired), "published_at": Moment.json(guideline.publishedAt),
        ]
    }
}
