/// Announcements in several languages.
enum Schema15 {
    static let statements = [
        """
        CREATE TABLE announcement_variant (
            post INTEGER NOT NULL, position INTEGER NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL,
            content TEXT NOT NULL, source TEXT, PRIMARY KEY (post, position)
        ) WITHOUT ROWID
        """
    ]
}
