/// People whose posts somebody reads together; and how many posts someone wrote, as far as it may be known.
enum Schema13 {
    static let statements = [
        """
        CREATE TABLE people_list (
            id INTEGER PRIMARY KEY, person INTEGER NOT NULL, title TEXT NOT NULL, replies INTEGER NOT NULL,
            is_exclusive INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE people_list_member (
            list INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (list, member)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX people_list_person ON people_list (person, id)",
        "CREATE INDEX people_list_member_member ON people_list_member (member, list)",
        // What few may read does not count any more, where everyone sees the number.
        """
        UPDATE actor SET post_count = (
            SELECT COUNT(*) FROM post p WHERE p.author = actor.id AND p.deleted_at IS NULL AND p.audience >= 4)
        """,
    ]
}
