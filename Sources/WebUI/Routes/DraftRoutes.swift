import Domain
import Foundation
import Hummingbird
import Social
import Storage
import Surface

/// What one has written and not published.
struct DraftRoutes {
    private static let size = 20
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("drafts") { try await list($0, $1) }
        router.post("drafts/:draft") { try await change($0, $1) }
    }

    /// Keeps what stands in the composer.
    static func keep(_ draft: Draft, by person: ActorID, desk: Desk) async throws -> Response {
        var kept = KeptDraft(
            id: desk.needs.ids.next(), person: person, text: draft.text, createdAt: desk.needs.now())
        kept.summary = draft.summary
        kept.audience = draft.audience
        kept.replyTo = draft.replyTo
        _ = try await desk.keepDraft.keep(kept)
        return Response.redirect(to: "/drafts", type: .normal)
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let page = Page(
            before: request.uri.queryParameters["before"].flatMap { Int64($0) }, limit: Self.size)
        let html = try await pages.desk.needs.store.read { [pages] transaction in
            var values = try Shell(desk: pages.desk, session: session).values(
                title: "Drafts", here: "/drafts", back: "/drafts", person: person, in: transaction)
            let scheduled =
                page.before == nil
                ? try transaction.drafts(of: person, isScheduled: true, Page(limit: KeptDraft.limit)) : []
            let drafts = try transaction.drafts(of: person, isScheduled: false, page)
            values["drafts"] = (scheduled + drafts).map(Self.values)
            values["isEmpty"] = scheduled.isEmpty && drafts.isEmpty
            if drafts.count == Self.size, let last = drafts.last {
                values["older"] = "/drafts?before=\(last.id)"
            }
            return pages.templates.render("drafts", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func change(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, fields) = try await pages.form(request, context)
        let id = context.parameters.get("draft").flatMap { DraftID(decimal: $0) }
        guard let id, var kept = try await pages.desk.needs.store.read({ try $0.draft(id, of: person) })
        else {
            throw Refusal.notFound("Record")
        }
        let verb = pages.desk.keepDraft
        guard fields["do"] != "delete" else {
            try await verb.delete(id, by: person)
            return Response.redirect(to: "/drafts", type: .normal)
        }
        kept.text = fields["text"] ?? kept.text
        if kept.question != nil { kept.question = fields["title"] ?? kept.question }
        let isNow = fields["do"] == "publish"
        kept.dueAt = isNow ? nil : try Self.date(fields["due"])
        _ = try await verb.keep(kept)
        if isNow { _ = try await verb.publish(id, by: person) }
        return Response.redirect(to: isNow ? "/" : "/drafts", type: .normal)
    }

    private static func values(_ draft: KeptDraft) -> [String: Any] {
        var values: [String: Any] = ["draft": draft.id.description, "text": draft.text, "dueValue": ""]
        if let title = draft.question {
            values["isQuestion"] = true
            values["title"] = title
        }
        if let dueAt = draft.dueAt {
            let text = dueAt.ISO8601Format()
            values["due"] = "\(text.prefix(10)) at \(text.dropFirst(11).prefix(5)) UTC"
            values["dueValue"] = String(text.prefix(16))
        }
        return values
    }

    /// As a browser's field for a moment writes it.
    private static func date(_ text: String?) throws(Refusal) -> Date? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count == 16, let date = try? Date("\(text):00Z", strategy: .iso8601) else {
            throw .invalid(field: "Publish at", because: "is not a time such as 2026-11-24T09:00")
        }
        return date
    }
}
