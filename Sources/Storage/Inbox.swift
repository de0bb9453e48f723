public import Domain
public import FoundationEssentials

extension Transaction {
    /// Keeps an activity that is about to be acknowledged. `uri`: the activity's id; one that was seen before
    /// is not kept again (N14). Returns whether it is new.
    public func insert(_ received: Received, activity uri: ObjectURI) throws -> Bool {
        guard try markSeen(uri, at: received.receivedAt) else { return false }
        try run(
            "INSERT INTO inbox (id, signer, body, attempts, next_at, received_at) VALUES ($1, $2, $3, 0, $4, $4)",
            [.id(received.id), .id(received.signer), .blob(received.body), .date(received.receivedAt)]
        )
        return true
    }

    /// Remembers an activity; false when it is remembered already.
    public func markSeen(_ uri: ObjectURI, at date: Date) throws -> Bool {
        try run(
            "INSERT INTO seen_activity (uri, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [.uri(uri), .date(date)]
        ) > 0
    }

    /// Whether an activity, or the deletion of an object, is remembered.
    public func hasSeen(_ uri: ObjectURI) throws -> Bool {
        try exists("SELECT 1 FROM seen_activity WHERE uri = $1", [.uri(uri)])
    }

    /// The next to handle, in the order in which they came; one that waits holds back its signer's later ones. Left out are
    /// those of some signers, and of everybody of some nodes.
    public func dueReceived(
        at date: Date, limit: Int, except busy: [ActorID] = [], ofNodes nodes: [String] = []
    ) throws -> [Received] {
        var values: [SQLValue] = [.date(date), .number(limit)]
        var others = ""
        if !busy.isEmpty {
            let list = padded(busy)
            others += " AND inbox.signer NOT IN (\(placeholders(list.count, from: values.count + 1)))"
            values += list.map { .id($0) }
        }
        if !nodes.isEmpty {
            let list = padded(nodes)
            others += """
                 AND NOT EXISTS (
                    SELECT 1 FROM actor a WHERE a.id = inbox.signer
                        AND COALESCE(a.host, '') IN (\(placeholders(list.count, from: values.count + 1))))
                """
            values += list.map { .text($0) }
        }
        return try all(
            """
            SELECT id, signer, body, attempts, received_at FROM inbox
            WHERE fault IS NULL AND next_at <= $1\(others) AND NOT EXISTS (
                SELECT 1 FROM inbox o
                WHERE o.signer = inbox.signer AND o.id < inbox.id AND o.fault IS NULL AND o.next_at > $1
            ) ORDER BY id LIMIT $2
            """,
            values
        ) { row in
            Received(
                id: row.id(0), signer: row.id(1), body: row.bytes(2), attempts: row.number(3),
                receivedAt: row.date(4)
            )
        }
    }

    /// The one that came last.
    public func newestReceived() throws -> ReceivedID? {
        try first("SELECT MAX(id) FROM inbox WHERE fault IS NULL") { $0.optionalID(0) } ?? nil
    }

    /// Ends the work on one, in the transaction that holds its effects; false when it was ended before.
    public func finish(_ received: ReceivedID) throws -> Bool {
        try run("DELETE FROM inbox WHERE id = $1", [.id(received)]) > 0
    }

    /// Puts one off after a passing trouble.
    public func postpone(_ received: Received, until date: Date) throws {
        try run(
            "UPDATE inbox SET attempts = attempts + 1, next_at = $2 WHERE id = $1",
            [.id(received.id), .date(date)]
        )
    }

    /// Sets one aside for an administrator, so that the others go on (N87).
    public func setAside(_ received: ReceivedID, because fault: String) throws {
        try run("UPDATE inbox SET fault = $2 WHERE id = $1", [.id(received), .text(fault)])
    }

    /// Gives what was set aside another chance; answers how many there were.
    public func retrySetAside(at date: Date) throws -> Int {
        try run(
            "UPDATE inbox SET fault = NULL, attempts = 0, next_at = $1 WHERE fault IS NOT NULL", [.date(date)]
        )
    }

    /// How many wait, or were set aside.
    public func countInbox(setAside: Bool = false) throws -> Int {
        try number("SELECT COUNT(*) FROM inbox WHERE fault IS \(setAside ? "NOT " : "")NULL")
    }

    /// Forgets old activity ids. A replay older than the signature window is refused by its date.
    public func forgetSeen(before date: Date) throws {
        try run("DELETE FROM seen_activity WHERE at < $1", [.date(date)])
    }
}
