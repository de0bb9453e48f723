/// Polls and surveys.
enum Schema4 {
    static let statements = [
        """
        CREATE TABLE poll (
            post INTEGER PRIMARY KEY, is_multiple INTEGER NOT NULL, is_anonymous INTEGER NOT NULL,
            hides_totals INTEGER NOT NULL, closes_at INTEGER, voters INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE poll_option (
            post INTEGER NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL, votes INTEGER NOT NULL,
            PRIMARY KEY (post, position)
        ) WITHOUT ROWID
        """,
    ]
}
