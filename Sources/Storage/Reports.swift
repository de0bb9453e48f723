public import Domain

extension Transaction {
    public func insert(_ report: Report) throws {
        try run(
            """
            INSERT INTO report (id, reporter, target, posts, comment, is_forwarded, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .id(report.id), .id(report.reporter), .id(report.target),
                .text(report.posts.map(\.description).joined(separator: " ")), .text(report.comment),
                .bool(report.isForwarded), .date(report.createdAt),
            ]
        )
    }

    public func report(_ id: ReportID) throws -> Report? {
        try first(
            "SELECT id, reporter, target, posts, comment, is_forwarded, created_at FROM report WHERE id = $1",
            [.id(id)]
        ) { row in
            Report(
                id: row.id(0), reporter: row.id(1), target: row.id(2),
                posts: row.text(3).split(separator: " ").compactMap { PostID(decimal: $0) },
                comment: row.text(4),
                isForwarded: row.bool(5), createdAt: row.date(6)
            )
        }
    }
}
