public import Domain

/// Which list of posts is read.
public enum Timeline: Sendable, Equatable {
    case home
    /// What everybody of the organisation may read; of this node or of others alone, if so asked.
    case everyone(from: Origin)
    case author(ActorID, withReplies: Bool, withAnnounces: Bool)
    case pinned(ActorID)
    case hashtag(String, isLocal: Bool)
    /// The threads of a group.
    case group(ActorID)
    case pinnedInGroup(ActorID)
    /// What people on one of the viewer's own lists wrote.
    case list(PeopleListID)
    case liked
    case bookmarked

    /// Whose posts.
    public enum Origin: Sendable {
        case anywhere, here, elsewhere
    }
}

/// A line of a timeline: a post, and what it passes on, if it does.
public struct TimelineEntry: Sendable, Equatable {
    public var post: PostID
    public var announced: PostID?
}

extension Transaction {
    /// One page of a timeline, newest first, as the viewer may see it.
    public func timeline(_ timeline: Timeline, for viewer: Viewer, _ page: Page) throws -> [Post] {
        var query = TimelineQuery(viewer: viewer, page: page)
        query.choose(timeline)
        let posts = try all(query.sql(Self.postColumns), query.values, Self.post)
        // Reading upwards finds the oldest first.
        return try complete(page.after == nil ? posts : posts.reversed())
    }

    /// The same page as ids alone, for whoever has the posts at hand.
    public func timelineEntries(_ timeline: Timeline, for viewer: Viewer, _ page: Page) throws
        -> [TimelineEntry]
    {
        var query = TimelineQuery(viewer: viewer, page: page)
        query.choose(timeline)
        let entries = try all(query.sql("p.id, p.announced"), query.values) { row in
            TimelineEntry(post: row.id(0), announced: row.optionalID(1))
        }
        return page.after == nil ? entries : entries.reversed()
    }

    /// Puts a post into a person's home timeline, unless what it shows is there already. `shown`: the post
    /// that the reader will see: of an announce, the original.
    public func insertHome(_ entry: PostID, shown: PostID, person: ActorID) throws {
        try run(
            "INSERT INTO home (person, entry, shown) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.id(person), .id(entry), .id(shown)]
        )
    }

    /// Takes an author's posts out of a person's home timeline, when a follow ends.
    public func clearHome(of person: ActorID, from author: ActorID) throws {
        try run(
            "DELETE FROM home WHERE person = $1 AND entry IN (SELECT id FROM post WHERE author = $2)",
            [.id(person), .id(author)]
        )
    }

    /// Puts an author's latest posts into a person's home timeline, when a follow begins.
    public func fillHome(of person: ActorID, from author: ActorID, limit: Int = 20) throws {
        let posts = try timeline(
            .author(author, withReplies: false, withAnnounces: false), for: .person(person),
            Page(limit: limit))
        for post in posts { try insertHome(post.id, shown: post.id, person: person) }
    }

    /// Entries that a home timeline keeps.
    public static let homeLimit = 800

    /// Keeps the newest entries of a home timeline.
    public func trimHome(of person: ActorID, to limit: Int = Self.homeLimit) throws {
        try run(
            """
            DELETE FROM home WHERE person = $1 AND entry <=
                (SELECT entry FROM home WHERE person = $1 ORDER BY entry DESC LIMIT 1 OFFSET $2)
            """,
            [.id(person), .number(limit)]
        )
    }
}

/// Builds the one statement of a timeline page. Placeholders: `$1` the viewer, then what each part binds.
private struct TimelineQuery {
    private let viewer: Viewer
    private let page: Page
    private var joins = ""
    private var conditions: [String]
    private var order = "p.id"
    private(set) var values: [SQLValue]

    init(viewer: Viewer, page: Page) {
        self.viewer = viewer
        self.page = page
        values = [.id(viewer.actor)]
        // Used even where the condition does not name the viewer, so that the numbers stay.
        conditions = [
            "p.deleted_at IS NULL", "(CAST($1 AS BIGINT) IS NULL OR 1 = 1)",
            Transaction.seenBy(viewer, place: 1),
        ]
    }

    mutating func choose(_ timeline: Timeline) {
        switch timeline {
        case .home:
            joins = "JOIN home h ON h.entry = p.id"
            conditions.append("h.person = $1")
            order = "h.entry"
            hideMuted()
        case .everyone(let origin):
            conditions.append(
                """
                p.audience >= 4 AND p.is_quiet = 0 AND p.announced IS NULL
                AND (p.reply_uri IS NULL OR p.reply_author = p.author)
                """)
            switch origin {
            case .anywhere: break
            case .here: conditions.append("p.is_local = 1")
            case .elsewhere: conditions.append("p.is_local = 0")
            }
            hideMuted()
        case .author(let author, let withReplies, let withAnnounces):
            conditions.append("p.author = \(bind(.id(author)))")
            if !withReplies { conditions.append("(p.reply_uri IS NULL OR p.reply_author = p.author)") }
            if !withAnnounces { conditions.append("p.announced IS NULL") }
        case .pinned(let author):
            conditions.append("p.author = \(bind(.id(author))) AND p.is_pinned = 1")
        case .hashtag(let tag, let isLocal):
            joins = "JOIN hashtag t ON t.post = p.id"
            conditions.append("t.tag = \(bind(.text(tag)))")
            if isLocal { conditions.append("p.is_local = 1") }
            hideMuted()
        case .group(let group):
            conditions.append(
                "p.in_group = \(bind(.id(group))) AND p.announced IS NULL AND p.reply_uri IS NULL")
            hideMuted()
        case .pinnedInGroup(let group):
            joins = "JOIN group_pin g ON g.post = p.id"
            conditions.append("g.in_group = \(bind(.id(group)))")
        case .list(let list): choose(list)
        case .liked:
            joins = "JOIN liking l ON l.post = p.id"
            conditions.append("l.actor = $1")
        case .bookmarked:
            joins = "JOIN bookmark k ON k.post = p.id"
            conditions.append("k.actor = $1")
        }
        turn()
    }

    /// Only the viewer's own, whatever the route has checked.
    private mutating func choose(_ list: PeopleListID) {
        joins = """
            JOIN people_list_member l ON l.member = p.author
            JOIN people_list k ON k.id = l.list AND k.person = $1
            """
        conditions.append(
            """
            l.list = \(bind(.id(list))) AND p.audience > 0
            AND (p.reply_uri IS NULL OR \(Transaction.takesAnswers("p.author", to: "p.reply_author")))
            AND (p.announced IS NULL OR \(Transaction.takesAnnounces(of: "p.author")))
            """)
        hideMuted()
    }

    func sql(_ columns: String) -> String {
        """
        SELECT \(columns) FROM post p \(joins)
        WHERE \(conditions.joined(separator: " AND "))
        ORDER BY \(order) \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
        """
    }

    private mutating func bind(_ value: SQLValue) -> String {
        values.append(value)
        return "$\(values.count)"
    }

    private mutating func turn() {
        if let before = page.before { conditions.append("\(order) < \(bind(.int(before)))") }
        if let since = page.since { conditions.append("\(order) > \(bind(.int(since)))") }
        if let after = page.after { conditions.append("\(order) > \(bind(.int(after)))") }
    }

    /// Nothing by those whom the viewer muted or blocked, nor what they wrote and others passed on.
    private mutating func hideMuted() {
        guard viewer.actor != nil else { return }
        conditions.append(
            """
            NOT EXISTS (SELECT 1 FROM mute m WHERE m.actor = $1 AND m.target = p.author)
            AND NOT EXISTS (SELECT 1 FROM block x WHERE x.actor = $1 AND x.target = p.author)
            AND (p.announced IS NULL OR NOT EXISTS (
                SELECT 1 FROM post o WHERE o.id = p.announced AND (
                    EXISTS (SELECT 1 FROM mute m WHERE m.actor = $1 AND m.target = o.author)
                    OR EXISTS (SELECT 1 FROM block x WHERE x.actor = $1 AND x.target = o.author))))
            """)
    }
}
