/// Recognitions: one row for each recipient, what moderators removed, and what givers of other nodes signed; milestones.
enum Schema5 {
    static let statements = [
        """
        CREATE TABLE recognition (
            post INTEGER NOT NULL, recipient INTEGER NOT NULL, position INTEGER NOT NULL, value TEXT NOT NULL,
            points INTEGER NOT NULL, allowance INTEGER, giver INTEGER NOT NULL, month TEXT NOT NULL,
            hidden_at INTEGER, PRIMARY KEY (post, recipient)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX recognition_recipient ON recognition (recipient, post)",
        "CREATE INDEX recognition_giver ON recognition (giver, month)",
        "CREATE INDEX post_recognition ON post (id) WHERE body = 4 AND deleted_at IS NULL",
        """
        CREATE TABLE recognition_removal (
            post INTEGER PRIMARY KEY, moderator INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
        )
        """,
        "CREATE TABLE recognition_document (post INTEGER PRIMARY KEY, document BLOB NOT NULL)",
        """
        CREATE TABLE milestone (
            person INTEGER NOT NULL, kind INTEGER NOT NULL, day TEXT NOT NULL, year INTEGER, PRIMARY KEY (person, kind)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX milestone_day ON milestone (day)",
    ]
}
