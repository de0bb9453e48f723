import Domain
import Foundation
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Polls: reading one and voting in it. They are written as statuses are.
struct PollRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/polls/:id") { _, context in
            try await answer(Reading.id(context), for: reading.viewer(context, scope: "read:statuses"))
        }
        router.post("api/v1/polls/:id/votes") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            let choices = try fields.list("choices").map { text throws(Refusal) in
                guard let position = Int(text) else {
                    throw Refusal.invalid(field: "The chosen vote option", because: "does not exist")
                }
                return position
            }
            let post = try await desk.voteInPoll.vote(Reading.id(context), for: choices, by: person)
            return try await answer(post.id, for: .person(person))
        }
    }

    /// A post is one or the other; neither is lost in silence.
    static let besideQuestion = Refusal.invalid(field: "Poll", because: "does not go with a question")

    /// What a request to publish asks for as a poll; nil where it asks for none.
    static func poll(_ fields: Fields, at now: Date) throws(Refusal) -> Poll? {
        guard fields.names.contains(where: { $0.hasPrefix("poll[") }) else { return nil }
        var poll = Poll(
            options: fields.list("poll[options]").map { Poll.Option($0.trimmed) },
            closesAt: try fields.int("poll[expires_in]").map { now + Double($0) })
        poll.isMultiple = fields.bool("poll[multiple]") ?? false
        poll.hidesTotals = fields.bool("poll[hide_totals]") ?? false
        poll.isAnonymous = fields.bool("poll[anonymous]") ?? false
        return poll
    }

    private func answer(_ id: PostID, for viewer: Viewer) async throws -> Response {
        let sight = try await desk.needs.store.read { transaction in
            let post = try transaction.visiblePost(id, to: viewer)
            guard let sight = try PollSight.read([post.id], for: viewer, in: transaction)[id] else {
                throw Refusal.notFound("Record")
            }
            return sight
        }
        return Response(
            json: PollEntity(sight: sight, id: id, now: desk.needs.now()).json(
                isPersonal: viewer.actor != nil))
    }
}

/// A poll as Mastodon writes it. Totals that the reader may not know yet are null.
struct PollEntity {
    let sight: PollSight
    let id: PostID
    let now: Date

    func json(isPersonal: Bool) -> JSONValue {
        let poll = sight.poll
        let showsTotals = sight.showsTotals(at: now)
        var json = JSONObject([
            ("id", .string(id.description)),
            ("expires_at", poll.closesAt.map { .string(Moment.text($0)) } ?? .null),
            ("expired", .bool(poll.isOver(at: now))), ("multiple", .bool(poll.isMultiple)),
            (
                "votes_count",
                JSONValue(showsTotals ? poll.options.reduce(0) { $0 + $1.votes } : poll.voters)
            ),
            ("voters_count", JSONValue(poll.voters)),
            (
                "options",
                .array(
                    poll.options.map { option in
                        [
                            "title": .string(option.text),
                            "votes_count": showsTotals ? JSONValue(option.votes) : .null,
                        ]
                    })
            ),
            ("emojis", []),
            ("hallway", ["anonymous": .bool(poll.isAnonymous), "hides_totals": .bool(poll.hidesTotals)]),
        ])
        if isPersonal {
            json["voted"] = .bool(sight.ballot != nil || sight.isOwn)
            json["own_votes"] = .array((sight.ballot?.choices ?? []).map { JSONValue($0) })
        }
        return .object(json)
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
