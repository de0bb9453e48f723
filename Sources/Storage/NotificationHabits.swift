public import Domain
public import FoundationEssentials

extension Transaction {
    /// What a person has chosen, or what holds for everyone who chose nothing.
    public func notificationHabits(of person: ActorID) throws -> NotificationHabits {
        try first(
            "SELECT zone, quiet_from, quiet_until, stopped, digest_at FROM notification_habit WHERE person = $1",
            [.id(person)]
        ) { row in
            NotificationHabits(
                zone: row.text(0), quietFrom: row.number(1), quietUntil: row.number(2),
                stopped: Set(
                    row.text(3).split(separator: ",").compactMap { Int($0).flatMap(Notification.Kind.init) }),
                digestAt: row.optionalInt(4).map(Int.init))
        } ?? NotificationHabits()
    }

    public func save(_ habits: NotificationHabits, of person: ActorID) throws {
        try run(
            """
            INSERT INTO notification_habit (person, zone, quiet_from, quiet_until, stopped, digest_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (person) DO UPDATE SET zone = excluded.zone, quiet_from = excluded.quiet_from,
                quiet_until = excluded.quiet_until, stopped = excluded.stopped, digest_at = excluded.digest_at
            """,
            [
                .id(person), .text(habits.zone), .number(habits.quietFrom), .number(habits.quietUntil),
                .text(habits.stopped.map(\.rawValue).sorted().map(String.init).joined(separator: ",")),
                .number(habits.digestAt),
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

    /// Those with a login whose last summary was made before a moment, or never.
    public func peopleWithoutDigest(since date: Date) throws -> [ActorID] {
        try all(
            """
            SELECT l.person FROM login l JOIN actor a ON a.id = l.person LEFT JOIN digest d ON d.person = l.person
            WHERE a.state = 0 AND COALESCE(d.sent_at, l.created_at) < $1 ORDER BY l.person
            """, [.date(date)]
        ) { $0.id(0) }
    }

    /// When a person's last summary was made, and the word that ends them.
    public func digest(of person: ActorID) throws -> (sentAt: Date, stopWord: String)? {
        try first("SELECT sent_at, stop_word FROM digest WHERE person = $1", [.id(person)]) {
            ($0.date(0), $0.text(1))
        }
    }

    /// Whose summaries a word ends.
    public func person(stopWord word: String) throws -> ActorID? {
        try first("SELECT person FROM digest WHERE stop_word = $1", [.text(word)]) { $0.id(0) }
    }

    /// `stopWord`: unguessable; the person's first one stays.
    public func noteDigest(of person: ActorID, at date: Date, stopWord: String) throws {
        try run(
            """
            INSERT INTO digest (person, sent_at, stop_word) VALUES ($1, $2, $3)
            ON CONFLICT (person) DO UPDATE SET sent_at = excluded.sent_at
            """, [.id(person), .date(date), .text(stopWord)])
    }
}
