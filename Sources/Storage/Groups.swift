public import Domain

/// How groups are run, which posts they pinned, and what was decided in them.
extension Transaction {
    /// The settings of a group; nil for what is no group, or one whose node tells nothing of it.
    public func group(_ actor: ActorID) throws -> Group? {
        try first("\(Self.groupQuery) WHERE actor = $1", [.id(actor)], Self.group)
    }

    public func save(_ group: Group) throws {
        try run(
            """
            INSERT INTO group_settings (actor, kind, posting, rules, department, office)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (actor) DO UPDATE SET kind = excluded.kind, posting = excluded.posting,
                rules = excluded.rules, department = excluded.department, office = excluded.office
            """,
            [
                .id(group.actor), .number(group.kind.rawValue), .number(group.posting.rawValue),
                .text(group.rules), .string(group.rule?.department), .string(group.rule?.office),
            ])
    }

    /// The groups of this node in which people belong by what they are.
    public func ruledGroups() throws -> [Group] {
        try all(
            """
            SELECT g.actor, g.kind, g.posting, g.rules, g.department, g.office
            FROM group_settings g JOIN actor a ON a.id = g.actor
            WHERE g.department IS NOT NULL AND a.host IS NULL AND a.state = 0 AND a.moved_to IS NULL ORDER BY g.actor
            """, [], Self.group)
    }

    /// Whether a viewer may know that an actor exists: a secret group is there for its members, those it invited, and
    /// their nodes, which must be able to check its signatures.
    public func mayKnow(_ actor: ActorID, _ viewer: Viewer) throws -> Bool {
        guard try group(actor)?.kind == .secret else { return true }
        if let authority = viewer.authority {
            return try exists(
                """
                SELECT 1 FROM membership m JOIN actor a ON a.id = m.person
                WHERE m.in_group = $1 AND m.state < 3 AND a.host = $2 AND a.state = 0
                    AND (CAST($3 AS BIGINT) IS NULL OR m.person = $3)
                """, [.id(actor), .text(authority), .id(viewer.actor)])
        }
        return try viewer.actor.map { person in
            try person == actor
                || exists(
                    "SELECT 1 FROM membership WHERE in_group = $1 AND person = $2 AND state < 3",
                    [.id(actor), .id(person)])
        } ?? false
    }

    /// Whether a viewer may fetch a post by its address: whoever may see it, and for a group's post the node of a member,
    /// which asks in nobody's name.
    public func mayFetch(_ post: Post, _ viewer: Viewer) throws -> Bool {
        if try maySee(post, viewer) { return true }
        guard case .group(let group) = post.audience, case .node(let authority, _) = viewer,
            post.deletedAt == nil
        else { return false }
        return try countMembers(of: group, on: authority) > 0
    }

    /// The groups that a person may know of, by name. `isMine`: those in which they are, or else the others. `after`: the
    /// last of the page before.
    public func groups(
        for person: ActorID, isMine: Bool, after: Actor? = nil, limit: Int = 40
    ) throws -> [Actor] {
        var values: [SQLValue] = [.id(person), .number(limit)]
        var bound = ""
        if let after {
            values += [.text(after.displayName), .id(after.id)]
            bound = "AND (a.display_name, a.id) > ($3, $4)"
        }
        let ids: [ActorID] = try all(
            """
            SELECT a.id FROM actor a JOIN group_settings s ON s.actor = a.id
            WHERE a.state = 0 AND a.kind = 1 AND a.moved_to IS NULL AND \(isMine ? "" : "NOT ") EXISTS (SELECT 1 FROM membership m
                WHERE m.in_group = a.id AND m.person = $1 AND m.state = 2) AND \(Self.known(place: 1)) \(bound)
            ORDER BY a.display_name, a.id LIMIT $2
            """, values
        ) { $0.id(0) }
        return try actors(ids)
    }

    public func setPinned(_ isPinned: Bool, _ post: PostID, in group: ActorID) throws {
        try run(
            isPinned
                ? "INSERT INTO group_pin (in_group, post) VALUES ($1, $2) ON CONFLICT DO NOTHING"
                : "DELETE FROM group_pin WHERE in_group = $1 AND post = $2",
            [.id(group), .id(post)])
    }

    public func countPins(of group: ActorID) throws -> Int {
        try number("SELECT COUNT(*) FROM group_pin WHERE in_group = $1", [.id(group)])
    }

    /// Adds a line to what a group's members can look up.
    public func insert(_ record: GroupRecord, of group: ActorID) throws {
        try run(
            "INSERT INTO group_record (in_group, actor, person, word, at) VALUES ($1, $2, $3, $4, $5)",
            [.id(group), .id(record.actor), .id(record.person), .text(record.word), .date(record.at)])
    }

    /// What was decided in a group, newest first.
    public func records(of group: ActorID, limit: Int = 50) throws -> [GroupRecord] {
        try all(
            "SELECT actor, person, word, at FROM group_record WHERE in_group = $1 ORDER BY id DESC LIMIT $2",
            [.id(group), .number(limit)]
        ) { GroupRecord(actor: $0.id(0), person: $0.id(1), word: $0.text(2), at: $0.date(3)) }
    }

    /// Lets a post be written in a group, or says no, by ``Group/admits(_:answering:)``. Only what answers a post of the same
    /// group answers; what answers one elsewhere begins a thread here.
    ///
    /// - Throws: ``Refusal`` in words for its author.
    public func admit(_ post: Post, to group: Group) throws {
        let parent = try post.reply?.post.flatMap { try self.group(ofPost: $0) }
        try group.admits(
            try membership(of: post.author, in: group.actor), answering: parent == group.actor)
    }

    /// Lets its author change a post, or says no: what stands in a group is changed by those who still belong.
    ///
    /// - Throws: ``Refusal`` in words for its author.
    public func admitChange(of post: Post) throws {
        guard let group = try post.group.flatMap({ try self.group($0) }) else { return }
        try group.admits(try membership(of: post.author, in: group.actor), answering: true)
    }

    /// The group in which a post was written, as it is now, without reading the post: one that arrives here from another node
    /// has its posts below its former name until all is here.
    public func group(ofPost post: PostID) throws -> ActorID? {
        let named: ActorID? =
            try first("SELECT in_group FROM post WHERE id = $1", [.id(post)]) { $0.optionalID(0) } ?? nil
        return try named.map { try groupNow($0) }
    }

    /// What the posts of a group said, by their authors' own activities: the latest, oldest first. Totals that are hidden are
    /// not among it.
    public func history(of group: ActorID, limit: Int = 200) throws -> [[UInt8]] {
        try all(
            """
            SELECT a.json FROM activity a JOIN post p ON p.id = a.post
            WHERE p.in_group = $1 AND p.deleted_at IS NULL AND p.announced IS NULL AND a.actor = p.author
                AND \(Self.isOpenToAll)
            ORDER BY a.id DESC LIMIT $2
            """, [.id(group), .number(limit)]
        ) { $0.bytes(0) }.reversed()
    }

    /// Takes a group's posts out of a person's home timeline.
    public func clearHome(of person: ActorID, fromGroup group: ActorID) throws {
        try run(
            "DELETE FROM home WHERE person = $1 AND entry IN (SELECT id FROM post WHERE in_group = $2)",
            [.id(person), .id(group)])
    }

    /// Forgets that a group's posts, where only members read them, named a person, and what the person was told of them.
    /// Thanks stay with whoever was thanked, and their own posts with their author.
    public func forgetNaming(of person: ActorID, inGroup group: ActorID) throws {
        for (table, reader) in [("recipient", "actor"), ("notification", "person")] {
            // From what names the person: a group has more posts than that.
            try run(
                """
                DELETE FROM \(table) WHERE \(reader) = $1
                    AND EXISTS (SELECT 1 FROM post p WHERE p.id = \(table).post
                        AND p.in_group = $2 AND p.audience_actor = $2 AND p.author <> $1)
                    AND NOT EXISTS (SELECT 1 FROM recognition t
                        WHERE t.post = \(table).post AND t.recipient = $1)
                """,
                [.id(person), .id(group)])
        }
    }

    /// Puts a group's latest threads into a new member's home timeline.
    public func fillHome(of person: ActorID, fromGroup group: ActorID, limit: Int = 20) throws {
        for post in try timeline(.group(group), for: .person(person), Page(limit: limit)) {
            try insertHome(post.id, shown: post.id, person: person)
        }
    }

    /// A condition on `actor a`: no secret group but of the person bound at the place, who may be null.
    static func known(place: Int) -> String {
        """
        (a.kind <> 1 OR NOT EXISTS (SELECT 1 FROM group_settings k WHERE k.actor = a.id AND k.kind = 2)
            OR EXISTS (SELECT 1 FROM membership i WHERE i.in_group = a.id AND i.person = $\(place)
                AND i.state < 3))
        """
    }

    private static let groupQuery =
        "SELECT actor, kind, posting, rules, department, office FROM group_settings"

    private static func group(_ row: any SQLRow) -> Group {
        // What this release does not know is kept as narrow as there is.
        var group = Group(actor: row.id(0), kind: Group.Kind(rawValue: row.number(1)) ?? .secret)
        group.posting = Group.Posting(rawValue: row.number(2)) ?? .moderators
        group.rules = row.text(3)
        if let department = row.optionalText(4) {
            group.rule = Group.Rule(department: department, office: row.optionalText(5) ?? "")
        }
        return group
    }
}
