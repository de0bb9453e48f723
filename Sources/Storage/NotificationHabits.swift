public import Domain
public import FoundationEssentials

extension Transaction {
    /// What a person has chosen, or what holds for everyone who chose nothing.
    public func notificationHabits(of person: ActorID) throws -> NotificationHabits {
        try first(
            """
            SELECT zone, quiet_from, quiet_until, stopped, digest_at, digest_since FROM notification_habit
            WHERE person = $1
            """,
            [.id(person)]
        ) { row in
            var habits = NotificationHabits(
                zone: row.text(0), quietFrom: row.number(1), quietUntil: row.number(2),
                stopped: Set(
                    row.text(3).split(separator: ",").compactMap { Int($0).flatMap(Notification.Kind.init) }),
                digestAt: row.optionalInt(4).map(Int.init))
            habits.digestSince = row.optionalDate(5)
            return habits
        } ?? NotificationHabits()
    }

    public func save(_ habits: NotificationHabits, of person: ActorID) throws {
        try run(
            """
            INSERT INTO notification_habit (
                person, zone, quiet_from, quiet_until, stopped, digest_at, digest_since
            ) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (person) DO UPDATE SET zone = excluded.zone, quiet_from = excluded.quiet_from,
                quiet_until = excluded.quiet_until, stopped = excluded.stopped, digest_at = excluded.digest_at,
                digest_since = excluded.digest_since
            """,
            [
                .id(person), .text(habits.zone), .number(habits.quietFrom), .number(habits.quietUntil),
                .text(habits.stopped.map(\.rawValue).sorted().map(String.init).joined(separator: ",")),
                .number(habits.digestAt), .date(habits.digestSince),
            ])
    }

    /// How much of a group a person is told of.
    public func notificationLevel(of person: ActorID, in group: ActorID) throws -> NotificationLevel {
        try first(
            "SELECT level FROM notification_level WHERE person = $1 AND in_group = $2",
            [.id(person), .id(group)]
        ) { NotificationLevel(rawValue: $0.number(0)) ?? .mentions } ?? .mentions
    }

    /// Whether a post stands in a group of which a person wants to hear nothing.
    public func isSilenced(_ post: PostID, for person: ActorID) throws -> Bool {
        try exists(
            """
            SELECT 1 FROM post p JOIN notification_level n ON n.in_group = p.in_group
            WHERE p.id = $1 AND n.person = $2 AND n.level = $3
            """, [.id(post), .id(person), .number(NotificationLevel.nothing.rawValue)])
    }

    public func save(_ level: NotificationLevel, of person: ActorID, in group: ActorID) throws {
        try run(
            """
            INSERT INTO notification_level (person, in_group, level) VALUES ($1, $2, $3)
            ON CONFLICT (person, in_group) DO UPDATE SET level = excluded.level
            """, [.id(person), .id(group), .number(level.rawValue)])
    }

    /// Those for whom a summary may be due: not whose last one was for a moment that is less than a day ago (of 22 hours,
    /// the shortest that clocks make), unless they chose another time since.
    public func digestCandidates(at now: Date) throws -> [DigestCandidate] {
        try all(
            """
            SELECT l.person, l.created_at, d.sent_at, h.zone, h.digest_at, h.digest_since
            FROM login l JOIN actor a ON a.id = l.person LEFT JOIN digest d ON d.person = l.person
                LEFT JOIN notification_habit h ON h.person = l.person
            WHERE a.state = 0 AND (h.person IS NULL OR h.digest_at IS NOT NULL)
                AND (d.sent_at IS NULL OR d.sent_at <= $1 OR h.digest_since > d.sent_at)
            ORDER BY l.person
            """, [.date(now - 22 * 3600)]
        ) { row in
            var habits = NotificationHabits()
            if let zone = row.optionalText(3) {
                (habits.zone, habits.digestAt) = (zone, row.optionalInt(4).map(Int.init))
                habits.digestSince = row.optionalDate(5)
            }
            return DigestCandidate(
                person: row.id(0), joined: row.date(1), last: row.optionalDate(2), habits: habits)
        }
    }

    /// For which moment a person's last summary was made, and the word that ends them.
    public func digest(of person: ActorID) throws -> (sentAt: Date, stopWord: String)? {
        try first("SELECT sent_at, stop_word FROM digest WHERE person = $1", [.id(person)]) {
            ($0.date(0), $0.text(1))
        }
    }

    /// Whose summaries a word ends.
    public func person(stopWord word: String) throws -> ActorID? {
        try first("SELECT person FROM digest WHERE stop_word = $1", [.text(word)]) { $0.id(0) }
    }

    /// `date`: the moment for which the summary was made, which is earlier than now where it is late. `stopWord`:
    /// unguessable; the person's first one stays.
    public func noteDigest(of person: ActorID, at date: Date, stopWord: String) throws {
        try run(
            """
            INSERT INTO digest (person, sent_at, stop_word) VALUES ($1, $2, $3)
            ON CONFLICT (person) DO UPDATE SET sent_at = excluded.sent_at
            """, [.id(person), .date(date), .text(stopWord)])
    }
}

/// Somebody for whom a daily summary may be due.
public struct DigestCandidate: Sendable {
    public var person: ActorID
    /// When they came.
    public var joined: Date
    /// For which moment their last one was made.
    public var last: Date?
    /// As far as they are about summaries.
    public var habits: NotificationHabits
}
