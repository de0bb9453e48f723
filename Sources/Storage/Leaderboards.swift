public import Domain

/// Who is ranked with whom, and what their points come from. Nothing counts but what the whole organisation may see.
extension Transaction {
    public func isRanked(_ person: ActorID) throws -> Bool {
        try !exists("SELECT 1 FROM unranked WHERE actor = $1", [.id(person)])
    }

    /// Keeps whether a person may be ranked; false where nothing changed.
    @discardableResult
    public func setRanked(_ isRanked: Bool, _ person: ActorID) throws -> Bool {
        let sql =
            isRanked
            ? "DELETE FROM unranked WHERE actor = $1"
            : "INSERT INTO unranked (actor) VALUES ($1) ON CONFLICT DO NOTHING"
        return try run(sql, [.id(person)]) > 0
    }

    /// Everyone of a team who may be ranked, of whatever node of the organisation, by name.
    public func rankedPeople(of team: Leaderboard.Team, limit: Int = 5000) throws -> [ActorID] {
        let (condition, value) = Self.members(of: team)
        return try all(
            """
            SELECT a.id FROM actor a WHERE \(Self.isRanked) AND \(condition)
            ORDER BY a.display_name, a.id LIMIT \(limit)
            """, [value]
        ) { $0.id(0) }
    }

    /// What colleagues did for this node's people of a team, or (nil) for all of them, by person, giver and day.
    ///
    /// `CROSS JOIN`: from the people to their answers, never through everybody's answers to the people.
    public func merits(of team: Leaderboard.Team? = nil) throws -> [Merit] {
        let (condition, values) = team.map { Self.members(of: $0) }.map { ($0, [$1]) } ?? ("1 = 1", [])
        return try all(
            """
            WITH people AS (SELECT a.id FROM actor a WHERE a.host IS NULL AND \(Self.isRanked) AND \(condition)),
            act AS (
                SELECT r.recipient AS person, r.giver AS giver, p.created_at AS at,
                    \(larger("r.points", "1")) AS points
                FROM people w JOIN recognition r ON r.recipient = w.id JOIN post p ON p.id = r.post
                WHERE \(Self.isKnownToAll("p")) AND r.hidden_at IS NULL
                    AND NOT EXISTS (SELECT 1 FROM recognition_removal m WHERE m.post = p.id)
                UNION ALL
                SELECT a.author, q.author, COALESCE(s.settled_at, a.created_at), \(Merit.acceptedAnswer)
                FROM people w CROSS JOIN \(Self.answers) WHERE a.author = w.id AND s.accepted = a.uri
                    AND \(Self.isKnownToAll("a")) AND \(Self.isKnownToAll("q"))
                UNION ALL
                SELECT a.author, l.actor, l.created_at, \(Merit.vote)
                FROM people w CROSS JOIN \(Self.answers) JOIN liking l ON l.post = a.id
                WHERE a.author = w.id AND \(Self.isKnownToAll("a")) AND \(Self.isKnownToAll("q"))
            )
            SELECT act.person, act.giver, act.at / 86400000, CAST(SUM(act.points) AS BIGINT)
            FROM act JOIN actor g ON g.id = act.giver
            WHERE act.giver <> act.person AND g.kind = 0 AND g.is_bot = 0 AND g.state <> 1 AND \(Self.isOurs("g"))
            GROUP BY act.person, act.giver, act.at / 86400000
            """, values
        ) { Merit(person: $0.id(0), giver: $0.id(1), day: $0.number(2), points: $0.number(3)) }
    }

    /// What other nodes counted for their people of a team. `month`: as ``Recognition/month(of:)`` writes it; points of
    /// another month are none.
    public func standings(of team: Leaderboard.Team, month: String) throws -> [Standing] {
        let (condition, value) = Self.members(of: team)
        return try all(
            """
            SELECT s.actor, CASE WHEN s.month = $2 THEN s.month_points ELSE 0 END, s.total
            FROM actor a JOIN standing s ON s.actor = a.id
            WHERE a.host IS NOT NULL AND \(Self.isRanked) AND \(condition)
            """, [value, .text(month)]
        ) { Standing(person: $0.id(0), month: $0.number(1), total: $0.number(2)) }
    }

    /// Replaces what a node counted for its people. Those who are not known here, or are not its own, are left out.
    public func saveStandings(
        _ standings: [(person: ObjectURI, month: Int, total: Int)], month: String, of node: String
    ) throws {
        try run("DELETE FROM standing WHERE actor IN (SELECT id FROM actor WHERE host = $1)", [.text(node)])
        for standing in standings {
            try run(
                """
                INSERT INTO standing (actor, month, month_points, total)
                SELECT id, $3, $4, $5 FROM actor WHERE uri = $1 AND host = $2 AND kind = 0
                ON CONFLICT (actor) DO UPDATE SET month_points = excluded.month_points, total = excluded.total
                """,
                [
                    .uri(standing.person), .text(node), .text(month), .number(standing.month),
                    .number(standing.total),
                ])
        }
    }

    private static func members(of team: Leaderboard.Team) -> (condition: String, value: SQLValue) {
        switch team {
        case .department(let name): ("a.department = $1", .text(name))
        case .office(let name): ("a.office = $1", .text(name))
        case .group(let group):
            ("a.id IN (SELECT person FROM membership WHERE in_group = $1 AND state = 2)", .id(group))
        }
    }

    /// `actor a` is a person who works here and has not said no.
    private static var isRanked: String {
        """
        a.kind = 0 AND a.state = 0 AND a.is_bot = 0 AND \(isOurs("a"))
        AND NOT EXISTS (SELECT 1 FROM unranked u WHERE u.actor = a.id)
        """
    }

    /// An actor of this node, or of a member of the organisation.
    static func isOurs(_ actor: String) -> String {
        """
        (\(actor).host IS NULL OR EXISTS (SELECT 1 FROM member n WHERE n.authority = \(actor).host AND n.state = 1))
        """
    }

    /// A living post that everybody in the organisation may see.
    static func isKnownToAll(_ post: String) -> String {
        "\(post).deleted_at IS NULL AND \(post).audience >= \(Audience.Condition.organisationMember.rawValue)"
    }

    /// Answers `a` to questions `q`, with what was decided about those, `s`.
    static let answers = "post a JOIN question s ON s.post = a.reply_post JOIN post q ON q.id = s.post"
}
