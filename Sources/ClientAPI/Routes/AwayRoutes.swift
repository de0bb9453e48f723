import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// What the reader missed since they were here last.
struct AwayRoutes {
    let desk: Desk

    func add(to router: Router<HallwayContext>) {
        router.get("api/hallway/v1/away") { try await read($0, $1) }
        router.post("api/hallway/v1/away/caught_up") { _, context in
            try await desk.noteAway.catchUp(context.person("write:statuses"))
            return Response(json: [:])
        }
    }

    @concurrent
    private func read(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:statuses")
        let limit = try await Fields(request, context: context).page(limit: 10).limit
        let away = try await desk.noteAway.note(person)
        let json = try await desk.needs.store.read { transaction in
            let sight = try AwaySight(away, of: person, limit: limit, in: transaction)
            var json = JSONObject([
                ("since", Moment.json(away.since)), ("returned_at", Moment.json(away.returnedAt)),
                ("notable", .bool(away.isNotable)),
                ("must_read", try write(sight.mustRead, for: person, in: transaction)),
            ])
            for part in Away.Part.allCases {
                json[part.rawValue] = try write(sight.parts[part] ?? Missed(), for: person, in: transaction)
            }
            return JSONValue.object(json)
        }
        return Response(json: json)
    }

    private func write(_ missed: Missed, for person: ActorID, in transaction: Transaction) throws -> JSONValue
    {
        [
            "total": JSONValue(missed.found.count), "exact": .bool(missed.found.isExact),
            "statuses": .array(
                try StatusEntities(desk: desk).write(missed.posts, for: .person(person), in: transaction)),
        ]
    }
}
