/// Whom one's days are for, and whether a new title is told.
enum Schema17 {
    static let statements = [
        """
        CREATE TABLE milestone_choice (
            person INTEGER PRIMARY KEY, is_for_all INTEGER NOT NULL, tells_promotions INTEGER NOT NULL
        )
        """
    ]
}
