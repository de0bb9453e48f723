import Domain
import Hummingbird
import Social
import Storage
import Surface

/// Lists of people: what they wrote together, who stands on them, and how they are kept.
struct PeopleListRoutes {
    private static let size = 20
    let pages: Pages
    private var verb: KeepPeopleList { KeepPeopleList(needs: pages.desk.needs) }

    func add(to router: Router<HallwayContext>) {
        router.get("lists") { try await all($0, $1) }
        router.post("lists") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let list = try await verb.make(Self.wish(fields), by: person)
            return Response.redirect(to: Self.path(list.id), type: .normal)
        }
        router.get("lists/:list") { try await one($0, $1) }
        router.post("lists/:list") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let list = try await verb.change(Self.id(context), Self.wish(fields), by: person)
            return Response.redirect(to: Self.path(list.id), type: .normal)
        }
        router.get("lists/:list/remove") { try await ask($0, $1) }
        router.post("lists/:list/remove") { request, context in
            let (person, _) = try await pages.form(request, context)
            try await verb.delete(Self.id(context), by: person)
            return Response.redirect(to: "/lists", type: .normal)
        }
        router.post("lists/:list/people/:person") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let member = context.parameters.get("person").flatMap({ ActorID(decimal: $0) }) else {
                throw Refusal.notFound("Record")
            }
            let id = try Self.id(context)
            if fields["do"] == "remove" {
                try await verb.drop([member], from: id, by: person)
            } else {
                try await verb.add([member], to: id, by: person)
            }
            return Response.redirect(
                to: Back.path(fields["back"], fallback: Self.path(id)), type: .normal)
        }
    }

    /// What a profile offers of somebody whom the person follows: each list, and whether they stand on it.
    static func forms(
        about actor: Actor, for person: ActorID, seal: String, back: String, in transaction: Transaction
    ) throws -> [[String: Any]] {
        let holding = Set(try transaction.peopleLists(of: person, holding: actor.id).map(\.id))
        return try transaction.peopleLists(of: person).map { list in
            let isOn = holding.contains(list.id)
            return [
                "action": "\(path(list.id))/people/\(actor.id)", "do": isOn ? "remove" : "add",
                "label": isOn ? "Take off" : "Put on", "title": list.title, "isOn": isOn, "seal": seal,
                "back": back,
            ]
        }
    }

    @concurrent
    private func all(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let html = try await pages.desk.needs.store.read { [pages] transaction in
            var values = try Shell(desk: pages.desk, session: session).values(
                title: "Lists", here: "/lists", back: "/lists", person: person, in: transaction)
            let lists = try transaction.peopleLists(of: person)
            values["lists"] = try lists.map { list in
                let count = try transaction.countPeople(on: list.id)
                return [
                    "path": Self.path(list.id), "title": list.title,
                    "facts": count == 1 ? "One person" : "\(count) people",
                ]
            }
            values["isEmpty"] = lists.isEmpty
            values["form"] = Self.form(nil, action: "/lists", label: "Make the list")
            return pages.templates.render("people_lists", values)
        }
        return Response(html: html)
    }

    @concurrent
    private func one(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let id = try Self.id(context)
        let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let list = try transaction.ownList(id, of: person)
            let shell = Shell(desk: desk, session: session)
            let path = Self.path(id)
            var values = try shell.values(
                title: list.title, here: "/lists", back: path, person: person, in: transaction)
            let posts = try transaction.timeline(
                .list(id), for: .person(person), Page(before: before, limit: Self.size))
            values["title"] = list.title
            values["posts"] = try PostViews(desk: desk, seal: shell.seal, back: path)
                .values(posts, for: person, in: transaction)
            values["isEmpty"] = posts.isEmpty
            values["form"] = Self.form(list, action: path, label: "Save")
            values["remove"] = "\(path)/remove"
            let people = try transaction.actors(
                transaction.people(on: id, limit: PeopleList.peopleLimit))
            values["people"] = people.map { actor in
                PersonView(desk: desk).values(actor).merging([
                    "action": "\(path)/people/\(actor.id)", "seal": shell.seal,
                ]) { $1 }
            }
            values["isNobody"] = people.isEmpty
            if posts.count == Self.size, let last = posts.last {
                values["older"] = "\(path)?before=\(last.id)"
            }
            return pages.templates.render("people_list", values)
        }
        return Response(html: html)
    }

    /// A list that is gone does not come back, so it is asked once more.
    @concurrent
    private func ask(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let id = try Self.id(context)
        let html = try await pages.desk.needs.store.read { [pages] transaction in
            let list = try transaction.ownList(id, of: person)
            var values = try Shell(desk: pages.desk, session: session).values(
                title: "Remove \(list.title)", here: "/lists", back: Self.path(id), person: person,
                in: transaction)
            values["title"] = list.title
            values["path"] = Self.path(id)
            return pages.templates.render("people_list_end", values)
        }
        return Response(html: html)
    }

    private static func form(_ list: PeopleList?, action: String, label: String) -> [String: Any] {
        let labels: [(PeopleList.Replies, String)] = [
            (.members, "To people on the list"), (.followed, "To anyone I follow"), (.none, "None"),
        ]
        return [
            "action": action, "label": label, "title": list?.title ?? "",
            "isExclusive": list?.isExclusive ?? false,
            "replies": labels.map { replies, label in
                [
                    "value": replies.word, "label": label,
                    "isChosen": replies == (list?.replies ?? .members),
                ] as [String: Any]
            },
        ]
    }

    /// An unticked box is not sent.
    private static func wish(_ fields: Fields) throws(Refusal) -> KeepPeopleList.Wish {
        try KeepPeopleList.Wish(
            title: fields["title"], replies: fields["replies"],
            isExclusive: fields.bool("exclusive") ?? false)
    }

    private static func path(_ id: PeopleListID) -> String { "/lists/\(id)" }

    private static func id(_ context: HallwayContext) throws(Refusal) -> PeopleListID {
        guard let id = context.parameters.get("list").flatMap({ PeopleListID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
