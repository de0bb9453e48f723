/// Nodes that said when they want to be delivered to again.
enum Schema24 {
    static let statements = [
        "CREATE TABLE held_node (host TEXT PRIMARY KEY, until INTEGER NOT NULL)"
    ]
}
