public import Domain
public import FoundationEssentials

extension Transaction {
    /// Keeps a notification; false when the person was told of the same thing before.
    @discardableResult
    public func insert(_ notification: Notification) throws -> Bool {
        try run(
            """
            INSERT INTO notification (id, person, kind, actor, post, created_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT DO NOTHING
            """,
            [
                .id(notification.id), .id(notification.person), .number(notification.kind.rawValue),
                .id(notification.actor), .id(notification.post), .date(notification.createdAt),
            ]
        ) > 0
    }

    /// A person's notifications, newest first, of the kinds asked for.
    public func notifications(
        of person: ActorID, kinds: [Notification.Kind] = Notification.Kind.allCases, _ page: Page
    ) throws -> [Notification] {
        guard !kinds.isEmpty else { return [] }
        let kinds = padded(kinds)
        var values: [SQLValue] = [.id(person)] + kinds.map { .number($0.rawValue) }
        var conditions = [
            "person = $1", Self.isKnown, "kind IN (\(placeholders(kinds.count, from: 2)))",
        ]
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            guard let bound else { continue }
            values.append(.int(bound))
            conditions.append("id \(sign) $\(values.count)")
        }
        values.append(.number(page.limit))
        let found = try all(
            """
            \(Self.notificationQuery) WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id \(page.after == nil ? "DESC" : "ASC") LIMIT $\(values.count)
            """,
            values, Self.notification
        )
        return page.after == nil ? found : found.reversed()
    }

    /// A page of groups, newest first: likes of one post and answers in one thread are one. `kinds`: those asked for.
    /// `grouped`: those that may stand together. Nothing lies between the newest and the oldest that it does not hold, so
    /// that the next page, before or after these, leaves nothing out.
    public func notificationGroups(
        of person: ActorID, kinds: [Notification.Kind] = Notification.Kind.allCases,
        grouped: Set<Notification.Kind> = Set(Notification.Kind.allCases), _ page: Page
    ) throws -> [NotificationGroup] {
        var wide = page
        wide.limit = page.limit * 10
        var found = try notifications(of: person, kinds: kinds, wide)
        let threads = try threads(of: found)
        if page.after != nil {
            // Read upwards: what is too much is the newest.
            var keys: Set<String> = []
            let cut = found.lastIndex { notification in
                keys.insert(NotificationGroup.key(of: notification, threads: threads, kinds: grouped))
                return keys.count > page.limit
            }
            if let cut { found.removeFirst(cut + 1) }
        }
        return NotificationGroup.fold(found, threads: threads, kinds: grouped, limit: page.limit)
    }

    /// What stands for a group: the newest of it that its reader may see, with its post; nil where there is none.
    public func example(of group: NotificationGroup) throws -> (notification: Notification, post: Post?)? {
        for example in group.examples {
            guard let id = example.post else { return (example, nil) }
            guard let post = try self.post(id), try maySee(post, .person(example.person)) else { continue }
            return (example, post)
        }
        return nil
    }

    /// What a group holds, the newest first, as far as it is among a person's last thousand; empty where there is none.
    public func notifications(of person: ActorID, inGroup key: String) throws -> [Notification] {
        if let id = key.split(separator: "-").last.flatMap({ NotificationID(decimal: $0) }),
            key == NotificationGroup.key(ofSingle: id)
        {
            return try notification(id).flatMap { $0.person == person ? [$0] : nil } ?? []
        }
        let found = try notifications(of: person, Page(limit: 1000))
        let threads = try threads(of: found)
        return found.filter { NotificationGroup.key(of: $0, threads: threads) == key }
    }

    private func threads(of found: [Notification]) throws -> [PostID: PostID] {
        let posts = padded(Array(Set(found.compactMap(\.post))))
        var threads: [PostID: PostID] = [:]
        if !posts.isEmpty {
            let rows = try all(
                "SELECT id, thread FROM post WHERE id IN (\(placeholders(posts.count)))",
                posts.map { .id($0) }
            ) { ($0.id(0) as PostID, $0.id(1) as PostID) }
            for (post, thread) in rows { threads[post] = thread }
        }
        return threads
    }

    public func notification(_ id: NotificationID) throws -> Notification? {
        try first(
            "\(Self.notificationQuery) WHERE id = $1 AND \(Self.isKnown)", [.id(id)], Self.notification)
    }

    /// Forgets one notification of a person, or all of them.
    public func deleteNotifications(of person: ActorID, only id: NotificationID? = nil) throws {
        try run(
            "DELETE FROM notification WHERE person = $1 AND (CAST($2 AS BIGINT) IS NULL OR id = $2)",
            [.id(person), .id(id)]
        )
    }

    /// Forgets everything that an actor caused to be told to a person.
    public func deleteNotifications(of person: ActorID, by actor: ActorID) throws {
        try run("DELETE FROM notification WHERE person = $1 AND actor = $2", [.id(person), .id(actor)])
    }

    /// Takes back what an actor caused, when the cause is gone.
    public func deleteNotifications(
        kind: Notification.Kind, actor: ActorID, person: ActorID? = nil, post: PostID? = nil
    )
        throws
    {
        try run(
            """
            DELETE FROM notification WHERE kind = $1 AND actor = $2 AND (CAST($3 AS BIGINT) IS NULL OR person = $3)
                AND (CAST($4 AS BIGINT) IS NULL OR post = $4)
            """,
            [.number(kind.rawValue), .id(actor), .id(person), .id(post)]
        )
    }

    /// How many notifications are newer than the person's marker.
    public func countUnread(of person: ActorID) throws -> Int {
        let marker = try marker(of: person, "notifications")?.lastRead ?? "0"
        return try number(
            "SELECT COUNT(*) FROM notification WHERE person = $1 AND id > $2 AND \(Self.isKnown)",
            [.id(person), .int(Int64(marker) ?? 0)]
        )
    }

    /// How far a person has read a timeline.
    public func marker(of person: ActorID, _ timeline: String) throws -> (
        lastRead: String, version: Int, at: Date
    )? {
        try first(
            "SELECT last_read, version, updated_at FROM marker WHERE person = $1 AND timeline = $2",
            [.id(person), .text(timeline)]
        ) { ($0.text(0), $0.number(1), $0.date(2)) }
    }

    public func saveMarker(of person: ActorID, _ timeline: String, lastRead: String, at date: Date) throws {
        try run(
            """
            INSERT INTO marker (person, timeline, last_read, version, updated_at) VALUES ($1, $2, $3, 1, $4)
            ON CONFLICT (person, timeline) DO UPDATE SET last_read = excluded.last_read,
                version = marker.version + 1, updated_at = excluded.updated_at
            """,
            [.id(person), .text(timeline), .text(lastRead), .date(date)]
        )
    }

    /// What a secret group told is for as long as one may know of the group.
    private static let isKnown = """
        NOT EXISTS (SELECT 1 FROM group_settings k WHERE k.actor = notification.actor AND k.kind = 2
            AND NOT EXISTS (SELECT 1 FROM membership i
                WHERE i.in_group = k.actor AND i.person = notification.person AND i.state < 3))
        """

    private static let notificationQuery =
        "SELECT id, person, kind, actor, post, created_at FROM notification"

    private static func notification(_ row: any SQLRow) -> Notification {
        Notification(
            id: row.id(0), person: row.id(1), kind: Notification.Kind(rawValue: row.number(2)) ?? .mention,
            actor: row.id(3), post: row.optionalID(4), createdAt: row.date(5)
        )
    }
}
