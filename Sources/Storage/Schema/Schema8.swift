/// Gatherings and who comes.
enum Schema8 {
    static let statements = [
        """
        CREATE TABLE gathering (
            post INTEGER PRIMARY KEY, title TEXT NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER,
            place TEXT NOT NULL, call TEXT NOT NULL, capacity INTEGER
        )
        """
    ]
}
