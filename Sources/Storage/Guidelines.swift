public import Domain

extension Transaction {
    /// Adds a version; it is in force from now on.
    public func insert(_ guideline: Guideline) throws {
        try run(
            """
            INSERT INTO guideline (version, text, content, change, is_required, published_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .number(guideline.version), .text(guideline.text), .text(guideline.content),
                .text(guideline.change), .bool(guideline.isRequired), .date(guideline.publishedAt),
            ])
    }

    /// The version in force; nil where the node has no guidelines.
    public func guideline() throws -> Guideline? { try guidelines(limit: 1).first }

    /// Versions, the latest first. `before`: only earlier ones.
    public func guidelines(before: Int? = nil, limit: Int = 20) throws -> [Guideline] {
        try all(
            """
            SELECT version, text, content, change, is_required, published_at FROM guideline
            WHERE CAST($1 AS BIGINT) IS NULL OR version < $1 ORDER BY version DESC LIMIT $2
            """, [.number(before), .number(limit)]
        ) { row in
            Guideline(
                version: row.number(0), text: row.text(1), content: row.text(2), change: row.text(3),
                isRequired: row.bool(4), publishedAt: row.date(5))
        }
    }

    /// Keeps that somebody accepted a version; the first time counts.
    public func insert(_ acceptance: Guideline.Acceptance) throws {
        try run(
            """
            INSERT INTO guideline_acceptance (person, version, accepted_at) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING
            """, [.id(acceptance.person), .number(acceptance.version), .date(acceptance.at)])
    }

    /// The latest version that a person accepted; nil for none.
    public func acceptance(of person: ActorID) throws -> Guideline.Acceptance? {
        try first(
            """
            SELECT person, version, accepted_at FROM guideline_acceptance WHERE person = $1
            ORDER BY version DESC LIMIT 1
            """, [.id(person)]
        ) { Guideline.Acceptance(person: $0.id(0), version: $0.number(1), at: $0.date(2)) }
    }

    /// How many people accepted a version.
    public func countAcceptances(of version: Int) throws -> Int {
        try number(
            "SELECT COUNT(*) FROM guideline_acceptance WHERE version = $1", [.number(version)])
    }

    /// Whether a person has not accepted the latest version that must be, nor a later one.
    public func mustAccept(_ person: ActorID) throws -> Bool {
        try exists(
            """
            SELECT 1 FROM guideline g WHERE g.is_required = 1 AND NOT EXISTS (
                SELECT 1 FROM guideline_acceptance a WHERE a.person = $1 AND a.version >= g.version)
            """, [.id(person)])
    }
}
