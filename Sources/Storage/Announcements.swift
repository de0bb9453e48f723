public import Domain
public import FoundationEssentials

extension Transaction {
    func insert(_ announcement: Announcement, of post: PostID) throws {
        let target = announcement.target
        try run(
            """
            INSERT INTO announcement (post, title, due_at, unit, office, language) VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .id(post), .text(announcement.title), .date(announcement.dueAt), .text(target.unit),
                .text(target.office), .text(target.language),
            ])
        try save(announcement.variants, of: post)
    }

    /// Whom it is for, and whether it must be acknowledged, stay as they were: the totals rest on that. `date`: of the edit.
    func update(_ announcement: Announcement, of post: PostID, at date: Date) throws {
        try save(announcement.variants, of: post)
        let before = try announcements(of: [post])[post]
        try run(
            """
            UPDATE announcement SET title = $2,
                due_at = CASE WHEN due_at IS NULL THEN NULL ELSE COALESCE($3, due_at) END WHERE post = $1
            """,
            [.id(post), .text(announcement.title), .date(announcement.dueAt)])
        guard let old = before?.dueAt, let dueAt = announcement.dueAt, dueAt != old else { return }
        try run(
            """
            UPDATE announcement_reader SET next_reminder_at = CASE WHEN reminders = 0 THEN $4 ELSE $2 END
            WHERE post = $1 AND acknowledged_at IS NULL AND reminders < $3
            """,
            [
                .id(post), .date(dueAt), .number(AnnouncementReader.mostReminders),
                .date(announcement.firstReminder(after: date)),
            ])
        try run("UPDATE announcement SET told_at = NULL WHERE post = $1", [.id(post)])
    }

    /// Who acknowledged what stays, so that it can be audited after the text is gone.
    func deleteAnnouncement(of post: PostID) throws {
        try run("DELETE FROM announcement WHERE post = $1", [.id(post)])
        try deleteVariants(of: post)
        for table in ["announcement_progress", "announcement_unit"] {
            try run("DELETE FROM \(table) WHERE post = $1", [.id(post)])
        }
        try run("UPDATE announcement_reader SET next_reminder_at = NULL WHERE post = $1", [.id(post)])
    }

    func announcements(of posts: [PostID]) throws -> [PostID: Announcement] {
        let variants = try announcementVariants(of: posts)
        let rows = try all(
            """
            SELECT post, title, due_at, unit, office, language FROM announcement
            WHERE post IN (\(placeholders(posts.count)))
            """,
            posts.map { .id($0) }
        ) { row in
            (
                row.id(0) as PostID,
                Announcement(
                    title: row.text(1), dueAt: row.optionalDate(2),
                    target: Announcement.Target(
                        unit: row.text(3), office: row.text(4), language: row.text(5)))
            )
        }
        return Dictionary(
            rows.map { id, announcement in
                var announcement = announcement
                announcement.variants = variants[id] ?? []
                return (id, announcement)
            }
        ) { first, _ in first }
    }

    /// Whether an announcement is here of which its readers were not told yet.
    public func awaitsReaders(_ post: PostID) throws -> Bool {
        try exists("SELECT 1 FROM announcement WHERE post = $1 AND is_brought = 0", [.id(post)])
    }

    /// Remembers that an announcement was brought to everyone here that it is for.
    public func markBrought(_ post: PostID) throws {
        try run("UPDATE announcement SET is_brought = 1 WHERE post = $1", [.id(post)])
    }

    /// Numbers a change of the totals. The number never falls behind the clock, so that a node that was restored from a
    /// copy is believed again at once.
    public func countChange(of post: PostID, at date: Date) throws -> Int64 {
        let clock = SQLValue.date(date)
        try run(
            """
            UPDATE announcement SET sequence = \(larger("sequence + 1", "CAST($2 AS BIGINT)")) WHERE post = $1
            """, [.id(post), clock])
        return try announcementSequence(of: post)
    }

    /// The number of the latest change.
    public func announcementSequence(of post: PostID) throws -> Int64 {
        try first("SELECT sequence FROM announcement WHERE post = $1", [.id(post)]) { $0.int(0) } ?? 0
    }

    /// The totals of this node. `node`: its authority.
    public func ownProgress(of post: PostID, node: String) throws -> AnnouncementProgress {
        let units = try all(
            """
            SELECT r.unit, COUNT(*), COUNT(r.reached_at), COUNT(r.acknowledged_at)
            FROM announcement_reader r JOIN actor a ON a.id = r.person
            WHERE r.post = $1 AND a.state = 0 GROUP BY r.unit ORDER BY r.unit
            """, [.id(post)]
        ) { (name: $0.text(0), targeted: $0.number(1), reached: $0.number(2), acknowledged: $0.number(3)) }
        return AnnouncementProgress(
            node: node, sequence: try announcementSequence(of: post),
            targeted: units.reduce(0) { $0 + $1.targeted }, reached: units.reduce(0) { $0 + $1.reached },
            acknowledged: units.reduce(0) { $0 + $1.acknowledged },
            units: AnnouncementProgress.shown(
                units.map {
                    AnnouncementProgress.Unit(
                        name: $0.name, targeted: $0.targeted, acknowledged: $0.acknowledged)
                }))
    }

    /// What other nodes reported, by node.
    public func reportedProgress(of post: PostID) throws -> [AnnouncementProgress] {
        let units = Dictionary(
            grouping: try all(
                """
                SELECT node, unit, targeted, acknowledged FROM announcement_unit WHERE post = $1 ORDER BY node, unit
                """, [.id(post)]
            ) { row in
                (
                    node: row.text(0),
                    unit: AnnouncementProgress.Unit(
                        name: row.text(1), targeted: row.number(2), acknowledged: row.number(3))
                )
            }, by: \.node)
        return try all(
            """
            SELECT node, sequence, targeted, reached, acknowledged FROM announcement_progress
            WHERE post = $1 ORDER BY node
            """, [.id(post)]
        ) { row in
            AnnouncementProgress(
                node: row.text(0), sequence: row.int(1), targeted: row.number(2), reached: row.number(3),
                acknowledged: row.number(4), units: units[row.text(0)]?.map(\.unit) ?? [])
        }
    }

    /// Keeps what a node reports, unless something newer of it is known; false then.
    @discardableResult
    public func save(_ progress: AnnouncementProgress, of post: PostID) throws -> Bool {
        let isNew = try run(
            """
            INSERT INTO announcement_progress (post, node, sequence, targeted, reached, acknowledged)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (post, node) DO UPDATE SET sequence = excluded.sequence, targeted = excluded.targeted,
                reached = excluded.reached, acknowledged = excluded.acknowledged
                WHERE excluded.sequence > announcement_progress.sequence
            """,
            [
                .id(post), .text(progress.node), .int(progress.sequence), .number(progress.targeted),
                .number(progress.reached), .number(progress.acknowledged),
            ])
        guard isNew > 0 else { return false }
        try run(
            "DELETE FROM announcement_unit WHERE post = $1 AND node = $2", [.id(post), .text(progress.node)])
        for unit in progress.units {
            try run(
                """
                INSERT INTO announcement_unit (post, node, unit, targeted, acknowledged) VALUES ($1, $2, $3, $4, $5)
                """,
                [
                    .id(post), .text(progress.node), .text(unit.name), .number(unit.targeted),
                    .number(unit.acknowledged),
                ])
        }
        return true
    }

    /// Announcements written here whose date has passed and whose authors were not told so yet.
    public func expiredAnnouncements(at date: Date, limit: Int = 100) throws -> [PostID] {
        try all(
            """
            SELECT n.post FROM announcement n JOIN post p ON p.id = n.post
            WHERE n.due_at IS NOT NULL AND n.told_at IS NULL AND n.due_at <= $1 AND p.is_local = 1
            ORDER BY n.due_at LIMIT $2
            """, [.date(date), .number(limit)]
        ) { $0.id(0) }
    }

    /// Remembers that the author was told how it ended.
    public func markTold(_ post: PostID, at date: Date) throws {
        try run("UPDATE announcement SET told_at = $2 WHERE post = $1", [.id(post), .date(date)])
    }
}
