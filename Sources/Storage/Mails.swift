public import Domain
public import FoundationEssentials

extension Transaction {
    /// Keeps a letter until it was handed over.
    public func insert(_ mail: Mail) throws {
        try run(
            """
            INSERT INTO mail (id, recipient, subject, body, stop_link, attempts, next_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .id(mail.id), .text(mail.recipient), .text(mail.subject), .text(mail.body),
                .text(mail.stopLink),
                .number(mail.attempts), .date(mail.nextAt),
            ])
    }

    /// The next letters to hand over.
    public func dueMails(at date: Date, limit: Int = 20) throws -> [Mail] {
        try all(
            """
            SELECT id, recipient, subject, body, stop_link, attempts, next_at FROM mail
            WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2
            """, [.date(date), .number(limit)]
        ) { row in
            Mail(
                id: row.id(0), recipient: row.text(1), subject: row.text(2), body: row.text(3),
                stopLink: row.text(4), attempts: row.number(5), nextAt: row.date(6))
        }
    }

    public func postpone(_ mail: MailID, until date: Date) throws {
        try run(
            "UPDATE mail SET attempts = attempts + 1, next_at = $2 WHERE id = $1", [.id(mail), .date(date)])
    }

    public func delete(_ mail: MailID) throws { try run("DELETE FROM mail WHERE id = $1", [.id(mail)]) }
}
