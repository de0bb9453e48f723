/// Gatherings, who comes, and the links by which calendars read them.
enum Schema8 {
    static let statements = [
        """
        CREATE TABLE gathering (
            post INTEGER PRIMARY KEY, title TEXT NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER,
            place TEXT NOT NULL, call TEXT NOT NULL, capacity INTEGER, offset_minutes INTEGER NOT NULL,
            is_cancelled INTEGER NOT NULL, going INTEGER NOT NULL, waiting INTEGER NOT NULL,
            version INTEGER NOT NULL, sequence INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE INDEX gathering_start ON gathering (starts_at, post)",
        """
        CREATE TABLE attendance (
            post INTEGER NOT NULL, actor INTEGER NOT NULL, state INTEGER NOT NULL, uri TEXT NOT NULL,
            position INTEGER NOT NULL, next_reminder_at INTEGER, PRIMARY KEY (post, actor)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX attendance_order ON attendance (post, state, position)",
        "CREATE INDEX attendance_actor ON attendance (actor, post)",
        "CREATE INDEX attendance_uri ON attendance (uri)",
        "CREATE INDEX attendance_reminder ON attendance (next_reminder_at) WHERE next_reminder_at IS NOT NULL",
        "CREATE TABLE calendar_link (person INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL)",
    ]
}
