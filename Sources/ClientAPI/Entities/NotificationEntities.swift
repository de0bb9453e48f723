import Domain
import JSON
import Storage
import Surface

/// Writes notifications, with their accounts and statuses.
struct NotificationEntities {
    let desk: Desk

    static let words: [(Notification.Kind, String)] = [
        (.mention, "mention"), (.follow, "follow"), (.followAsked, "follow_request"), (.like, "favourite"),
        (.announce, "reblog"), (.post, "status"), (.edit, "update"), (.pollClosed, "poll"),
        (.surveyTold, "update"),
    ]

    func write(_ notifications: [Notification], for person: ActorID, in transaction: Transaction) throws
        -> [JSONValue]
    {
        let viewer = Viewer.person(person)
        let actors = Dictionary(
            try transaction.actors(Array(Set(notifications.map(\.actor)))).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        let posts = try transaction.posts(Array(Set(notifications.compactMap(\.post))))
            .filter { try transaction.maySee($0, viewer) }
        // One by one: a status that cannot be shown must not shift the others.
        var statuses: [PostID: JSONValue] = [:]
        for post in posts {
            statuses[post.id] = try StatusEntities(desk: desk).write([post], for: viewer, in: transaction)
                .first
        }
        return notifications.compactMap { notification in
            guard let actor = actors[notification.actor],
                let word = Self.words.first(where: { $0.0 == notification.kind })?.1
            else { return nil }
            var json = JSONObject([
                ("id", .string(notification.id.description)), ("type", .string(word)),
                ("created_at", .string(Moment.text(notification.createdAt))),
                ("group_key", .string("ungrouped-\(notification.id)")),
                ("account", AccountEntity(desk: desk).write(actor)),
            ])
            if let post = notification.post {
                guard let status = statuses[post] else { return nil }
                json["status"] = status
            }
            return .object(json)
        }
    }
}
