public import Domain
public import FoundationEssentials

/// Whom an announcement is for on this node, and who acknowledged it.
extension Transaction {
    /// The people of this node that an announcement is for, each with the unit they are counted in.
    public func targets(of announcement: Announcement) throws -> [AnnouncementReader] {
        try all(
            """
            SELECT a.id, a.department, a.office, l.language FROM login l JOIN actor a ON a.id = l.person
            WHERE a.host IS NULL AND a.kind = 0 AND a.state = 0 ORDER BY l.person
            """
        ) { row -> AnnouncementReader? in
            var work = WorkProfile()
            work.department = row.text(1)
            work.office = row.text(2)
            guard announcement.target.includes(work, reads: row.optionalText(3)) else { return nil }
            return AnnouncementReader(person: row.id(0), unit: row.text(1))
        }.compactMap { $0 }
    }

    /// Keeps that an announcement is for a person; a second time changes nothing.
    public func insert(_ reader: AnnouncementReader, of post: PostID) throws {
        try run(
            """
            INSERT INTO announcement_reader (post, person, unit, brought_at, reminders, next_reminder_at)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """,
            [
                .id(post), .id(reader.person), .text(reader.unit), .date(reader.broughtAt),
                .number(reader.reminders), .date(reader.nextReminderAt),
            ])
    }

    public func announcementReader(_ person: ActorID, of post: PostID) throws -> AnnouncementReader? {
        try first(
            "\(Self.readerQuery) WHERE post = $1 AND person = $2", [.id(post), .id(person)], Self.reader)
    }

    /// The same for a page of posts.
    public func announcementReader(_ person: ActorID, of posts: [PostID]) throws -> [PostID:
        AnnouncementReader]
    {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        let rows = try all(
            "\(Self.readerQuery) WHERE person = $1 AND post IN (\(placeholders(posts.count, from: 2)))",
            [.id(person)] + posts.map { .id($0) }
        ) { (try Self.reader($0), $0.id(7) as PostID) }
        return Dictionary(rows.map { ($1, $0) }) { first, _ in first }
    }

    /// Records an acknowledgement; false when there was one already.
    public func acknowledge(_ post: PostID, by person: ActorID, at date: Date) throws -> Bool {
        try run(
            """
            UPDATE announcement_reader SET acknowledged_at = $3, reached_at = COALESCE(reached_at, $3),
                next_reminder_at = NULL
            WHERE post = $1 AND person = $2 AND acknowledged_at IS NULL
            """, [.id(post), .id(person), .date(date)]) > 0
    }

    /// Records that an announcement was shown to a person whom it is for; false when it was before.
    public func markShown(_ post: PostID, to person: ActorID, at date: Date) throws -> Bool {
        try run(
            """
            UPDATE announcement_reader SET reached_at = $3
            WHERE post = $1 AND person = $2 AND reached_at IS NULL AND brought_at IS NOT NULL
            """, [.id(post), .id(person), .date(date)]) > 0
    }

    /// Puts an announcement away in a person's client.
    public func dismissAnnouncement(_ post: PostID, of person: ActorID, at date: Date) throws {
        try run(
            """
            UPDATE announcement_reader SET dismissed_at = COALESCE(dismissed_at, $3)
            WHERE post = $1 AND person = $2
            """, [.id(post), .id(person), .date(date)])
    }

    /// What a person must still acknowledge, the most urgent first.
    public func mustRead(by person: ActorID, limit: Int = 20) throws -> [PostID] {
        try all(
            """
            SELECT n.post FROM announcement_reader r JOIN announcement n ON n.post = r.post
            WHERE r.person = $1 AND r.brought_at IS NOT NULL AND r.acknowledged_at IS NULL
                AND n.due_at IS NOT NULL
            ORDER BY n.due_at, n.post LIMIT $2
            """, [.id(person), .number(limit)]
        ) { $0.id(0) }
    }

    /// The announcements that are for a person or by them, newest first.
    public func announcements(for person: ActorID, _ page: Page) throws -> [PostID] {
        var values: [SQLValue] = [.id(person)]
        var conditions: [String] = []
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            guard let bound else { continue }
            values.append(.int(bound))
            conditions.append("AND n.post \(sign) $\(values.count)")
        }
        let found: [PostID] = try all(
            """
            SELECT n.post FROM announcement n JOIN post p ON p.id = n.post
            WHERE (p.author = $1 OR EXISTS (SELECT 1 FROM announcement_reader r
                WHERE r.post = n.post AND r.person = $1 AND r.brought_at IS NOT NULL))
                \(conditions.joined(separator: " "))
            ORDER BY n.post \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values
        ) { $0.id(0) }
        return page.after == nil ? found : found.reversed()
    }

    /// Those whose next reminder is due. A reminder is never given to who acknowledged, has left, or was not reached.
    public func dueReminders(at date: Date, limit: Int = 200) throws -> [(
        post: PostID, reader: AnnouncementReader
    )] {
        try all(
            """
            \(Self.readerQuery) WHERE next_reminder_at IS NOT NULL AND next_reminder_at <= $1
            ORDER BY next_reminder_at, post, person LIMIT $2
            """, [.date(date), .number(limit)]
        ) { ($0.id(7), try Self.reader($0)) }
    }

    /// Those of this node who have not acknowledged an announcement.
    public func missingReaders(of post: PostID) throws -> [AnnouncementReader] {
        try all(
            """
            \(Self.readerQuery) WHERE post = $1 AND acknowledged_at IS NULL AND brought_at IS NOT NULL
                AND EXISTS (SELECT 1 FROM actor a WHERE a.id = person AND a.state = 0) ORDER BY person
            """, [.id(post)], Self.reader)
    }

    /// Counts a reminder, and when the next one is due.
    public func countReminder(of post: PostID, to person: ActorID, next: Date?) throws {
        try run(
            """
            UPDATE announcement_reader SET reminders = reminders + 1, next_reminder_at = $3
            WHERE post = $1 AND person = $2
            """, [.id(post), .id(person), .date(next)])
    }

    /// Forgets that a reminder was due for someone who cannot be reminded.
    public func dropReminder(of post: PostID, to person: ActorID) throws {
        try run(
            "UPDATE announcement_reader SET next_reminder_at = NULL WHERE post = $1 AND person = $2",
            [.id(post), .id(person)])
    }

    /// The announcements that count a person.
    public func announcementsCounting(_ person: ActorID) throws -> [PostID] {
        try all(
            """
            SELECT n.post FROM announcement_reader r JOIN announcement n ON n.post = r.post
            WHERE r.person = $1 ORDER BY n.post DESC LIMIT 1000
            """, [.id(person)]
        ) { $0.id(0) }
    }

    /// Keeps that a person of another node acknowledged, where that node's policy tells names.
    public func saveAcknowledgement(of post: PostID, by person: ActorID, at date: Date) throws {
        try run(
            """
            INSERT INTO announcement_name (post, person, acknowledged_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
            """, [.id(post), .id(person), .date(date)])
    }

    /// Who acknowledged, as far as it may be told. `includesOwn`: whether this node's people are named.
    public func acknowledgers(of post: PostID, includesOwn: Bool, limit: Int = 1000) throws -> [(
        person: ActorID, at: Date
    )] {
        try all(
            """
            SELECT person, acknowledged_at FROM announcement_name WHERE post = $1
            UNION ALL
            SELECT person, acknowledged_at FROM announcement_reader
            WHERE post = $1 AND acknowledged_at IS NOT NULL AND $2 = 1
            ORDER BY 2, 1 LIMIT $3
            """, [.id(post), .bool(includesOwn), .number(limit)]
        ) { ($0.id(0), $0.date(1)) }
    }

    private static let readerQuery = """
        SELECT person, unit, brought_at, acknowledged_at, dismissed_at, reminders, next_reminder_at, post
        FROM announcement_reader
        """

    private static func reader(_ row: any SQLRow) throws -> AnnouncementReader {
        AnnouncementReader(
            person: row.id(0), unit: row.text(1), broughtAt: row.optionalDate(2),
            acknowledgedAt: row.optionalDate(3), dismissedAt: row.optionalDate(4), reminders: row.number(5),
            nextReminderAt: row.optionalDate(6))
    }
}
