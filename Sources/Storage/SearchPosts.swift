public import Domain

/// How many there are, as far as they were counted.
public struct Found: Sendable, Equatable {
    public var count: Int
    /// False where there are more than were counted.
    public var isExact: Bool

    public init(count: Int, isExact: Bool) {
        self.count = count
        self.isExact = isExact
    }
}

extension Transaction {
    /// Posts that the viewer may see and that are what is looked for, newest first.
    public func searchPosts(_ query: SearchQuery, for viewer: Viewer, _ page: Page = Page(), offset: Int = 0)
        throws -> [Post]
    {
        guard let statement = try PostSearch(query, for: viewer, before: page.before, in: self) else {
            return []
        }
        return try complete(
            all(
                "SELECT \(Self.postColumns) \(statement.sql) ORDER BY \(statement.order) DESC LIMIT \(page.limit) OFFSET \(offset)",
                statement.values, Self.post))
    }

    /// How many such posts there are; beyond `limit` nobody counts.
    public func countPosts(_ query: SearchQuery, for viewer: Viewer, limit: Int = 1000) throws -> Found {
        guard let statement = try PostSearch(query, for: viewer, before: nil, in: self) else {
            return Found(count: 0, isExact: true)
        }
        let count = try number(
            "SELECT COUNT(*) FROM (SELECT 1 AS one \(statement.sql) LIMIT \(limit + 1)) AS found",
            statement.values)
        return Found(count: min(count, limit), isExact: count <= limit)
    }
}

/// Builds the statement of a search. Placeholders: `$1` the viewer, then what each part binds.
private struct PostSearch {
    private var joins = ""
    private var conditions: [String]
    private(set) var values: [SQLValue]
    /// The key of a post, where the rows come from: an index of words gives the newest first by itself, unless few of
    /// them are the author's.
    private(set) var order = "p.id"

    var sql: String { "FROM post p \(joins) WHERE \(conditions.joined(separator: " AND "))" }

    /// nil where nothing can be found.
    init?(_ query: SearchQuery, for viewer: Viewer, before: Int64?, in transaction: Transaction) throws {
        guard !query.isEmpty, query.misunderstood.isEmpty else { return nil }
        values = [.id(viewer.actor)]
        // Named even where the condition does not name the viewer, so that the numbers stay.
        conditions = [
            "p.deleted_at IS NULL", "p.announced IS NULL", "(CAST($1 AS BIGINT) IS NULL OR 1 = 1)",
            Transaction.seenBy(viewer, place: 1),
        ]
        if !query.words.isEmpty {
            guard let words = transaction.searchWords(query.words) else { return nil }
            let search = transaction.matching("post_search", bind(.text(words)))
            joins = "JOIN post_search s ON p.id = \(search.id)"
            conditions.append(search.condition)
            if query.author == nil { order = search.id }
        }
        if let author = query.author {
            guard let id = try Self.author(author, viewer, in: transaction) else { return nil }
            conditions.append("p.author = \(bind(.id(id)))")
        }
        if let group = query.group {
            guard let id = try Self.group(group, in: transaction) else { return nil }
            conditions.append("p.in_group = \(bind(.id(id)))")
        }
        if let since = query.since { conditions.append("p.created_at >= \(bind(.date(since)))") }
        if let end = query.before { conditions.append("p.created_at < \(bind(.date(end)))") }
        if let before { conditions.append("\(order) < \(bind(.int(before)))") }
        if !query.kinds.isEmpty {
            let kinds = query.kinds.sorted { $0.rawValue < $1.rawValue }
            conditions.append("(\(kinds.map(Self.sql).joined(separator: " OR ")))")
            // Said by itself, so that the index of what is more than a note fits.
            if kinds.allSatisfy(\.isMoreThanText) { conditions.append("p.body <> \(PostBody.Code.note)") }
        }
        conditions += query.parts.sorted { $0.rawValue < $1.rawValue }.map(Self.sql)
    }

    private mutating func bind(_ value: SQLValue) -> String {
        values.append(value)
        return "$\(values.count)"
    }

    private static func author(_ name: String, _ viewer: Viewer, in transaction: Transaction) throws
        -> ActorID?
    {
        name.lowercased() == "me" ? viewer.actor : try actor(name, in: transaction)?.id
    }

    /// A bare name is that of a group of this node, or else of the one that was heard of last.
    private static func group(_ name: String, in transaction: Transaction) throws -> ActorID? {
        if let known = try actor(name, in: transaction), known.kind == .group { return known.id }
        guard Handle(name) == nil else { return nil }
        return try transaction.first(
            """
            SELECT id FROM actor WHERE kind = \(Actor.Kind.group.rawValue) AND name_key = $1
            ORDER BY state, id DESC LIMIT 1
            """, [.text(name.lowercased())]
        ) { $0.id(0) }
    }

    private static func actor(_ name: String, in transaction: Transaction) throws -> Actor? {
        guard let handle = Handle(name) else { return try transaction.localActor(named: name) }
        if let known = try transaction.actor(organisationHandle: handle) ?? transaction.remoteActor(handle) {
            return known
        }
        // A handle of this very node, with its host written out.
        let own = try transaction.localActor(named: handle.name)
        return own?.uri.authority == handle.host ? own : nil
    }

    private static func sql(_ kind: SearchQuery.Kind) -> String {
        switch kind {
        case .post: "(p.body = \(PostBody.Code.note) AND p.reply_uri IS NULL)"
        case .reply: "p.reply_uri IS NOT NULL"
        case .article: "p.body = \(PostBody.Code.article)"
        case .poll: "p.body = \(PostBody.Code.poll)"
        case .survey: "p.body = \(PostBody.Code.survey)"
        case .thanks: "p.body = \(PostBody.Code.recognition)"
        case .question: "p.body = \(PostBody.Code.question)"
        case .announcement: "p.body = \(PostBody.Code.announcement)"
        case .knowledge: "EXISTS (SELECT 1 FROM knowledge k WHERE k.post = p.id)"
        case .event: "p.body = \(PostBody.Code.gathering)"
        }
    }

    private static func sql(_ part: SearchQuery.Part) -> String {
        func file(_ type: String) -> String {
            "p.id IN (SELECT f.post FROM attachment f WHERE f.media_type LIKE '\(type)%')"
        }
        func count(_ text: String) -> String {
            "(LENGTH(p.content) - LENGTH(REPLACE(p.content, '\(text)', ''))) / \(text.count)"
        }
        return switch part {
        case .file: file("")
        case .image: file("image/")
        case .video: file("video/")
        case .audio: file("audio/")
        case .warning: "p.summary <> ''"
        // More links than mentions and hashtags, which are links as well.
        case .link: "\(count("<a ")) > \(count(" mention\"")) + \(count("\"mention "))"
        }
    }
}

extension SearchQuery.Kind {
    /// Whether it is told by the body alone, and by one that a note does not have.
    fileprivate var isMoreThanText: Bool {
        switch self {
        case .post, .reply, .knowledge: false
        case .article, .poll, .survey, .thanks, .question, .announcement, .event: true
        }
    }
}
