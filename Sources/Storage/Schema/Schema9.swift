/// What people want to be told of, and the mails that are on their way.
enum Schema9 {
    static let statements = [
        """
        CREATE TABLE notification_habit (
            person INTEGER PRIMARY KEY, zone TEXT NOT NULL, quiet_from INTEGER NOT NULL, quiet_until INTEGER NOT NULL,
            stopped TEXT NOT NULL, digest_at INTEGER
        )
        """,
        "CREATE TABLE digest (person INTEGER PRIMARY KEY, sent_at INTEGER NOT NULL, stop_word TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE mail (
            id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
            stop_link TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE notification_level (
            person INTEGER NOT NULL, in_group INTEGER NOT NULL, level INTEGER NOT NULL, PRIMARY KEY (person, in_group)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX mail_due ON mail (next_at, id)",
    ]
}
