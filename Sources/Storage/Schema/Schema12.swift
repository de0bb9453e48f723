/// The knowledge base: which posts are articles, who looks after them, and until when they are taken to be right; and when
/// people were here last.
enum Schema12 {
    static let statements = [
        """
        CREATE TABLE knowledge (
            id INTEGER PRIMARY KEY, post INTEGER NOT NULL UNIQUE, title TEXT NOT NULL, title_key TEXT NOT NULL,
            owner INTEGER NOT NULL, review_at INTEGER NOT NULL, promoted_by INTEGER NOT NULL,
            promoted_at INTEGER NOT NULL, told_at INTEGER
        )
        """,
        "CREATE INDEX knowledge_owner ON knowledge (owner, id)",
        "CREATE INDEX knowledge_due ON knowledge (review_at) WHERE told_at IS NULL",
        "CREATE TABLE away (person INTEGER PRIMARY KEY, seen_at INTEGER NOT NULL, since INTEGER, returned_at INTEGER)",
    ]
}
