public import Domain
public import FoundationEssentials

extension Transaction {
    public func insert(_ delivery: Delivery) throws {
        try run(
            """
            INSERT INTO delivery (id, activity, actor, inbox, host, state, attempts, next_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .id(delivery.id), .id(delivery.activity), .id(delivery.actor), .uri(delivery.inbox),
                .text(delivery.inbox.authority), .number(delivery.state.rawValue), .number(delivery.attempts),
                .date(delivery.nextAt),
            ]
        )
    }

    /// The hosts that something waits for, each with the moment at which the first that may go is due: of each
    /// author to each inbox that is the oldest, whatever came after it. For a host that is held nothing is due before it
    /// said.
    ///
    /// Hosts are found by skipping through the index, and of each only what may go first is looked at, so that a long
    /// queue costs no more than a short one.
    public func lanes() throws -> [(host: String, due: Date)] {
        try all(
            """
            WITH RECURSIVE lane (host) AS (
                SELECT MIN(host) FROM delivery WHERE state = 0
                UNION ALL
                SELECT (SELECT MIN(d.host) FROM delivery d WHERE d.state = 0 AND d.host > lane.host)
                FROM lane WHERE lane.host IS NOT NULL
            )
            SELECT lane.host, (SELECT n.until FROM held_node n WHERE n.host = lane.host), (
                \(Self.heads(of: "lane.host")) SELECT MIN(next_at) FROM head
            ) FROM lane WHERE lane.host IS NOT NULL
            """
        ) { ($0.text(0), max($0.date(2), $0.optionalDate(1) ?? .distantPast)) }
    }

    /// The next deliveries of a lane: for each author and inbox the oldest that waits, if it is due.
    ///
    /// A delivery never overtakes an older one of the same author to the same inbox (DESIGN §6).
    public func due(host: String, at date: Date, limit: Int) throws -> [Delivery] {
        try all(
            """
            \(Self.heads(of: "$1"))
            \(Self.deliveryQuery) WHERE id IN (SELECT id FROM head) AND next_at <= $2 ORDER BY id LIMIT $3
            """,
            [.text(host), .date(date), .number(limit)], Self.delivery
        )
    }

    /// The oldest that wait for a host, due or not, with what is delivered: what a batch is made of.
    public func waiting(host: String, limit: Int) throws -> [(
        delivery: Delivery, uri: ObjectURI, json: [UInt8]
    )] {
        try all(
            """
            SELECT d.id, d.activity, d.actor, d.inbox, d.state, d.attempts, d.next_at, d.answer, a.uri, a.json
            FROM delivery d JOIN activity a ON a.id = d.activity
            WHERE d.host = $1 AND d.state = 0 ORDER BY d.id LIMIT $2
            """,
            [.text(host), .number(limit)]
        ) { (try Self.delivery($0), try $0.uri(8), $0.bytes(9)) }
    }

    /// Gives what waits a place among another's deliveries, which go in the order of their ids.
    public func rename(_ delivery: DeliveryID, to id: DeliveryID, inNameOf actor: ActorID) throws {
        try run(
            "UPDATE delivery SET id = $2, actor = $3 WHERE id = $1 AND state = 0",
            [.id(delivery), .id(id), .id(actor)])
    }

    /// Records what became of an attempt. What is settled stays so: whoever lost the lane meanwhile may come late.
    public func update(_ delivery: Delivery, at date: Date) throws {
        try run(
            """
            UPDATE delivery SET state = $2, attempts = $3, next_at = $4, answer = $5,
                settled_at = CASE WHEN $2 = 0 THEN NULL ELSE $6 END
            WHERE id = $1 AND state = 0
            """,
            [
                .id(delivery.id), .number(delivery.state.rawValue), .number(delivery.attempts),
                .date(delivery.nextAt), .string(delivery.answer), .date(date),
            ]
        )
    }

    /// Puts off everything that waits for a host that does not answer.
    public func postpone(host: String, until date: Date) throws {
        try run(
            "UPDATE delivery SET next_at = \(larger("next_at", "$2")) WHERE host = $1 AND state = 0",
            [.text(host), .date(date)]
        )
    }

    /// Gives up what waits for a host since before a moment, and tells how much that was.
    public func expire(host: String, since date: Date, at now: Date) throws -> Int {
        try run(
            "UPDATE delivery SET state = 3, settled_at = $3 WHERE host = $1 AND state = 0 AND id < $2",
            [.text(host), .int(IDSource.firstRaw(at: date)), .date(now)]
        )
    }

    /// Nothing is due for a host before a moment that it named itself: neither what waits nor what comes to wait until then,
    /// and also when it is heard from.
    public func hold(host: String, until date: Date, at now: Date) throws {
        try run("DELETE FROM held_node WHERE until <= $1", [.date(now)])
        try run(
            """
            INSERT INTO held_node (host, until) VALUES ($1, $2)
            ON CONFLICT (host) DO UPDATE SET until = \(larger("held_node.until", "excluded.until"))
            """,
            [.text(host), .date(date)]
        )
    }

    /// Makes everything that waits for a host due, when it is heard from again.
    public func hasten(host: String, to date: Date) throws {
        try run(
            "UPDATE delivery SET next_at = \(smaller("next_at", "$2")) WHERE host = $1 AND state = 0",
            [.text(host), .date(date)]
        )
    }

    /// Makes whatever was put off due again, deliveries and received activities: for a clock that was set back.
    public func hastenAll(to date: Date) throws {
        try run("UPDATE delivery SET next_at = $1 WHERE state = 0 AND next_at > $1", [.date(date)])
        try run("UPDATE held_node SET until = $1 WHERE until > $1", [.date(date)])
        try run("UPDATE inbox SET next_at = $1 WHERE fault IS NULL AND next_at > $1", [.date(date)])
    }

    /// An inbox that is gone for good (410) gets nothing any more.
    public func retire(inbox: ObjectURI, at date: Date) throws {
        try run(
            "INSERT INTO retired_inbox (inbox, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [.uri(inbox), .date(date)]
        )
        try run(
            """
            UPDATE delivery SET state = 2, answer = '410', settled_at = $2
            WHERE host = $3 AND inbox = $1 AND state = 0
            """,
            [.uri(inbox), .date(date), .text(inbox.authority)]
        )
    }

    public func isRetired(inbox: ObjectURI) throws -> Bool {
        try exists("SELECT 1 FROM retired_inbox WHERE inbox = $1", [.uri(inbox)])
    }

    /// The inboxes of whoever speaks to us again are in use again: their own, and that which they share with others.
    public func restore(_ endpoints: Actor.Endpoints) throws {
        try run(
            "DELETE FROM retired_inbox WHERE inbox IN ($1, $2)",
            [.uri(endpoints.inbox), .uri(endpoints.sharedInbox)]
        )
    }

    /// The ledger of one post: the offices that are told of it, in the order of their names, and how each stands.
    ///
    /// `onlyOpen`: without those that have everything.
    public func ledger(
        of post: PostID, after office: String = "", onlyOpen: Bool = false, limit: Int
    ) throws -> [OfficeDelivery] {
        try all(
            """
            \(Self.ledgerQuery)
            SELECT told.host, d.state, d.attempts, d.next_at, d.answer,
                (SELECT n.until FROM held_node n WHERE n.host = told.host)
            FROM told JOIN delivery d ON d.id = told.standing
            WHERE told.host > $2 AND (d.state <> 1 OR $3 = 0) ORDER BY told.host LIMIT $4
            """,
            [.id(post), .text(office), .bool(onlyOpen), .number(limit)]
        ) {
            OfficeDelivery(
                office: $0.text(0), state: Delivery.State(rawValue: $0.number(1)) ?? .refused,
                attempts: $0.number(2),
                nextAt: max($0.date(3), $0.optionalDate(5) ?? .distantPast), answer: $0.optionalText(4))
        }
    }

    /// How many offices of a post's ledger stand how.
    public func ledgerTotals(of post: PostID) throws -> [Delivery.State: Int] {
        let rows = try all(
            """
            \(Self.ledgerQuery)
            SELECT d.state, COUNT(*) FROM told JOIN delivery d ON d.id = told.standing GROUP BY d.state
            """,
            [.id(post)]
        ) { (Delivery.State(rawValue: $0.number(0)) ?? .refused, $0.number(1)) }
        return Dictionary(rows, uniquingKeysWith: +)
    }

    /// The inboxes behind which a post is known: where it was delivered, or a post that passes it on, and where
    /// someone likes, passes on or answers it.
    public func inboxesThatKnow(_ post: PostID) throws -> [ObjectURI] {
        try all(
            """
            SELECT d.inbox FROM delivery d JOIN activity a ON a.id = d.activity
            WHERE a.post = $1 OR a.post IN (SELECT id FROM post WHERE announced = $1)
            UNION
            SELECT COALESCE(r.shared_inbox, r.inbox) FROM actor r
            WHERE r.host IS NOT NULL AND r.state = 0 AND r.id IN (
                SELECT actor FROM liking WHERE post = $1
                UNION SELECT author FROM post WHERE announced = $1 OR reply_post = $1)
            """,
            [.id(post)]
        ) { try $0.uri(0) }
    }

    /// How many deliveries are in a state, or in all of the table.
    public func countDeliveries(_ state: Delivery.State? = nil) throws -> Int {
        try number(
            "SELECT COUNT(*) FROM delivery WHERE CAST($1 AS BIGINT) IS NULL OR state = $1",
            [.number(state?.rawValue)]
        )
    }

    /// What may go first to a host: of each author to each inbox the oldest that waits, of as many as a thousand.
    ///
    /// They are found by skipping through the index from one to the next, so that none hides another, however much waits
    /// behind one that was put off. `host`: an expression.
    private static func heads(of host: String) -> String {
        """
        WITH RECURSIVE head (id, actor, inbox, next_at, place) AS (
            SELECT d.id, d.actor, d.inbox, d.next_at, 1 FROM delivery d WHERE d.id = (
                SELECT f.id FROM delivery f WHERE f.host = \(host) AND f.state = 0
                ORDER BY f.actor, f.inbox, f.id LIMIT 1)
            UNION ALL
            SELECT d.id, d.actor, d.inbox, d.next_at, head.place + 1
            FROM head JOIN delivery d ON d.id = COALESCE((
                SELECT s.id FROM delivery s
                WHERE s.host = \(host) AND s.state = 0 AND s.actor = head.actor AND s.inbox > head.inbox
                ORDER BY s.inbox, s.id LIMIT 1), (
                SELECT o.id FROM delivery o
                WHERE o.host = \(host) AND o.state = 0 AND o.actor > head.actor
                ORDER BY o.actor, o.inbox, o.id LIMIT 1))
            WHERE head.place < 1000
        )
        """
    }

    /// Each office that is told of a post, with the delivery by which it stands: the first that waits, else the last.
    private static let ledgerQuery = """
        WITH told AS (
            SELECT d.host, COALESCE(MIN(CASE WHEN d.state = 0 THEN d.id END), MAX(d.id)) AS standing
            FROM activity a JOIN delivery d ON d.activity = a.id WHERE a.post = $1 GROUP BY d.host
        )
        """

    private static let deliveryQuery =
        "SELECT id, activity, actor, inbox, state, attempts, next_at, answer FROM delivery"

    private static func delivery(_ row: any SQLRow) throws -> Delivery {
        Delivery(
            id: row.id(0), activity: row.id(1), actor: row.id(2), inbox: try row.uri(3),
            state: Delivery.State(rawValue: row.number(4)) ?? .refused, attempts: row.number(5),
            nextAt: row.date(6),
            answer: row.optionalText(7)
        )
    }
}
