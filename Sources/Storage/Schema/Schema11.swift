/// What the node asks of those who write on it, and who accepted it.
enum Schema11 {
    static let statements = [
        """
        CREATE TABLE guideline (
            version INTEGER PRIMARY KEY, text TEXT NOT NULL, content TEXT NOT NULL, change TEXT NOT NULL,
            is_required INTEGER NOT NULL, published_at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE guideline_acceptance (
            person INTEGER NOT NULL, version INTEGER NOT NULL, accepted_at INTEGER NOT NULL,
            PRIMARY KEY (person, version)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX guideline_acceptance_version ON guideline_acceptance (version)",
    ]
}
