import Domain
public import FoundationEssentials

/// How much waits at a stage of the river, and since when.
public struct Queue: Sendable, Equatable {
    public var name: String
    public var waiting: Int
    /// When the oldest of it came; nil where nothing waits.
    public var since: Date?
}

extension Transaction {
    /// The stages at which something may wait: received activities, deliveries, and what each drain has before it.
    public func queues() throws -> [Queue] {
        let inbox = try first("SELECT COUNT(*), MIN(received_at) FROM inbox WHERE fault IS NULL") {
            Queue(name: "inbox", waiting: $0.number(0), since: $0.optionalDate(1))
        }
        let deliveries = try first("SELECT COUNT(*), MIN(id) FROM delivery WHERE state = 0") { row in
            Queue(
                name: "delivery", waiting: row.number(0),
                since: row.optionalInt(1).map { IDSource.date(of: DeliveryID($0)) })
        }
        let last = try number("SELECT COALESCE(MAX(position), 0) FROM event")
        let drains = try all(
            """
            SELECT name, position, (
                SELECT e.at FROM event e WHERE e.position > cursor.position ORDER BY e.position LIMIT 1
            ) FROM cursor ORDER BY name
            """
        ) { row in
            Queue(name: row.text(0), waiting: max(0, last - row.number(1)), since: row.optionalDate(2))
        }
        return [inbox, deliveries].compactMap { $0 } + drains
    }

    /// The nodes for which most waits, the name of each queue being the node's.
    public func waitingByNode(limit: Int = 50) throws -> [Queue] {
        try all(
            """
            SELECT host, COUNT(*), MIN(id) FROM delivery WHERE state = 0 GROUP BY host
            ORDER BY COUNT(*) DESC, host LIMIT $1
            """, [.number(limit)]
        ) { row in
            Queue(
                name: row.text(0), waiting: row.number(1),
                since: IDSource.date(of: DeliveryID(row.int(2))))
        }
    }
}
