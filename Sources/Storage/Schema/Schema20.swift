/// That an announcement stands in somebody's home, and that it has reached them, are two things: it was shown to them.
enum Schema20 {
    static let statements = [
        "ALTER TABLE announcement_reader ADD COLUMN brought_at INTEGER",
        // What was reported as reached stays so.
        "UPDATE announcement_reader SET brought_at = reached_at",
    ]
}
