public import Domain

/// Full-text search. What engines do not share is here, and nowhere else.
extension Transaction {
    /// Actors whose handle, name or work matches all words, people of this node first.
    /// `viewer`: who looks; a secret group is found by its members alone.
    public func searchActors(
        _ text: String, kind: Actor.Kind? = nil, limit: Int = 20, followedBy person: ActorID? = nil,
        for viewer: ActorID? = nil
    ) throws -> [Actor] {
        guard let words = searchWords(text) else { return [] }
        let search = matching("actor_search", "$1")
        let ids: [ActorID] = try all(
            """
            SELECT a.id FROM actor_search s JOIN actor a ON a.id = \(search.id)
            WHERE \(search.condition) AND a.state = 0 AND a.kind <> 2 AND \(Self.known(place: 4))
                AND (CAST($3 AS BIGINT) IS NULL OR EXISTS (
                    SELECT 1 FROM follow f WHERE f.follower = $3 AND f.followee = a.id AND f.state = 1))
                AND (CAST($5 AS BIGINT) IS NULL OR a.kind = $5)
            ORDER BY a.host IS NOT NULL, a.follower_count DESC, a.id LIMIT $2
            """,
            [
                .text(words), .number(limit), .id(person), .id(viewer),
                kind.map { .number($0.rawValue) } ?? .null,
            ]
        ) { $0.id(0) }
        return try actors(ids)
    }

    /// Hashtags that begin with a text, of posts that the viewer may see; the most used first.
    public func searchHashtags(_ text: String, for viewer: Viewer, limit: Int = 20) throws -> [String] {
        let start = text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "_" }
        guard !start.isEmpty else { return [] }
        return try all(
            """
            SELECT t.tag FROM hashtag t JOIN post p ON p.id = t.post
            WHERE t.tag >= $2 AND t.tag < $3 AND p.deleted_at IS NULL AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1)
                AND \(Self.seenBy(viewer, place: 1))
            GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT $4
            """,
            [.id(viewer.actor), .text(start), .text(start + "\u{10ffff}"), .number(limit)]
        ) { $0.text(0) }
    }

    func index(_ actor: Actor) throws {
        let words = [
            actor.name, actor.host ?? "", actor.displayName, actor.work.title, actor.work.department,
            actor.work.office, actor.work.skills.joined(separator: " "),
        ].joined(separator: " ")
        guard let id = try actorID(actor.uri) else { return }
        try run("DELETE FROM actor_search WHERE \(indexKey) = $1", [.id(id)])
        try insertWords("actor_search", .id(id), words)
    }

    func index(_ post: Post) throws {
        guard post.body.announced == nil else { return }
        try insertWords(
            "post_search", .id(post.id),
            "\(post.body.words.joined(separator: " ")) \(post.summary) \(Self.wordsOnly(post.content))")
    }

    func removeFromIndex(_ post: PostID) throws {
        try run("DELETE FROM post_search WHERE \(indexKey) = $1", [.id(post)])
    }

    /// What was typed, as the engine's index is asked for it: all words, each of them as a beginning; nil for none.
    func searchWords(_ text: String) -> String? {
        let words = Self.split(text).prefix(12).map { $0.prefix(40) }
        guard !words.isEmpty else { return nil }
        return switch dialect {
        // Quoted, so that nothing typed is taken for an operator.
        case .sqlite: words.map { "\(Self.quoted($0))*" }.joined(separator: " ")
        case .postgres: words.joined(separator: " ").lowercased()
        }
    }

    /// The key of an index named `s` in the statement, and the condition on its rows. `place`: where ``searchWords(_:)``
    /// are bound.
    func matching(_ index: String, _ place: String) -> (id: String, condition: String) {
        switch dialect {
        case .sqlite: ("s.rowid", "\(index) MATCH \(place)")
        case .postgres: ("s.id", "s.words @@ prefix_query(\(place))")
        }
    }

    /// One string of FTS5. By scalars: to Swift, a letter that is put before others has taken the mark after it.
    private static func quoted(_ words: some StringProtocol) -> String {
        "\"" + String(words.unicodeScalars.map { $0 == "\"" ? " " : Character($0) }) + "\""
    }

    /// The keys of posts that hold any of some phrases, whole and in order. `bind`: gives a value its placeholder.
    func matchingAny(_ phrases: [String], _ bind: (SQLValue) -> String) -> String {
        switch dialect {
        case .sqlite:
            let typed = phrases.map(Self.quoted).joined(separator: " OR ")
            return "SELECT s.rowid FROM post_search s WHERE post_search MATCH \(bind(.text(typed)))"
        case .postgres:
            let queries = phrases.map { "phraseto_tsquery('simple', plain_words(\(bind(.text($0)))))" }
            return "SELECT s.id FROM post_search s WHERE s.words @@ (\(queries.joined(separator: " || ")))"
        }
    }

    private var indexKey: String {
        switch dialect {
        case .sqlite: "rowid"
        case .postgres: "id"
        }
    }

    private func insertWords(_ index: String, _ id: SQLValue, _ words: String) throws {
        switch dialect {
        case .sqlite: try run("INSERT INTO \(index) (rowid, words) VALUES ($1, $2)", [id, .text(words)])
        case .postgres:
            // Split here, as a server's language has its own idea of what a word is.
            let plain = Self.split(words).joined(separator: " ").lowercased()
            try run(
                "INSERT INTO \(index) (id, words) VALUES ($1, to_tsvector('simple', plain_words($2)))",
                [id, .text(plain)])
        }
    }

    private static func split(_ text: String) -> [Substring] {
        text.split { !$0.isLetter && !$0.isNumber }
    }

    /// Content is sanitised HTML: what stands between tags are words.
    private static func wordsOnly(_ html: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(html.utf8.count)
        var isInTag = false
        for byte in html.utf8 {
            switch byte {
            case UInt8(ascii: "<"):
                isInTag = true
                out.append(UInt8(ascii: " "))
            case UInt8(ascii: ">"): isInTag = false
            default: if !isInTag { out.append(byte) }
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
