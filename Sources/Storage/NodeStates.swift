/// Small things that a node knows of itself.
extension Transaction {
    public func nodeState(_ name: String) throws -> [UInt8]? {
        try first("SELECT value FROM node_state WHERE name = $1", [.text(name)]) { $0.bytes(0) }
    }

    public func setNodeState(_ name: String, to value: [UInt8]) throws {
        try run(
            "INSERT INTO node_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [.text(name), .blob(value)]
        )
    }
}
