/// Announcements, whom they are for, who acknowledged them, and what other nodes report.
enum Schema7 {
    static let statements = [
        """
        CREATE TABLE announcement (
            post INTEGER PRIMARY KEY, title TEXT NOT NULL, due_at INTEGER, unit TEXT NOT NULL, office TEXT NOT NULL,
            language TEXT NOT NULL, is_brought INTEGER NOT NULL DEFAULT 0, sequence INTEGER NOT NULL DEFAULT 0,
            told_at INTEGER
        )
        """,
        "CREATE INDEX announcement_due ON announcement (due_at) WHERE due_at IS NOT NULL AND told_at IS NULL",
        """
        CREATE TABLE announcement_reader (
            post INTEGER NOT NULL, person INTEGER NOT NULL, unit TEXT NOT NULL, reached_at INTEGER,
            acknowledged_at INTEGER, dismissed_at INTEGER, reminders INTEGER NOT NULL, next_reminder_at INTEGER,
            PRIMARY KEY (post, person)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX announcement_reader_person ON announcement_reader (person, post)",
        """
        CREATE INDEX announcement_reader_reminder ON announcement_reader (next_reminder_at)
        WHERE next_reminder_at IS NOT NULL
        """,
        """
        CREATE TABLE announcement_progress (
            post INTEGER NOT NULL, node TEXT NOT NULL, sequence INTEGER NOT NULL, targeted INTEGER NOT NULL,
            reached INTEGER NOT NULL, acknowledged INTEGER NOT NULL, PRIMARY KEY (post, node)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE announcement_unit (
            post INTEGER NOT NULL, node TEXT NOT NULL, unit TEXT NOT NULL, targeted INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL, PRIMARY KEY (post, node, unit)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE announcement_name (
            post INTEGER NOT NULL, person INTEGER NOT NULL, acknowledged_at INTEGER NOT NULL,
            PRIMARY KEY (post, person)
        ) WITHOUT ROWID
        """,
        "ALTER TABLE login ADD COLUMN may_announce INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE login ADD COLUMN language TEXT",
    ]
}
