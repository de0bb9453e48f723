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

    /// Keeps what stands in the composer, or in the form for a poll.
    static func keep(_ draft: Draft, by person: ActorID, desk: Desk) async throws -> Response {
        let kept = KeptDraft(draft, id: desk.needs.ids.next(), by: person, at: desk.needs.now())
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
            values["drafts"] = try (scheduled + drafts).map { try self.values($0, in: transaction) }
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
        if let options = fields["options"] { kept.poll?.options = PollForm.options(options) }
        if fields["unquoted"] != nil { kept.quote = nil }
        let audience = fields["audience"] ?? ""
        if !audience.isEmpty { try Self.place(&kept, audience) }
        if fields["unanswering"] != nil, let parent = kept.replyTo {
            // What was written for a group's thread stays in the group, unless another place was chosen.
            if kept.group == nil, audience.isEmpty {
                kept.group = try await pages.desk.needs.store.read { try $0.post(parent)?.group }
            }
            kept.replyTo = nil
        }
        let isNow = fields["do"] == "publish"
        kept.dueAt = isNow ? nil : try MomentField.date(fields["due"], offset: fields["offset"])
        _ = try await verb.keep(kept)
        if isNow { _ = try await verb.publish(id, by: person) }
        return Response.redirect(to: isNow ? "/" : "/drafts", type: .normal)
    }

    /// Takes over who is to see it, as the form says.
    private static func place(_ kept: inout KeptDraft, _ word: String) throws(Refusal) {
        kept.group = ComposerView.group(word)
        guard let audience = try ComposerView.audience(word), audience != kept.audience else { return }
        (kept.audience, kept.isQuiet) = (audience, false)
    }

    private func values(_ draft: KeptDraft, in transaction: Transaction) throws -> [String: Any] {
        var values: [String: Any] = [
            "audiences": try ComposerView(desk: pages.desk, seal: "", back: "/drafts")
                .audiences(of: draft, in: transaction),
            "draft": draft.id.description, "text": draft.text, "dueValue": "",
            // What is in the field already is in UTC.
            "offsets": MomentField.offsets(chosen: draft.dueAt.map { _ in 0 }),
        ]
        if let title = draft.question {
            values["isQuestion"] = true
            values["title"] = title
        }
        if let dueAt = draft.dueAt {
            values["due"] = Moments.clock(dueAt)
            values["dueValue"] = MomentField.text(dueAt)
        }
        if let refusal = draft.refusal { values["refusal"] = refusal }
        if let poll = draft.poll {
            values["poll"] = ["options": poll.options.joined(separator: "\n"), "terms": PollForm.terms(poll)]
        }
        if let answered = draft.replyTo {
            values["answered"] = try shown(
                answered, else: "The post that it answers is not available", by: draft.person, in: transaction
            ).merging(["quoteLabel": "Answered post"]) { $1 }
        }
        if let quote = draft.quote {
            values["quote"] = try shown(
                quote, else: "The post that it quotes is not available", by: draft.person, in: transaction)
        }
        return values
    }

    /// What is to be seen of a post to which a draft belongs.
    private func shown(
        _ id: PostID, else reason: String, by person: ActorID, in transaction: Transaction
    ) throws -> [String: Any] {
        var quoted = try transaction.post(id)
        if let original = quoted?.body.announced { quoted = try transaction.post(original) }
        guard let quoted, try transaction.maySee(quoted, .person(person)),
            let author = try transaction.actor(quoted.author)
        else { return ["because": reason] }
        return ["shown": QuoteView(desk: pages.desk, seal: "", back: "/drafts").shown(quoted, by: author)]
    }
}
