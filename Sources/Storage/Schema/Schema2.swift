/// What other nodes announced of themselves, so that a process which starts anew need not ask again.
enum Schema2 {
    static let statements = [
        "CREATE TABLE node_capability (authority TEXT PRIMARY KEY, capabilities INTEGER NOT NULL)"
    ]
}
