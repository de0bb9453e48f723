public import Domain

extension Transaction {
    /// Keeps what a node announced; an empty set is kept as well, for a node that no longer does.
    public func save(_ capabilities: Capabilities, of authority: String) throws {
        try run(
            """
            INSERT INTO node_capability (authority, capabilities) VALUES ($1, $2)
            ON CONFLICT (authority) DO UPDATE SET capabilities = excluded.capabilities
            """,
            [.text(authority), .number(capabilities.rawValue)]
        )
    }

    /// What a node announced; empty where nothing is known.
    public func capabilities(of authority: String) throws -> Capabilities {
        try first("SELECT capabilities FROM node_capability WHERE authority = $1", [.text(authority)]) {
            Capabilities(rawValue: $0.number(0))
        } ?? []
    }
}
