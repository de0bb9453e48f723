import Domain
import Foundation
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// What is written and not published: Mastodon's scheduled statuses, and drafts.
struct DraftRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/scheduled_statuses") { try await list($0, $1, isScheduled: true) }
        router.get("api/v1/scheduled_statuses/:id") { try await one($1, isScheduled: true) }
        router.put("api/v1/scheduled_statuses/:id") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            guard let dueAt = try Self.date(fields["scheduled_at"]) else {
                throw Refusal.invalid(field: "Scheduled at", because: "is missing")
            }
            return Response(
                json: write(try await desk.keepDraft.move(Reading.id(context), to: dueAt, by: person)))
        }
        router.delete("api/v1/scheduled_statuses/:id") { try await delete($1) }
        router.get("api/hallway/v1/drafts") { try await list($0, $1, isScheduled: false) }
        router.get("api/hallway/v1/drafts/:id") { try await one($1, isScheduled: false) }
        router.post("api/hallway/v1/drafts") { try await keep($0, $1) }
        router.put("api/hallway/v1/drafts/:id") { try await keep($0, $1, id: Reading.id($1)) }
        router.delete("api/hallway/v1/drafts/:id") { try await delete($1) }
        router.post("api/hallway/v1/drafts/:id/publish") { _, context in
            let person = try context.person("write:statuses")
            return try await reading.status(
                try await desk.keepDraft.publish(Reading.id(context), by: person), for: person)
        }
    }

    /// Keeps a status for its moment.
    func schedule(_ draft: Draft, at dueAt: Date, by person: ActorID) async throws -> Response {
        let kept = KeptDraft(
            draft, id: desk.needs.ids.next(), by: person, at: desk.needs.now(), dueAt: dueAt)
        let word = draft.idempotency
        return Response(json: write(try await desk.keepDraft.keep(kept, idempotency: word)))
    }

    static func date(_ text: String?) throws(Refusal) -> Date? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count <= 40,
            let date = (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
                ?? (try? Date(text, strategy: .iso8601))
        else { throw .invalid(field: "Scheduled at", because: "is not a time such as 2026-11-24T09:00:00Z") }
        return date
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext, isScheduled: Bool) async throws
        -> Response
    {
        let person = try context.person("read:statuses")
        let page = try await Fields(request, context: context).page()
        let drafts = try await desk.needs.store.read {
            try $0.drafts(of: person, isScheduled: isScheduled, page)
        }
        return Response(json: .array(drafts.map(write))).linked(
            request, base: desk.needs.addresses.base.origin, oldest: drafts.last?.id.raw,
            newest: drafts.first?.id.raw)
    }

    @concurrent
    private func one(_ context: HallwayContext, isScheduled: Bool) async throws -> Response {
        let person = try context.person("read:statuses")
        let id: DraftID = try Reading.id(context)
        let draft = try await desk.needs.store.read { try $0.draft(id, of: person) }
        guard let draft, (draft.dueAt != nil) == isScheduled else { throw Refusal.notFound("Record") }
        return Response(json: write(draft))
    }

    @concurrent
    private func delete(_ context: HallwayContext) async throws -> Response {
        let person = try context.person("write:statuses")
        try await desk.keepDraft.delete(Reading.id(context), by: person)
        return Response(json: [:])
    }

    @concurrent
    private func keep(_ request: Request, _ context: HallwayContext, id: DraftID? = nil) async throws
        -> Response
    {
        let person = try context.person("write:statuses")
        let fields = try await Fields(request, context: context)
        var kept = KeptDraft(
            id: desk.needs.ids.next(), person: person, text: fields["status"] ?? "",
            createdAt: desk.needs.now())
        if let id {
            guard let before = try await desk.needs.store.read({ try $0.draft(id, of: person) }),
                before.dueAt == nil
            else { throw Refusal.notFound("Record") }
            (kept.id, kept.createdAt) = (id, before.createdAt)
        }
        kept.question = fields["hallway[kind]"] == "question" ? fields["hallway[title]"] ?? "" : nil
        kept.poll = try PollRoutes.poll(fields, at: desk.needs.now()).map {
            KeptPoll($0, at: desk.needs.now())
        }
        guard kept.question == nil || kept.poll == nil else { throw PollRoutes.besideQuestion }
        kept.summary = fields["spoiler_text"] ?? ""
        kept.isSensitive = fields.bool("sensitive") ?? false
        kept.language = fields["language"].flatMap { $0.isEmpty ? nil : $0.shortened(to: 35) }
        kept.audience = try fields["visibility"].flatMap { $0.isEmpty ? nil : $0 }
            .map { try Visibility.audience($0, policy: desk.needs.policy) }
        kept.isQuiet = fields["visibility"] == "unlisted"
        kept.replyTo = try fields.id("in_reply_to_id")
        kept.group = try fields.id("group_id")
        kept.quote = try fields.id("quoted_status_id")
        kept.quotePolicy = try QuoteEntities.policy(fields["quote_approval_policy"])
        return Response(json: write(try await desk.keepDraft.keep(kept)))
    }

    /// As it was asked for.
    private func poll(_ poll: KeptPoll) -> JSONValue {
        [
            "options": .array(poll.options.map { .string($0) }),
            "expires_in": poll.seconds.map { JSONValue($0) } ?? .null, "multiple": .bool(poll.isMultiple),
            "hide_totals": .bool(poll.hidesTotals), "anonymous": .bool(poll.isAnonymous),
        ]
    }

    private func write(_ draft: KeptDraft) -> JSONValue {
        let visibility = draft.audience.map {
            Visibility.word($0, isQuiet: draft.isQuiet, policy: desk.needs.policy)
        }
        return [
            "id": .string(draft.id.description),
            "scheduled_at": draft.dueAt.map { .string(Moment.text($0)) } ?? .null,
            "params": [
                "text": .string(draft.text), "visibility": JSONValue(visibility),
                "spoiler_text": .string(draft.summary), "sensitive": .bool(draft.isSensitive),
                "language": JSONValue(draft.language),
                "in_reply_to_id": JSONValue(draft.replyTo?.description),
                "group_id": JSONValue(draft.group?.description),
                "quoted_status_id": JSONValue(draft.quote?.description),
                "quote_approval_policy": JSONValue(draft.quotePolicy.map(QuoteEntities.word)),
                "scheduled_at": .null, "poll": draft.poll.map(poll) ?? .null,
                "media_ids": .null, "idempotency": .null, "with_rate_limit": false,
                "hallway": draft.question.map { ["kind": "question", "title": .string($0)] } ?? .null,
            ],
            "media_attachments": [], "created_at": .string(Moment.text(draft.createdAt)),
            "hallway": draft.refusal.map { ["refusal": .string($0)] } ?? .null,
        ]
    }
}
