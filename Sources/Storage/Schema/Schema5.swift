/// Recognitions.
enum Schema5 {
    static let statements = [
        """
        CREATE TABLE recognition (
            post INTEGER NOT NULL, recipient INTEGER NOT NULL, position INTEGER NOT NULL, value TEXT NOT NULL,
            points INTEGER NOT NULL, PRIMARY KEY (post, recipient)
        ) WITHOUT ROWID
        """
    ]
}
