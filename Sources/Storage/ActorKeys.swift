public import Domain
public import FoundationEssentials

extension Transaction {
    /// Keeps a key under its id, in place of one that had it before.
    public func save(_ key: ActorKey) throws {
        try run(
            """
            INSERT INTO actor_key (id, actor, kind, public_key, sealed_private_key, retired_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET actor = excluded.actor, kind = excluded.kind,
                public_key = excluded.public_key, sealed_private_key = excluded.sealed_private_key,
                retired_at = excluded.retired_at
            """,
            [
                .uri(key.id), .id(key.actor), .number(key.kind.rawValue), .blob(key.publicKey),
                .bytes(key.sealedPrivateKey), .date(key.retiredAt),
            ]
        )
    }

    public func actorKey(_ id: ObjectURI) throws -> ActorKey? {
        try first("\(Self.keyQuery) WHERE id = $1", [.uri(id)], Self.key)
    }

    /// All keys of an actor, those in force first.
    public func keys(of actor: ActorID) throws -> [ActorKey] {
        try all(
            "\(Self.keyQuery) WHERE actor = $1 ORDER BY retired_at IS NOT NULL, kind, id", [.id(actor)],
            Self.key)
    }

    /// Forgets the keys of an actor of another node that its document names no more.
    public func forgetKeys(of actor: ActorID, except kept: [ObjectURI]) throws {
        for key in try keys(of: actor) where !kept.contains(key.id) {
            try run("DELETE FROM actor_key WHERE id = $1", [.uri(key.id)])
        }
    }

    /// Marks a key of this node as followed by a newer one.
    public func retireKey(_ id: ObjectURI, at date: Date) throws {
        try run("UPDATE actor_key SET retired_at = $1 WHERE id = $2", [.date(date), .uri(id)])
    }

    private static let keyQuery =
        "SELECT id, actor, kind, public_key, sealed_private_key, retired_at FROM actor_key"

    private static func key(_ row: any SQLRow) throws -> ActorKey {
        ActorKey(
            id: try row.uri(0), actor: row.id(1), kind: ActorKey.Kind(rawValue: row.number(2)) ?? .rsa,
            publicKey: row.bytes(3), sealedPrivateKey: row.optionalBytes(4), retiredAt: row.optionalDate(5)
        )
    }
}
