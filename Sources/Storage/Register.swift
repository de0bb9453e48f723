public import Domain
public import FoundationEssentials

/// The people register as it is stored: a chain of entries for each log, and who holds which handle.
extension Transaction {
    /// The last entry of a log; nil for an empty one.
    public func registerHead(_ log: String) throws -> (position: Int64, hash: [UInt8])? {
        try first(
            "SELECT position, hash FROM register_entry WHERE log = $1 ORDER BY position DESC LIMIT 1",
            [.text(log)]
        ) { ($0.int(0), $0.bytes(1)) }
    }

    /// The hash of an entry; nil where there is none of that number.
    public func registerHash(_ log: String, at position: Int64) throws -> [UInt8]? {
        try first(
            "SELECT hash FROM register_entry WHERE log = $1 AND position = $2", [.text(log), .int(position)]
        ) { $0.bytes(0) }
    }

    public func appendRegister(_ log: String, position: Int64, hash: [UInt8], document: [UInt8]) throws {
        try run(
            "INSERT INTO register_entry (log, position, hash, document) VALUES ($1, $2, $3, $4)",
            [.text(log), .int(position), .blob(hash), .blob(document)]
        )
    }

    /// What changes whenever the list of nodes or a log of the register does.
    public func directoryState() throws -> [UInt8] {
        let heads = try all("SELECT log, MAX(position) FROM register_entry GROUP BY log ORDER BY log") {
            "\($0.text(0)) \($0.int(1))"
        }
        return (try nodeState("list version") ?? []) + heads.joined(separator: "\n").utf8
    }

    /// Entries after a position, as they were signed.
    public func registerEntries(_ log: String, after position: Int64, limit: Int = 500) throws -> [[UInt8]] {
        try all(
            "SELECT document FROM register_entry WHERE log = $1 AND position > $2 ORDER BY position LIMIT $3",
            [.text(log), .int(position), .number(limit)]
        ) { $0.bytes(0) }
    }

    /// The logs that have entries.
    public func registerLogs() throws -> [String] {
        try all("SELECT DISTINCT log FROM register_entry ORDER BY log") { $0.text(0) }
    }

    /// Entries whose document has a text in it, of one log or of all, in their order.
    public func registerEntries(containing text: String, in log: String?) throws -> [(
        log: String, position: Int64, hash: [UInt8], document: [UInt8]
    )] {
        let condition =
            switch dialect {
            case .sqlite: "instr(document, $1) > 0"
            case .postgres: "position($1 IN document) > 0"
            }
        return try all(
            """
            SELECT log, position, hash, document FROM register_entry
            WHERE \(condition)\(log == nil ? "" : " AND log = $2") ORDER BY log, position
            """,
            [.blob(Array(text.utf8))] + (log.map { [.text($0)] } ?? [])
        ) { ($0.text(0), $0.int(1), $0.bytes(2), $0.bytes(3)) }
    }

    /// Puts another document in the place of an entry's; the hash by which the chain is followed stays.
    public func replaceRegister(_ log: String, position: Int64, by document: [UInt8]) throws {
        try run(
            "UPDATE register_entry SET document = $3 WHERE log = $1 AND position = $2",
            [.text(log), .int(position), .blob(document)])
    }

    /// Who holds a handle, or held it until they left.
    public func handleHolder(_ handle: Handle) throws -> (actor: ObjectURI, node: String, hasLeft: Bool)? {
        try first(
            "SELECT actor, node, has_left FROM register_handle WHERE handle = $1", [.text(handle.key)]
        ) { (try $0.uri(0), $0.text(1), $0.bool(2)) }
    }

    /// Whether somebody has left the organisation, by the register's word.
    public func hasLeft(_ actor: ObjectURI) throws -> Bool {
        try exists(
            "SELECT 1 FROM register_handle WHERE actor = $1 AND has_left = $2", [.uri(actor), .bool(true)])
    }

    /// The handle of an actor in the organisation.
    public func registeredHandle(of actor: ObjectURI) throws -> Handle? {
        try first("SELECT handle FROM register_handle WHERE actor = $1", [.uri(actor)]) { Handle($0.text(0)) }
            ?? nil
    }

    public func saveHandle(
        _ handle: Handle, actor: ObjectURI, node: String, hasLeft: Bool, at date: Date
    ) throws {
        try run(
            "DELETE FROM register_handle WHERE actor = $1 AND handle <> $2", [.uri(actor), .text(handle.key)])
        try run(
            """
            INSERT INTO register_handle (handle, actor, node, has_left, changed_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (handle) DO UPDATE SET actor = excluded.actor, node = excluded.node,
                has_left = excluded.has_left, changed_at = excluded.changed_at
            """,
            [.text(handle.key), .uri(actor), .text(node), .bool(hasLeft), .date(date)]
        )
    }

    /// `hash`: SHA-256 of the code; the code itself is told once.
    public func insertInvitation(hash: [UInt8], createdAt: Date, expiresAt: Date) throws {
        try run(
            "INSERT INTO invitation (hash, created_at, expires_at) VALUES ($1, $2, $3)",
            [.blob(hash), .date(createdAt), .date(expiresAt)]
        )
    }

    /// Ends all invitations that nobody has used.
    public func endInvitations(at date: Date) throws {
        try run(
            "UPDATE invitation SET expires_at = $1 WHERE used_by IS NULL AND expires_at > $1", [.date(date)])
    }

    /// Uses an invitation for a node; false when it is unknown, used before, or past.
    public func spendInvitation(hash: [UInt8], node: String, at date: Date) throws -> Bool {
        try run(
            """
            UPDATE invitation SET used_by = $2
            WHERE hash = $1 AND expires_at > $3 AND used_by IS NULL
            """,
            [.blob(hash), .text(node), .date(date)]
        ) > 0
    }
}
