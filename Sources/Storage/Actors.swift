public import Domain
import FoundationEssentials

extension Transaction {
    static let actorColumns = """
        id, uri, kind, name, host, display_name, summary, is_locked, is_bot, is_discoverable, is_indexable, state,
        inbox, shared_inbox, outbox, followers, following, featured, url, avatar, header, also_known_as, moved_to,
        title, department, office, skills, organisation_handle, created_at, fetched_at, post_count, follower_count,
        following_count, last_post_at
        """

    /// The actor of that id, with fields and contacts.
    public func actor(_ id: ActorID) throws -> Actor? { try actors([id]).first }

    /// The actor of that global name.
    public func actor(_ uri: ObjectURI) throws -> Actor? {
        try complete(
            all("SELECT \(Self.actorColumns) FROM actor WHERE uri = $1", [.uri(uri)], Self.actor)
        ).first
    }

    public func actorID(_ uri: ObjectURI) throws -> ActorID? {
        try first("SELECT id FROM actor WHERE uri = $1", [.uri(uri)]) { $0.id(0) }
    }

    /// Whether an actor is of this node.
    public func isLocal(_ id: ActorID) throws -> Bool {
        try exists("SELECT 1 FROM actor WHERE id = $1 AND host IS NULL", [.id(id)])
    }

    /// Whether an actor may speak.
    public func isActive(_ id: ActorID) throws -> Bool {
        try exists("SELECT 1 FROM actor WHERE id = $1 AND state = 0", [.id(id)])
    }

    /// A person or group of this node, by the name part of its handle in any case.
    public func localActor(named name: String) throws -> Actor? {
        try complete(
            all(
                "SELECT \(Self.actorColumns) FROM actor WHERE name_key = $1 AND host IS NULL",
                [.text(name.lowercased())], Self.actor
            )
        ).first
    }

    /// The actor that was last known under a handle of another node.
    public func remoteActor(_ handle: Handle) throws -> Actor? {
        try complete(
            all(
                """
                SELECT \(Self.actorColumns) FROM actor WHERE name_key = $1 AND host = $2
                ORDER BY state, id DESC LIMIT 1
                """,
                [.text(handle.name.lowercased()), .text(handle.host)], Self.actor
            )
        ).first
    }

    /// The actor whose confirmed handle in the organisation this is.
    public func actor(organisationHandle handle: Handle) throws -> Actor? {
        try complete(
            all(
                "SELECT \(Self.actorColumns) FROM actor WHERE organisation_handle = $1 AND state = 0 LIMIT 1",
                [.text(handle.key)], Self.actor
            )
        ).first
    }

    /// Those actors that exist, in the order of the ids.
    public func actors(_ ids: [ActorID]) throws -> [Actor] {
        guard !ids.isEmpty else { return [] }
        let list = padded(ids)
        let found = try complete(
            all(
                "SELECT \(Self.actorColumns) FROM actor WHERE id IN (\(placeholders(list.count)))",
                list.map { .id($0) }, Self.actor
            ))
        let byID = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
        return ids.compactMap { byID[$0] }
    }

    /// Adds an actor, or brings a known one (by its URI) up to date; its id stays.
    ///
    /// - Throws: ``StorageError/duplicate(_:)`` when a local name is taken.
    public func save(_ actor: Actor) throws {
        try run(
            """
            INSERT INTO actor (
                id, uri, kind, name, name_key, host, display_name, summary, is_locked, is_bot, is_discoverable,
                is_indexable, state, inbox, shared_inbox, outbox, followers, following, featured, url, avatar, header,
                also_known_as, moved_to, title, department, office, skills, organisation_handle, created_at, fetched_at
            ) VALUES (\(placeholders(31)))
            ON CONFLICT (uri) DO UPDATE SET
                kind = excluded.kind, name = excluded.name, name_key = excluded.name_key,
                display_name = excluded.display_name, summary = excluded.summary, is_locked = excluded.is_locked,
                is_bot = excluded.is_bot, is_discoverable = excluded.is_discoverable,
                is_indexable = excluded.is_indexable, state = excluded.state, inbox = excluded.inbox,
                shared_inbox = excluded.shared_inbox, outbox = excluded.outbox, followers = excluded.followers,
                following = excluded.following, featured = excluded.featured, url = excluded.url,
                avatar = excluded.avatar, header = excluded.header, also_known_as = excluded.also_known_as,
                moved_to = excluded.moved_to, title = excluded.title, department = excluded.department,
                office = excluded.office, skills = excluded.skills,
                organisation_handle = excluded.organisation_handle, fetched_at = excluded.fetched_at
            """,
            Self.values(of: actor)
        )
        try saveParts(of: actor)
    }

    /// Suspends, restores, buries or dismisses an actor.
    public func setState(_ state: Actor.State, of actor: ActorID) throws {
        try run("UPDATE actor SET state = $1 WHERE id = $2", [.number(state.rawValue), .id(actor)])
    }

    public func setOrganisationHandle(_ handle: Handle?, of actor: ActorID) throws {
        try run(
            "UPDATE actor SET organisation_handle = $1 WHERE id = $2", [.string(handle?.key), .id(actor)])
    }

    /// How many people there are, local ones only or all.
    public func countActors(localOnly: Bool) throws -> Int {
        try number(
            "SELECT COUNT(*) FROM actor WHERE kind = 0 AND state = 0\(localOnly ? " AND host IS NULL" : "")")
    }

    /// The people and groups of this node, by name.
    public func localActors(after: ActorID? = nil, limit: Int = 1000) throws -> [Actor] {
        try complete(
            all(
                """
                SELECT \(Self.actorColumns) FROM actor
                WHERE host IS NULL AND kind <> 2 AND id > $1 ORDER BY id LIMIT $2
                """,
                [.int(after?.raw ?? 0), .number(limit)], Self.actor
            ))
    }

    private func saveParts(of actor: Actor) throws {
        try run(
            "DELETE FROM actor_field WHERE actor = (SELECT id FROM actor WHERE uri = $1)", [.uri(actor.uri)])
        for (position, field) in actor.fields.prefix(Limits.fields).enumerated() {
            try run(
                """
                INSERT INTO actor_field (actor, position, name, value)
                SELECT id, $2, $3, $4 FROM actor WHERE uri = $1
                """,
                [.uri(actor.uri), .number(position), .text(field.name), .text(field.value)]
            )
        }
        try run(
            "DELETE FROM actor_contact WHERE actor = (SELECT id FROM actor WHERE uri = $1)", [.uri(actor.uri)]
        )
        for (position, contact) in actor.work.contacts.prefix(Limits.contacts).enumerated() {
            try run(
                """
                INSERT INTO actor_contact (actor, position, kind, value, reach)
                SELECT id, $2, $3, $4, $5 FROM actor WHERE uri = $1
                """,
                [
                    .uri(actor.uri), .number(position), .text(contact.kind.rawValue), .text(contact.value),
                    .text(contact.reach.rawValue),
                ]
            )
        }
        try index(actor)
    }

    private func complete(_ actors: [Actor]) throws -> [Actor] {
        try actors.map { actor in
            var actor = actor
            actor.fields = try all(
                "SELECT name, value FROM actor_field WHERE actor = $1 ORDER BY position", [.id(actor.id)]
            ) { ProfileField(name: $0.text(0), value: $0.text(1)) }
            actor.work.contacts = try all(
                "SELECT kind, value, reach FROM actor_contact WHERE actor = $1 ORDER BY position",
                [.id(actor.id)]
            ) { row in
                WorkProfile.Contact(
                    kind: .init(rawValue: row.text(0)) ?? .location, value: row.text(1),
                    reach: .init(rawValue: row.text(2)) ?? .node
                )
            }
            return actor
        }
    }

    private static func values(of actor: Actor) -> [SQLValue] {
        let ends = actor.endpoints
        return [
            .id(actor.id), .uri(actor.uri), .number(actor.kind.rawValue), .text(actor.name),
            .text(actor.name.lowercased()), .string(actor.host), .text(actor.displayName),
            .text(actor.summary),
            .bool(actor.isLocked), .bool(actor.isBot), .bool(actor.isDiscoverable), .bool(actor.isIndexable),
            .number(actor.state.rawValue), .uri(ends.inbox), .uri(ends.sharedInbox), .uri(ends.outbox),
            .uri(ends.followers), .uri(ends.following), .uri(ends.featured), .text(actor.url),
            .string(actor.avatar),
            .string(actor.header), .text(actor.alsoKnownAs.map(\.string).joined(separator: "\n")),
            .uri(actor.movedTo), .text(actor.work.title), .text(actor.work.department),
            .text(actor.work.office),
            .text(actor.work.skills.joined(separator: "\n")), .string(actor.organisationHandle?.key),
            .date(actor.createdAt), .date(actor.fetchedAt),
        ]
    }

    static func actor(_ row: any SQLRow) throws -> Actor {
        var actor = Actor(
            id: row.id(0), uri: try row.uri(1), kind: Actor.Kind(rawValue: row.number(2)) ?? .person,
            name: row.text(3), host: row.optionalText(4), displayName: row.text(5), summary: row.text(6),
            endpoints: Actor.Endpoints(
                inbox: try row.uri(12), sharedInbox: row.optionalURI(13), outbox: row.optionalURI(14),
                followers: row.optionalURI(15), following: row.optionalURI(16), featured: row.optionalURI(17)
            ),
            url: row.text(18), createdAt: row.date(28)
        )
        actor.isLocked = row.bool(7)
        actor.isBot = row.bool(8)
        actor.isDiscoverable = row.bool(9)
        actor.isIndexable = row.bool(10)
        actor.state = Actor.State(rawValue: row.number(11)) ?? .suspended
        actor.avatar = row.optionalText(19)
        actor.header = row.optionalText(20)
        actor.alsoKnownAs = row.text(21).split(separator: "\n").compactMap { ObjectURI(String($0)) }
        actor.movedTo = row.optionalURI(22)
        actor.work.title = row.text(23)
        actor.work.department = row.text(24)
        actor.work.office = row.text(25)
        actor.work.skills = row.text(26).split(separator: "\n").map(String.init)
        actor.organisationHandle = row.optionalText(27).flatMap { Handle($0) }
        actor.fetchedAt = row.optionalDate(29)
        actor.counts.posts = row.number(30)
        actor.counts.followers = row.number(31)
        actor.counts.following = row.number(32)
        actor.counts.lastPostAt = row.optionalDate(33)
        return actor
    }
}
