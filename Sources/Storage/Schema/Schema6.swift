/// Questions and answers.
enum Schema6 {
    static let statements = [
        """
        CREATE TABLE question (post INTEGER PRIMARY KEY, title TEXT NOT NULL, accepted INTEGER, duplicate_of INTEGER)
        """
    ]
}
