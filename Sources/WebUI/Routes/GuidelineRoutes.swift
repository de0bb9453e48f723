import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Social
import Storage
import Surface

/// What the node asks of those who write: all versions, and the form by which one accepts.
struct GuidelineRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("guidelines") { try await read($0, $1) }
        router.post("guidelines/accept") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let version = try fields.int("version") ?? 0
            _ = try await pages.desk.acceptGuideline.accept(Int(clamping: version), by: person)
            return Response.redirect(to: Back.path(fields["back"]), type: .normal)
        }
    }

    @concurrent
    private func read(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let fields = try await Fields(request, context: context)
        let before = try fields.int("before").map { Int(clamping: $0) }
        let back = Back.path(fields["back"])
        let html = try await pages.desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: pages.desk, session: session)
            var values = try shell.values(
                title: "Guidelines", here: "/guidelines", back: "/guidelines", person: person, in: transaction
            )
            let versions = try transaction.guidelines(before: before, limit: Self.size)
            var earlier = versions
            if before == nil, let current = versions.first {
                earlier.removeFirst()
                values["current"] = try Self.current(current, for: person, back: back, in: transaction)
                    .merging(["seal": shell.seal]) { $1 }
            }
            values["hasEarlier"] = !earlier.isEmpty
            values["earlier"] = earlier.map(Self.values)
            values["isEmpty"] = versions.isEmpty
            if versions.count == Self.size, let last = versions.last {
                values["older"] = "/guidelines?before=\(last.version)"
            }
            return pages.templates.render("guidelines", values)
        }
        return Response(html: html)
    }

    private static func current(
        _ guideline: Guideline, for person: ActorID, back: String, in transaction: Transaction
    ) throws -> [String: Any] {
        let acceptance = try transaction.acceptance(of: person)
        var values = values(guideline)
        values["back"] = back
        values["mustAccept"] = try transaction.mustAccept(person)
        values["mayAccept"] = acceptance?.version != guideline.version
        if let acceptance {
            values["accepted"] = acceptance.version
            values["acceptedOn"] = String(acceptance.at.ISO8601Format().prefix(10))
        }
        return values
    }

    private static func values(_ guideline: Guideline) -> [String: Any] {
        var values: [String: Any] = [
            "version": guideline.version, "content": guideline.content,
            "iso": guideline.publishedAt.ISO8601Format(),
            "day": String(guideline.publishedAt.ISO8601Format().prefix(10)),
        ]
        if !guideline.change.isEmpty { values["change"] = guideline.change }
        return values
    }
}

/// Leads whoever has not accepted the guidelines to them, in place of a page on which one writes. What they would send is
/// refused in any case, by the verbs.
struct GuidelineGate: RouterMiddleware {
    typealias Context = HallwayContext

    let store: any Store

    func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard request.method == .get, path.hasPrefix("/new/") || path.hasSuffix("/edit"),
            let session = context.session, session.isBrowser, let person = session.token.person,
            try await store.read({ try $0.mustAccept(person) })
        else { return try await next(request, context) }
        return Response.redirect(to: "/guidelines?back=\(Back.encode(request))", type: .normal)
    }
}
