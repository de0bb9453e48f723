import Domain
import JSON
import Storage
import Surface

/// Writes notifications, with their accounts and statuses.
struct NotificationEntities {
    let desk: Desk
    /// See ``StatusEntities/areAskedFor``.
    var areAskedFor = true

    static let words: [(Notification.Kind, String)] = [
        (.mention, "mention"), (.follow, "follow"), (.followAsked, "follow_request"), (.like, "favourite"),
        (.announce, "reblog"), (.post, "status"), (.edit, "update"),
        (.recognition, "mention"),
        // As near as Mastodon's words come: an answer speaks to the asker, and whoever accepts it likes it.
        (.answer, "mention"), (.accepted, "favourite"), (.reaction, "favourite"),
        // To clients that know Mastodon alone these are news of a post.
        (.announcement, "status"), (.announcementReminder, "status"), (.announcementOverdue, "status"),
        (.knowledgeReview, "status"), (.knowledgeHanded, "status"),
        (.place, "status"), (.gatheringReminder, "status"), (.gatheringChanged, "status"),
        // Ours; the account is the group.
        (.groupAsked, "group_request"), (.groupInvited, "group_invitation"), (.groupJoined, "group_joined"),
        (.groupPost, "status"),
        (.announce, "reblog"), (.post, "status"), (.edit, "update"), (.pollClosed, "poll"),
        (.surveyTold, "update"), (.quote, "quote"), (.quotedEdit, "quoted_update"),
    ]

    /// Groups, with the accounts and statuses that they name (Mastodon's grouped notifications).
    func write(_ groups: [NotificationGroup], for person: ActorID, in transaction: Transaction) throws
        -> JSONValue
    {
        let single = try write(groups.map(\.newest), for: person, in: transaction)
        let shown = Dictionary(
            single.compactMap { json in json["id"]?.string.map { ($0, json) } },
            uniquingKeysWith: { first, _ in first })
        let actors = try transaction.actors(Array(Set(groups.flatMap { $0.actors.prefix(8) })))
        var statuses: [JSONValue] = []
        var list: [JSONValue] = []
        for group in groups {
            guard let example = try shown[group.newest.id.description] ?? other(group, in: transaction) else {
                continue
            }
            var json = JSONObject([
                ("group_key", .string(group.key)), ("notifications_count", JSONValue(group.count)),
                ("type", example["type"] ?? .null),
                ("most_recent_notification_id", .int(group.newest.id.raw)),
                ("page_min_id", .string(group.oldest.description)),
                ("page_max_id", .string(group.newest.id.description)),
                ("latest_page_notification_at", .string(Moment.text(group.newest.createdAt))),
                ("sample_account_ids", .array(group.actors.prefix(8).map { .string($0.description) })),
            ])
            if let status = example["status"], let id = status["id"] {
                json["status_id"] = id
                if !statuses.contains(where: { $0["id"] == id }) { statuses.append(status) }
            }
            list.append(.object(json))
        }
        return [
            "accounts": .array(actors.map { AccountEntity(desk: desk).write($0) }),
            "statuses": .array(statuses),
            "notification_groups": .array(list),
        ]
    }

    /// What stands for a group whose newest cannot be shown.
    private func other(_ group: NotificationGroup, in transaction: Transaction) throws -> JSONValue? {
        guard let example = try transaction.example(of: group)?.notification else { return nil }
        return try write([example], for: example.person, in: transaction).first
    }

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
            statuses[post.id] = try StatusEntities(desk: desk, areAskedFor: areAskedFor).write(
                [post], for: viewer, in: transaction
            ).first
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
