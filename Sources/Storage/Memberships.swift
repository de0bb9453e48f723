public import Domain

/// Who belongs to which group. The group's own node knows everyone; others know their own people.
extension Transaction {
    public func membership(of person: ActorID, in group: ActorID) throws -> Membership? {
        try first(
            "\(Self.membershipQuery) WHERE in_group = $1 AND person = $2", [.id(group), .id(person)],
            Self.membership)
    }

    /// The membership that began with an activity.
    public func membership(_ uri: ObjectURI) throws -> Membership? {
        try first("\(Self.membershipQuery) WHERE uri = $1", [.uri(uri)], Self.membership)
    }

    public func isMember(_ person: ActorID, of group: ActorID) throws -> Bool {
        try exists(
            "SELECT 1 FROM membership WHERE in_group = $1 AND person = $2 AND state = 2",
            [.id(group), .id(person)])
    }

    /// Keeps a membership; the person's earlier one in the group is replaced, its beginning stays.
    public func save(_ membership: Membership) throws {
        try run(
            """
            INSERT INTO membership (in_group, person, role, state, uri, is_automatic, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (in_group, person) DO UPDATE SET role = excluded.role, state = excluded.state,
                uri = excluded.uri, is_automatic = excluded.is_automatic
            """,
            [
                .id(membership.group), .id(membership.person), .number(membership.role.rawValue),
                .number(membership.state.rawValue), .uri(membership.uri), .bool(membership.isAutomatic),
                .date(membership.createdAt),
            ])
    }

    /// Ends a membership; false when there was none.
    @discardableResult
    public func deleteMembership(of person: ActorID, in group: ActorID) throws -> Bool {
        try run(
            "DELETE FROM membership WHERE in_group = $1 AND person = $2", [.id(group), .id(person)]) > 0
    }

    /// Those who stand to a group in one way, in the order of their ids.
    public func memberships(
        in group: ActorID, state: Membership.State, after: ActorID? = nil, limit: Int = 40
    ) throws -> [Membership] {
        try all(
            """
            \(Self.membershipQuery) WHERE in_group = $1 AND state = $2 AND person > $3
            ORDER BY person LIMIT $4
            """,
            [.id(group), .number(state.rawValue), .int(after?.raw ?? 0), .number(limit)], Self.membership)
    }

    /// Everything that binds a person to groups.
    public func memberships(of person: ActorID) throws -> [Membership] {
        try all(
            "\(Self.membershipQuery) WHERE person = $1 ORDER BY in_group", [.id(person)], Self.membership)
    }

    /// The owner and the moderators, the owner first.
    public func moderators(of group: ActorID) throws -> [Membership] {
        try all(
            """
            \(Self.membershipQuery) WHERE in_group = $1 AND state = 2 AND role >= 2
            ORDER BY role DESC, created_at, person
            """, [.id(group)], Self.membership)
    }

    public func countMembers(of group: ActorID) throws -> Int {
        try number(
            "SELECT COUNT(*) FROM membership WHERE in_group = $1 AND state = 2", [.id(group)])
    }

    /// The members on this node, to whose home timelines the group's posts go.
    public func localMembers(of group: ActorID) throws -> [ActorID] {
        try all(
            """
            SELECT m.person FROM membership m JOIN actor a ON a.id = m.person
            WHERE m.in_group = $1 AND m.state = 2 AND a.host IS NULL AND a.state = 0
            """, [.id(group)]
        ) { $0.id(0) }
    }

    /// How many members a group has on another node.
    public func countMembers(of group: ActorID, on authority: String) throws -> Int {
        try number(
            """
            SELECT COUNT(*) FROM membership m JOIN actor a ON a.id = m.person
            WHERE m.in_group = $1 AND m.state = 2 AND a.host = $2 AND a.state = 0
            """, [.id(group), .text(authority)])
    }

    /// The inboxes of a group's members on other nodes, shared ones once. `isModerating`: of those who moderate alone.
    public func memberInboxes(of group: ActorID, isModerating: Bool = false) throws -> [ObjectURI] {
        try all(
            """
            SELECT DISTINCT COALESCE(a.shared_inbox, a.inbox) FROM membership m JOIN actor a ON a.id = m.person
            WHERE m.in_group = $1 AND m.state = 2 AND a.host IS NOT NULL AND a.state = 0 AND m.role >= $2
            """, [.id(group), .number(isModerating ? Membership.Role.moderator.rawValue : 0)]
        ) { try $0.uri(0) }
    }

    /// Who takes a group over: a moderator before a member before a guest, whoever came first.
    public func heir(of group: ActorID) throws -> Membership? {
        try first(
            """
            SELECT m.in_group, m.person, m.role, m.state, m.uri, m.is_automatic, m.created_at
            FROM membership m JOIN actor a ON a.id = m.person
            WHERE m.in_group = $1 AND m.state = 2 AND m.role < 3 AND a.state = 0
            ORDER BY m.role DESC, m.created_at, m.person LIMIT 1
            """, [.id(group)], Self.membership)
    }

    /// People who match a group's rule and have nothing to do with the group yet.
    public func newcomers(by rule: Group.Rule, to group: ActorID, limit: Int = 200) throws -> [ActorID] {
        try all(
            """
            SELECT a.id FROM actor a WHERE \(Self.matching(2, 3))
                AND (a.host IS NULL OR a.organisation_handle IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.in_group = $1 AND m.person = a.id AND m.state >= 2)
            ORDER BY a.id LIMIT $4
            """,
            [
                .id(group), .text(rule.department.lowercased()), .text(rule.office.lowercased()),
                .number(limit),
            ]
        ) { $0.id(0) }
    }

    /// Members by a group's rule whom it no longer matches.
    public func leavers(by rule: Group.Rule, from group: ActorID, limit: Int = 200) throws -> [ActorID] {
        try all(
            """
            SELECT m.person FROM membership m JOIN actor a ON a.id = m.person
            WHERE m.in_group = $1 AND m.state = 2 AND m.is_automatic = 1 AND NOT (\(Self.matching(2, 3)))
            ORDER BY m.person LIMIT $4
            """,
            [
                .id(group), .text(rule.department.lowercased()), .text(rule.office.lowercased()),
                .number(limit),
            ]
        ) { $0.id(0) }
    }

    private static func matching(_ department: Int, _ office: Int) -> String {
        """
        (a.kind = 0 AND a.state = 0 AND ($\(department) = '' OR LOWER(a.department) = $\(department))
            AND ($\(office) = '' OR LOWER(a.office) = $\(office)))
        """
    }

    static let membershipQuery =
        "SELECT in_group, person, role, state, uri, is_automatic, created_at FROM membership"

    static func membership(_ row: any SQLRow) throws -> Membership {
        var membership = Membership(
            group: row.id(0), person: row.id(1), role: Membership.Role(rawValue: row.number(2)) ?? .guest,
            state: Membership.State(rawValue: row.number(3)) ?? .asked, uri: try row.uri(4),
            createdAt: row.date(6))
        membership.isAutomatic = row.bool(5)
        return membership
    }
}
