/// Groups: which post was written in which, how they are run and who belongs.
enum Schema3 {
    static let statements = [
        "ALTER TABLE post ADD COLUMN in_group INTEGER",
        "CREATE INDEX post_group ON post (in_group, id) WHERE in_group IS NOT NULL",
        """
        CREATE TABLE group_settings (
            actor INTEGER PRIMARY KEY, kind INTEGER NOT NULL, posting INTEGER NOT NULL, rules TEXT NOT NULL,
            department TEXT, office TEXT
        )
        """,
        """
        CREATE TABLE membership (
            in_group INTEGER NOT NULL, person INTEGER NOT NULL, role INTEGER NOT NULL, state INTEGER NOT NULL,
            uri TEXT NOT NULL, is_automatic INTEGER NOT NULL, created_at INTEGER NOT NULL,
            PRIMARY KEY (in_group, person)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX membership_person ON membership (person, in_group)",
        "CREATE INDEX membership_uri ON membership (uri)",
        """
        CREATE TABLE group_pin (
            in_group INTEGER NOT NULL, post INTEGER NOT NULL, PRIMARY KEY (in_group, post)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE group_record (
            id INTEGER PRIMARY KEY AUTOINCREMENT, in_group INTEGER NOT NULL, actor INTEGER NOT NULL, person INTEGER NOT NULL,
            word TEXT NOT NULL, at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX group_record_group ON group_record (in_group, id)",
    ]
}
