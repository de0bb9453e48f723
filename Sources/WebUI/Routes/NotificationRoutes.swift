import Domain
import Hummingbird
import Markup
import Social
import Storage
import Surface

/// What happened to one, and who asks to follow.
struct NotificationRoutes {
    private static let size = 30
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("notifications") { try await list($0, $1) }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
        let (html, newest) = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            let found = try transaction.notificationGroups(of: person, Page(before: before, limit: Self.size))
            let read = try transaction.marker(of: person, "notifications").flatMap { Int64($0.lastRead) } ?? 0
            var values = try shell.values(
                title: "Notifications", here: "/notifications", back: "/notifications", person: person,
                in: transaction)
            values["items"] = try found.compactMap {
                try item($0, isNew: $0.newest.id.raw > read, seal: shell.seal, in: transaction)
            }
            values["isEmpty"] = found.isEmpty
            let asking = try transaction.actors(transaction.followers(of: person, state: .asked))
            if !asking.isEmpty {
                values["requests"] = ["people": asking.map { PersonView(desk: desk).values($0) }]
            }
            if let oldest = found.map(\.oldest.raw).min(),
                try !transaction.notifications(of: person, Page(before: oldest, limit: 1)).isEmpty
            {
                values["older"] = "/notifications?before=\(oldest)"
            }
            return (pages.templates.render("notifications", values), found.first?.newest.id)
        }
        if before == nil, let newest {
            try await desk.needs.store.write {
                try $0.saveMarker(
                    of: person, "notifications", lastRead: newest.description, at: desk.needs.now())
            }
        }
        return Response(html: html)
    }

    private func item(
        _ group: NotificationGroup, isNew: Bool, seal: String, in transaction: Transaction
    ) throws -> [String: Any]? {
        guard let example = try transaction.example(of: group),
            let actor = try transaction.actor(example.notification.actor)
        else { return nil }
        let actors = try transaction.actors(Array(group.actors.prefix(20)))
        let people = PersonView(desk: pages.desk)
        let names = [people.name(actor)] + actors.filter { $0.id != actor.id }.map { people.name($0) }
        var values: [String: Any] = [
            "person": people.values(actor), "words": NotificationWords.deed(group.kind), "isNew": isNew,
            "people": NotificationWords.people(names), "reason": NotificationWords.reason(group.kind),
            "kind": group.kind.rawValue, "seal": seal,
        ]
        if group.count > 1, group.kind == .mention { values["times"] = group.count }
        values.merge(Moments.values(group.newest.createdAt, now: pages.desk.needs.now())) { $1 }
        if actor.kind == .group, var card = values["person"] as? [String: Any] {
            card["path"] = "/groups/\(actor.id)"
            values["person"] = card
        }
        guard let post = example.post else { return values }
        guard let author = try transaction.actor(post.author) else { return nil }
        values["path"] = "\(people.path(author))/\(post.id)"
        let text = SafeHTML.plainText(post.content)
        values["excerpt"] = text.count > 140 ? "\(text.prefix(139))…" : text
        return values
    }
}
