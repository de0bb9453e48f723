import Domain

/// Polls, surveys and events were once found by the text of their posts alone. What was kept then is put into the index anew,
/// once (Spec/features/search.md §1).
extension Transaction {
    private static let indexed = "bodies indexed"
    private static let finished = "all"

    /// Whether some of them may not be found yet by what they carry.
    public func hasBodiesToIndex() throws -> Bool {
        try nodeState(Self.indexed) != Array(Self.finished.utf8)
    }

    /// Puts the next of them into the index, and notes how far that has come.
    public func indexBodies(limit: Int) throws {
        let last = try nodeState(Self.indexed).flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
        let ids: [PostID] = try all(
            """
            SELECT post FROM poll WHERE post > $1 UNION SELECT post FROM survey WHERE post > $1
            UNION SELECT post FROM gathering WHERE post > $1 ORDER BY post LIMIT $2
            """, [.int(last), .number(limit)]
        ) { $0.id(0) }
        for post in try posts(ids) where post.deletedAt == nil {
            try removeFromIndex(post.id)
            try index(post)
        }
        let mark = ids.last.map { String($0.raw) } ?? Self.finished
        try setNodeState(Self.indexed, to: Array(mark.utf8))
    }
}
