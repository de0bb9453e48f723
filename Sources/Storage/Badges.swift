public import Domain

extension Transaction {
    /// What everybody in the organisation may see of what colleagues did for a person of this node.
    public func badgeEvidence(of person: ActorID) throws -> Badge.Evidence {
        var evidence = Badge.Evidence()
        let answers = try first(
            """
            SELECT COUNT(*), COUNT(DISTINCT q.author) FROM \(Self.answers) JOIN actor g ON g.id = q.author
            WHERE a.author = $1 AND q.author <> $1 AND s.accepted = a.uri
                AND \(Self.isKnownToAll("a")) AND \(Self.isKnownToAll("q")) AND \(Self.isOurs("g"))
            """, [.id(person)]
        ) { ($0.number(0), $0.number(1)) }
        (evidence.acceptedAnswers, evidence.askers) = answers ?? (0, 0)
        let thanks = try all(
            """
            SELECT DISTINCT r.value, CASE WHEN g.office <> '' THEN g.office ELSE COALESCE(g.host, '') END
            FROM recognition r JOIN post p ON p.id = r.post JOIN actor g ON g.id = r.giver
            WHERE r.recipient = $1 AND r.giver <> $1 AND r.hidden_at IS NULL AND \(Self.isKnownToAll("p"))
                AND NOT EXISTS (SELECT 1 FROM recognition_removal m WHERE m.post = p.id) AND \(Self.isOurs("g"))
            LIMIT 2000
            """, [.id(person)]
        ) { ($0.text(0), $0.text(1)) }
        evidence.values = Set(thanks.map(\.0))
        evidence.offices = Set(thanks.map(\.1)).count
        evidence.wasWelcomed = try wasWelcomed(person)
        return evidence
    }

    /// The badges of a person of another node, as that node said.
    public func badges(of person: ActorID) throws -> [Badge] {
        let words = try all("SELECT word FROM badge WHERE actor = $1", [.id(person)]) { $0.text(0) }
        return Badge.allCases.filter { words.contains($0.rawValue) }
    }

    /// Keeps what another node says of one of its people.
    public func save(_ honours: Honours, of person: ActorID) throws {
        try setRanked(honours.isRanked, person)
        try run("DELETE FROM badge WHERE actor = $1", [.id(person)])
        for badge in Badge.allCases where honours.badges.contains(badge) {
            try run(
                "INSERT INTO badge (actor, word) VALUES ($1, $2)", [.id(person), .text(badge.rawValue)])
        }
        try save(honours.milestones, of: person)
    }

    /// Whether a colleague answered the first thread that someone began, within a month of coming here.
    private func wasWelcomed(_ person: ActorID) throws -> Bool {
        let first: PostID? = try first(
            """
            SELECT p.id FROM post p JOIN actor a ON a.id = p.author
            WHERE p.author = $1 AND p.reply_uri IS NULL AND p.announced IS NULL AND \(Self.isKnownToAll("p"))
                AND p.created_at <= a.created_at + 2592000000
            ORDER BY p.id LIMIT 1
            """, [.id(person)]
        ) { $0.id(0) }
        guard let first else { return false }
        return try exists(
            """
            SELECT 1 FROM post r JOIN actor g ON g.id = r.author
            WHERE r.reply_post = $1 AND r.author <> $2 AND g.kind = 0 AND \(Self.isKnownToAll("r"))
                AND \(Self.isOurs("g"))
            """, [.id(first), .id(person)])
    }
}
