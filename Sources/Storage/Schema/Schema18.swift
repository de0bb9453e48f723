/// Who may quote what a person writes; drafts that quote; whose quotes end with a block.
enum Schema18 {
    static let statements = [
        "ALTER TABLE login ADD COLUMN quote_policy INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE draft ADD COLUMN quote INTEGER",
        "ALTER TABLE draft ADD COLUMN quote_policy INTEGER",
        "ALTER TABLE draft ADD COLUMN in_group INTEGER",
        "ALTER TABLE draft ADD COLUMN refusal TEXT",
        "CREATE INDEX consent_quoter ON consent (quoter)",
        "CREATE INDEX post_quoter ON post (author) WHERE quote_uri IS NOT NULL",
    ]
}
