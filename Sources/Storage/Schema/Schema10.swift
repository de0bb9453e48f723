/// Posts that quote others, and who agreed to that.
enum Schema10 {
    static let statements = [
        "ALTER TABLE post ADD COLUMN quote_policy INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE post ADD COLUMN quote_uri TEXT",
        "ALTER TABLE post ADD COLUMN quote_state INTEGER",
        "ALTER TABLE post ADD COLUMN quote_stamp TEXT",
        "ALTER TABLE post ADD COLUMN quote_request TEXT",
        "CREATE INDEX post_quote ON post (quote_uri, id) WHERE quote_uri IS NOT NULL",
        "CREATE INDEX post_quote_stamp ON post (quote_stamp) WHERE quote_stamp IS NOT NULL",
        "CREATE INDEX post_quote_request ON post (quote_request) WHERE quote_request IS NOT NULL",
        """
        CREATE TABLE consent (
            id INTEGER PRIMARY KEY, quoted INTEGER NOT NULL, quoting TEXT NOT NULL, quoter INTEGER NOT NULL,
            request TEXT, created_at INTEGER NOT NULL, withdrawn_at INTEGER, UNIQUE (quoted, quoting)
        )
        """,
    ]
}
