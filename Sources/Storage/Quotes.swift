public import Domain

extension Transaction {
    /// Most posts quote nothing and may be quoted by everyone: they cost no statement.
    func insertQuote(of post: Post) throws {
        guard post.quote != nil || post.quotePolicy != .everyone else { return }
        try run(
            """
            UPDATE post SET quote_policy = $2, quote_uri = $3, quote_state = $4, quote_stamp = $5, quote_request = $6
            WHERE id = $1
            """,
            [
                .id(post.id), .number(post.quotePolicy.rawValue), .uri(post.quote?.uri),
                .number(post.quote?.state.rawValue), .uri(post.quote?.stamp), .uri(post.quote?.request),
            ])
    }

    /// From columns 29 to 32 of a post.
    static func quote(_ row: any SQLRow) -> Quote? {
        guard let uri = row.optionalURI(29) else { return nil }
        var quote = Quote(
            uri: uri, state: Quote.State(rawValue: row.number(30)) ?? .refused, stamp: row.optionalURI(31))
        quote.request = row.optionalURI(32)
        return quote
    }

    /// For each post that is quoted and known here, what completes a quote of it; posts that quote nothing cost no query.
    func quotedPosts(of posts: [Post]) throws -> [ObjectURI: (Quote) -> Quote] {
        let uris = padded(Array(Set(posts.compactMap(\.quote?.uri))))
        guard !uris.isEmpty else { return [:] }
        let rows = try all(
            """
            SELECT p.uri, p.id, p.author, a.uri FROM post p JOIN actor a ON a.id = p.author
            WHERE p.uri IN (\(placeholders(uris.count)))
            """, uris.map { .uri($0) }
        ) { row in
            (
                try row.uri(0), post: row.id(1) as PostID, author: row.id(2) as ActorID,
                authorURI: try row.uri(3)
            )
        }
        var known: [ObjectURI: (Quote) -> Quote] = [:]
        for row in rows {
            known[row.0] = { quote in
                var quote = quote
                (quote.post, quote.author, quote.authorURI) = (row.post, row.author, row.authorURI)
                return quote
            }
        }
        return known
    }

    /// Keeps what became of a post's quote.
    public func settleQuote(_ state: Quote.State, stamp: ObjectURI?, of post: PostID) throws {
        try run(
            "UPDATE post SET quote_state = $2, quote_stamp = $3 WHERE id = $1 AND quote_uri IS NOT NULL",
            [.id(post), .number(state.rawValue), .uri(stamp)])
    }

    public func setQuotePolicy(_ policy: QuotePolicy, of post: PostID) throws {
        try run("UPDATE post SET quote_policy = $2 WHERE id = $1", [.id(post), .number(policy.rawValue)])
    }

    /// The living post of this node that asked by a request.
    public func post(quoteRequest uri: ObjectURI) throws -> Post? {
        try first(
            "SELECT id FROM post WHERE quote_request = $1 AND is_local = 1 AND deleted_at IS NULL",
            [.uri(uri)], { $0.id(0) as PostID }
        ).flatMap { try post($0) }
    }

    /// The living posts whose quote rests on a stamp; there is one, unless somebody pretends.
    public func posts(quoteStamp uri: ObjectURI) throws -> [Post] {
        let ids: [PostID] = try all(
            "SELECT id FROM post WHERE quote_stamp = $1 AND deleted_at IS NULL ORDER BY id LIMIT 100",
            [.uri(uri)]
        ) { $0.id(0) }
        return try posts(ids)
    }

    /// A page of the posts that quote one, newest first, as the viewer may see them. Its author, to whom they are addressed,
    /// finds them whoever blocks them since: what they agreed to they can take back.
    public func quotes(of post: Post, for viewer: Viewer, _ page: Page) throws -> [Post] {
        var values: [SQLValue] = [.id(viewer.actor), .uri(post.uri), .number(Quote.State.accepted.rawValue)]
        var conditions = [
            "p.quote_uri = $2", "p.quote_state = $3", "p.deleted_at IS NULL",
            "(CAST($1 AS BIGINT) IS NULL OR 1 = 1)",
        ]
        let seen = Self.seenBy(viewer, place: 1)
        conditions.append(post.author == viewer.actor ? "(\(seen) OR \(Self.isAddressed(place: 1)))" : seen)
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            guard let bound else { continue }
            values.append(.int(bound))
            conditions.append("p.id \(sign) $\(values.count)")
        }
        let found = try all(
            """
            SELECT \(Self.postColumns) FROM post p WHERE \(conditions.joined(separator: " AND "))
            ORDER BY p.id \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values, Self.post)
        return try complete(page.after == nil ? found : found.reversed())
    }

    /// Everything that quotes one post with consent, for telling their authors that it was changed.
    public func localQuoters(of post: ObjectURI) throws -> [(post: PostID, author: ActorID)] {
        try all(
            """
            SELECT id, author FROM post
            WHERE quote_uri = $1 AND quote_state = $2 AND is_local = 1 AND deleted_at IS NULL ORDER BY id LIMIT 1000
            """, [.uri(post), .number(Quote.State.accepted.rawValue)]
        ) { (post: $0.id(0), author: $0.id(1)) }
    }

    /// How many posts that everyone may read quote each of some: a number must not tell of those that are not.
    public func countQuotes(of posts: [PostID]) throws -> [PostID: Int] {
        guard !posts.isEmpty else { return [:] }
        let posts = padded(posts)
        let rows = try all(
            """
            SELECT o.id, COUNT(*) FROM post o JOIN post p ON p.quote_uri = o.uri
            WHERE o.id IN (\(placeholders(posts.count))) AND p.quote_uri IS NOT NULL AND p.quote_state = 1
                AND p.deleted_at IS NULL AND p.audience >= 5
            GROUP BY o.id
            """, posts.map { .id($0) }
        ) { ($0.id(0) as PostID, $0.number(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    // MARK: Consent

    /// Keeps a consent, new or changed.
    public func save(_ consent: Consent) throws {
        try run(
            """
            INSERT INTO consent (id, quoted, quoting, quoter, request, created_at, withdrawn_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (id) DO UPDATE SET request = excluded.request, withdrawn_at = excluded.withdrawn_at
            """,
            [
                .id(consent.id), .id(consent.quoted), .uri(consent.quoting), .id(consent.quoter),
                .uri(consent.request), .date(consent.createdAt), .date(consent.withdrawnAt),
            ])
    }

    public func consent(_ id: ConsentID) throws -> Consent? {
        try first("\(Self.consentQuery) WHERE id = $1", [.id(id)], Self.consent)
    }

    /// What was said to one post's quoting another.
    public func consent(to quoting: ObjectURI, of quoted: PostID) throws -> Consent? {
        try first(
            "\(Self.consentQuery) WHERE quoted = $1 AND quoting = $2", [.id(quoted), .uri(quoting)],
            Self.consent)
    }

    /// What an author of this node agreed to of one quoter, and did not take back.
    public func consents(of author: ActorID, to quoter: ActorID) throws -> [Consent] {
        try all(
            """
            \(Self.consentQuery) WHERE quoter = $1 AND withdrawn_at IS NULL
                AND quoted IN (SELECT id FROM post WHERE author = $2 AND deleted_at IS NULL) ORDER BY id
            """, [.id(quoter), .id(author)], Self.consent)
    }

    /// The living posts by which one actor shows what another wrote.
    public func quotes(by quoter: ActorID, of author: ActorID) throws -> [Post] {
        let ids: [PostID] = try all(
            """
            SELECT p.id FROM post p JOIN post o ON o.uri = p.quote_uri
            WHERE p.author = $1 AND p.quote_uri IS NOT NULL AND p.quote_state = $3 AND p.deleted_at IS NULL
                AND o.author = $2 ORDER BY p.id
            """, [.id(quoter), .id(author), .number(Quote.State.accepted.rawValue)]
        ) { $0.id(0) }
        return try ids.compactMap { try post($0) }
    }

    /// The living posts of others that show what an author wrote to the members of a group, and to nobody else.
    public func quotes(of author: ActorID, inGroup group: ActorID) throws -> [Post] {
        let ids: [PostID] = try all(
            """
            SELECT p.id FROM post p JOIN post o ON o.uri = p.quote_uri
            WHERE p.in_group = $1 AND p.audience_actor = $1 AND p.author <> $2 AND p.quote_uri IS NOT NULL
                AND p.deleted_at IS NULL AND o.author = $2
                AND (p.quote_state = $3 OR EXISTS (SELECT 1 FROM consent c
                    WHERE c.quoted = o.id AND c.quoting = p.uri AND c.withdrawn_at IS NULL))
            ORDER BY p.id
            """, [.id(group), .id(author), .number(Quote.State.accepted.rawValue)]
        ) { $0.id(0) }
        return try ids.compactMap { try post($0) }
    }

    private static func isAddressed(place: Int) -> String {
        "EXISTS (SELECT 1 FROM recipient r WHERE r.post = p.id AND r.actor = $\(place))"
    }

    private static let consentQuery =
        "SELECT id, quoted, quoting, quoter, request, created_at, withdrawn_at FROM consent"

    private static func consent(_ row: any SQLRow) throws -> Consent {
        var consent = Consent(
            id: row.id(0), quoted: row.id(1), quoting: try row.uri(2), quoter: row.id(3),
            request: row.optionalURI(4), createdAt: row.date(5))
        consent.withdrawnAt = row.optionalDate(6)
        return consent
    }
}
