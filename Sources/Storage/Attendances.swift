public import Domain
public import FoundationEssentials

/// Who comes to a gathering.
extension Transaction {
    public func attendance(_ actor: ActorID, of post: PostID) throws -> Attendance? {
        try first(
            "\(Self.attendanceQuery) WHERE post = $1 AND actor = $2", [.id(post), .id(actor)], Self.attendance
        )
    }

    /// By the `Join` that asked for it.
    public func attendance(_ uri: ObjectURI) throws -> (post: PostID, attendance: Attendance)? {
        try first("\(Self.attendanceQuery) WHERE uri = $1", [.uri(uri)]) {
            ($0.id(4), try Self.attendance($0))
        }
    }

    /// One person's, for a page of posts.
    public func attendances(of actor: ActorID, to posts: [PostID]) throws -> [PostID: Attendance.State] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        let rows = try all(
            "\(Self.attendanceQuery) WHERE actor = $1 AND post IN (\(placeholders(posts.count, from: 2)))",
            [.id(actor)] + posts.map { .id($0) }
        ) { ($0.id(4) as PostID, try Self.attendance($0).state) }
        return Dictionary(rows) { first, _ in first }
    }

    /// Everyone in a state, in the order in which they asked.
    public func attendances(
        to post: PostID, in state: Attendance.State, after: Int64 = 0, limit: Int = 100
    ) throws -> [Attendance] {
        try all(
            "\(Self.attendanceQuery) WHERE post = $1 AND state = $2 AND position > $3 ORDER BY position LIMIT $4",
            [.id(post), .number(state.rawValue), .int(after), .number(limit)], Self.attendance)
    }

    /// The people of this node who said yes or maybe, or wait.
    public func localAttendees(of post: PostID) throws -> [ActorID] {
        try all(
            """
            SELECT t.actor FROM attendance t JOIN actor a ON a.id = t.actor
            WHERE t.post = $1 AND t.state IN (0, 1, 2, 3) AND a.host IS NULL AND a.state = 0 ORDER BY t.actor
            """, [.id(post)]
        ) { $0.id(0) }
    }

    /// What is to come where an actor holds or wants a place, or may come.
    public func gatheringsHeld(by actor: ActorID, since date: Date) throws -> [PostID] {
        try all(
            """
            SELECT t.post FROM attendance t JOIN gathering g ON g.post = t.post
            WHERE t.actor = $1 AND t.state IN (0, 1, 2, 3) AND COALESCE(g.ends_at, g.starts_at) > $2 ORDER BY t.post
            """, [.id(actor), .date(date)]
        ) { $0.id(0) }
    }

    /// How many hold a place.
    public func countGoing(to post: PostID) throws -> Int {
        try number("SELECT COUNT(*) FROM attendance WHERE post = $1 AND state = 1", [.id(post)])
    }

    /// Keeps an answer. Whoever asks anew stands behind all who asked before. `reminderAt`: when they are reminded next.
    public func save(_ attendance: Attendance, of post: PostID, reminderAt: Date?) throws {
        try run(
            """
            INSERT INTO attendance (post, actor, state, uri, position, next_reminder_at)
            VALUES ($1, $2, $3, $4, (SELECT COALESCE(MAX(position), 0) + 1 FROM attendance WHERE post = $1), $5)
            ON CONFLICT (post, actor) DO UPDATE SET state = excluded.state, uri = excluded.uri,
                position = CASE WHEN attendance.uri = excluded.uri THEN attendance.position
                    ELSE excluded.position END,
                next_reminder_at = excluded.next_reminder_at
            """,
            [
                .id(post), .id(attendance.actor), .number(attendance.state.rawValue), .uri(attendance.uri),
                .date(reminderAt),
            ])
    }

    /// Those of this node whose next reminder is due.
    public func dueAttendances(at date: Date, limit: Int = 200) throws -> [(post: PostID, person: ActorID)] {
        try all(
            """
            SELECT post, actor FROM attendance WHERE next_reminder_at IS NOT NULL AND next_reminder_at <= $1
            ORDER BY next_reminder_at, post, actor LIMIT $2
            """, [.date(date), .number(limit)]
        ) { ($0.id(0), $0.id(1)) }
    }

    /// When someone is reminded next; never any more for nil.
    public func setReminder(_ date: Date?, of post: PostID, for person: ActorID) throws {
        try run(
            "UPDATE attendance SET next_reminder_at = $3 WHERE post = $1 AND actor = $2",
            [.id(post), .id(person), .date(date)])
    }

    /// Gives a person a new calendar link in place of any before it. `hash`: SHA-256 of its secret.
    public func saveCalendarLink(of person: ActorID, hash: [UInt8], at date: Date) throws {
        try run(
            """
            INSERT INTO calendar_link (person, hash, created_at) VALUES ($1, $2, $3)
            ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at
            """, [.id(person), .blob(hash), .date(date)])
    }

    public func deleteCalendarLink(of person: ActorID) throws {
        try run("DELETE FROM calendar_link WHERE person = $1", [.id(person)])
    }

    /// Since when a person has a calendar link.
    public func calendarLink(of person: ActorID) throws -> Date? {
        try first("SELECT created_at FROM calendar_link WHERE person = $1", [.id(person)]) { $0.date(0) }
    }

    /// Whose calendar link has that secret; nobody's who may not act any more.
    public func personOfCalendar(hash: [UInt8]) throws -> ActorID? {
        try first(
            """
            SELECT c.person FROM calendar_link c JOIN actor a ON a.id = c.person WHERE c.hash = $1 AND a.state = 0
            """, [.blob(hash)]
        ) { $0.id(0) }
    }

    private static let attendanceQuery = "SELECT actor, state, uri, position, post FROM attendance"

    private static func attendance(_ row: any SQLRow) throws -> Attendance {
        Attendance(
            actor: row.id(0), state: Attendance.State(rawValue: row.number(1)) ?? .refused,
            uri: try row.uri(2),
            position: row.int(3))
    }
}
