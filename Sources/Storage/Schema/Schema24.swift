/// Nodes that said when they want to be delivered to again, and an index to find by whom something waits for a node.
enum Schema24 {
    static let statements = [
        "CREATE TABLE held_node (host TEXT PRIMARY KEY, until INTEGER NOT NULL)",
        "CREATE INDEX delivery_order ON delivery (host, actor, inbox, id) WHERE state = 0",
    ]
}
