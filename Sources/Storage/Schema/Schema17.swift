/// Whom one's days are for, and whether a new title is told. Challenges: what is to be reached, and who reported what.
enum Schema17 {
    static let statements = [
        """
        CREATE TABLE milestone_choice (
            person INTEGER PRIMARY KEY, is_for_all INTEGER NOT NULL, tells_promotions INTEGER NOT NULL
        )
        """,
        "ALTER TABLE gathering ADD COLUMN goal TEXT",
        "ALTER TABLE gathering ADD COLUMN reported INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE attendance ADD COLUMN amount INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE attendance ADD COLUMN amount_sequence INTEGER NOT NULL DEFAULT 0",
    ]
}
