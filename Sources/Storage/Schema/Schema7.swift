/// Announcements and their acknowledgements.
enum Schema7 {
    static let statements = [
        """
        CREATE TABLE announcement (post INTEGER PRIMARY KEY, title TEXT NOT NULL, due_at INTEGER)
        """
    ]
}
