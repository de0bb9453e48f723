/// Polls that are kept for later, with their options one a line; who looks after groups of other nodes.
enum Schema22 {
    static let statements = [
        "ALTER TABLE draft ADD COLUMN poll_options TEXT",
        "ALTER TABLE draft ADD COLUMN poll_seconds INTEGER",
        "ALTER TABLE draft ADD COLUMN poll_multiple INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE draft ADD COLUMN poll_anonymous INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE draft ADD COLUMN poll_hides INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE group_voice (
            in_group INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (in_group, person)
        ) WITHOUT ROWID
        """,
    ]
}
