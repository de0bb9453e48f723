/// Questions and answers, and reactions. What is accepted is kept by name: the answer may come later, or go.
enum Schema6 {
    static let statements = [
        """
        CREATE TABLE question (
            post INTEGER PRIMARY KEY, title TEXT NOT NULL, accepted TEXT, duplicate_of TEXT,
            is_by_moderator INTEGER NOT NULL, settled_at INTEGER
        )
        """,
        "CREATE INDEX question_open ON question (post) WHERE accepted IS NULL AND duplicate_of IS NULL",
        """
        CREATE TABLE ruling (
            id INTEGER PRIMARY KEY, question INTEGER NOT NULL, moderator INTEGER NOT NULL, accepted TEXT,
            duplicate_of TEXT, at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX ruling_question ON ruling (question, id)",
        "ALTER TABLE post ADD COLUMN counted_at INTEGER",
        """
        CREATE TABLE reaction (
            post INTEGER NOT NULL, emoji TEXT NOT NULL, actor INTEGER NOT NULL, uri TEXT NOT NULL,
            created_at INTEGER NOT NULL, PRIMARY KEY (post, emoji, actor)
        ) WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX reaction_uri ON reaction (uri)",
    ]
}
