/// Groups that move between nodes, and how far their history was read.
enum Schema14 {
    static let statements = [
        """
        CREATE TABLE group_move (
            source TEXT PRIMARY KEY, target TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
        )
        """,
        "CREATE INDEX group_move_target ON group_move (target)",
        """
        CREATE TABLE group_reading (
            in_group INTEGER PRIMARY KEY, page TEXT NOT NULL, is_done INTEGER NOT NULL, attempts INTEGER NOT NULL,
            next_at INTEGER NOT NULL, pages INTEGER NOT NULL
        )
        """,
        "CREATE INDEX group_reading_due ON group_reading (is_done, next_at)",
        "CREATE INDEX activity_post ON activity (post, id) WHERE post IS NOT NULL",
    ]
}
