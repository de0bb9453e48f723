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
            let found = try transaction.notifications(of: person, Page(before: before, limit: Self.size))
            let read = try transaction.marker(of: person, "notifications").flatMap { Int64($0.lastRead) } ?? 0
            var values = try shell.values(
                title: "Notifications", here: "/notifications", back: "/notifications", person: person,
                in: transaction)
            values["items"] = try found.compactMap {
                try item($0, isNew: $0.id.raw > read, person: person, in: transaction)
            }
            values["isEmpty"] = found.isEmpty
            let asking = try transaction.actors(transaction.followers(of: person, state: .asked))
            if !asking.isEmpty {
                values["requests"] = ["people": asking.map { PersonView(desk: desk).values($0) }]
            }
            if found.count == Self.size, let last = found.last {
                values["older"] = "/notifications?before=\(last.id)"
            }
            return (pages.templates.render("notifications", values), found.first?.id)
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
        _ notification: Notification, isNew: Bool, person: ActorID, in transaction: Transaction
    ) throws -> [String: Any]? {
        guard let actor = try transaction.actor(notification.actor) else { return nil }
        let people = PersonView(desk: pages.desk)
        var values: [String: Any] = [
            "person": people.values(actor), "words": Self.words(notification.kind), "isNew": isNew,
        ]
        values.merge(Moments.values(notification.createdAt, now: pages.desk.needs.now())) { $1 }
        guard let id = notification.post else { return values }
        guard let post = try transaction.post(id), try transaction.maySee(post, .person(person)),
            let author = try transaction.actor(post.author)
        else { return nil }
        values["path"] = "\(people.path(author))/\(post.id)"
        let text = SafeHTML.plainText(post.content)
        values["excerpt"] = text.count > 140 ? "\(text.prefix(139))…" : text
        return values
    }

    private static func words(_ kind: Notification.Kind) -> String {
        switch kind {
        case .mention: "named you"
        case .follow: "follows you"
        case .followAsked: "asks to follow you"
        case .like: "likes your post"
        case .announce: "shared your post"
        case .post: "wrote something"
        case .edit: "changed a post that you shared"
        case .pollClosed: "asked in a poll that has ended"
        case .surveyTold: "asked in a survey whose results are here"
        }
    }
}
