import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Lists of people, as Mastodon has them (Spec/features/list.md).
struct PeopleListRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }
    private var verb: KeepPeopleList { KeepPeopleList(needs: desk.needs) }

    func add(to router: Router<HallwayContext>) {
        router.get("api/v1/lists") { _, context in
            let person = try context.person("read:lists")
            let lists = try await desk.needs.store.read { try $0.peopleLists(of: person) }
            return Response(json: .array(lists.map(Self.write)))
        }
        router.post("api/v1/lists") { request, context in
            let person = try context.person("write:lists")
            let wish = try Self.wish(try await Fields(request, context: context))
            return Response(json: Self.write(try await verb.make(wish, by: person)))
        }
        router.get("api/v1/lists/:id") { _, context in
            Response(json: Self.write(try await own(context, try context.person("read:lists"))))
        }
        router.put("api/v1/lists/:id") { request, context in
            let person = try context.person("write:lists")
            let wish = try Self.wish(try await Fields(request, context: context))
            return Response(json: Self.write(try await verb.change(Reading.id(context), wish, by: person)))
        }
        router.delete("api/v1/lists/:id") { _, context in
            let person = try context.person("write:lists")
            try await verb.delete(Reading.id(context), by: person)
            return Response(json: [:])
        }
        addPeople(to: router)
        router.get("api/v1/timelines/list/:id") { request, context in
            let person = try context.person("read:lists")
            let list = try await own(context, person)
            return try await reading.statuses(.list(list.id), request, context, for: .person(person))
        }
    }

    private func addPeople(to router: Router<HallwayContext>) {
        router.get("api/v1/lists/:id/accounts") { request, context in
            let person = try context.person("read:lists")
            let list = try await own(context, person)
            // Zero asks for all of them.
            let isAll = try await Fields(request, context: context)["limit"] == "0"
            return try await reading.accounts(request, context) {
                try $0.people(on: list.id, after: $1, limit: isAll ? PeopleList.peopleLimit : $2)
            }
        }
        router.post("api/v1/lists/:id/accounts") { request, context in
            let person = try context.person("write:lists")
            let fields = try await Fields(request, context: context)
            try await verb.add(Self.people(fields), to: Reading.id(context), by: person)
            return Response(json: [:])
        }
        router.delete("api/v1/lists/:id/accounts") { request, context in
            let person = try context.person("write:lists")
            let fields = try await Fields(request, context: context)
            try await verb.drop(Self.people(fields), from: Reading.id(context), by: person)
            return Response(json: [:])
        }
        router.get("api/v1/accounts/:id/lists") { _, context in
            let person = try context.person("read:lists")
            let id: ActorID = try Reading.id(context)
            let lists = try await desk.needs.store.read { transaction in
                _ = try transaction.livingActor(id, to: .person(person))
                return try transaction.peopleLists(of: person, holding: id)
            }
            return Response(json: .array(lists.map(Self.write)))
        }
    }

    private func own(_ context: HallwayContext, _ person: ActorID) async throws -> PeopleList {
        let id: PeopleListID = try Reading.id(context)
        return try await desk.needs.store.read { try $0.ownList(id, of: person) }
    }

    private static func people(_ fields: Fields) throws(Refusal) -> [ActorID] {
        let words = fields.list("account_ids")
        guard words.count <= PeopleList.peopleLimit else {
            throw .invalid(field: "Account ids", because: "are too many")
        }
        return try words.map { word throws(Refusal) in
            guard let id = ActorID(decimal: word) else { throw Refusal.notFound("Record") }
            return id
        }
    }

    private static func wish(_ fields: Fields) throws(Refusal) -> KeepPeopleList.Wish {
        try KeepPeopleList.Wish(
            title: fields["title"], replies: fields["replies_policy"], isExclusive: fields.bool("exclusive"))
    }

    private static func write(_ list: PeopleList) -> JSONValue {
        [
            "id": .string(list.id.description), "title": .string(list.title),
            "replies_policy": .string(list.replies.word), "exclusive": .bool(list.isExclusive),
        ]
    }
}
