public import Domain

extension Transaction {
    public func save(_ member: Member) throws {
        try run(
            """
            INSERT INTO member (authority, name, application, entity, key, ranges, expires_at, state, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (authority) DO UPDATE SET name = excluded.name, application = excluded.application,
                entity = excluded.entity, key = excluded.key, ranges = excluded.ranges,
                expires_at = excluded.expires_at, state = excluded.state, document = excluded.document
            """,
            [
                .text(member.authority), .text(member.name), .uri(member.application), .text(member.entity),
                .text(member.key), .text(member.ranges.joined(separator: " ")), .date(member.expiresAt),
                .number(member.state.rawValue), .blob(member.document),
            ]
        )
    }

    public func member(_ authority: String) throws -> Member? {
        try first("\(Self.memberQuery) WHERE authority = $1", [.text(authority)], Self.member)
    }

    public func members() throws -> [Member] {
        try all("\(Self.memberQuery) ORDER BY authority", [], Self.member)
    }

    private static let memberQuery =
        "SELECT authority, name, application, entity, key, ranges, expires_at, state, document FROM member"

    private static func member(_ row: any SQLRow) throws -> Member {
        Member(
            authority: row.text(0), name: row.text(1), application: try row.uri(2), entity: row.text(3),
            key: row.text(4), ranges: row.text(5).split(separator: " ").map(String.init),
            expiresAt: row.date(6),
            state: Member.State(rawValue: row.number(7)) ?? .removed, document: row.bytes(8)
        )
    }
}
