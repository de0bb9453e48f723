public import Domain
public import FoundationEssentials

extension Transaction {
    static let postColumns = """
        p.id, p.uri, p.author, p.body, p.title, p.announced, p.content, p.source, p.summary, p.is_sensitive,
        p.language, p.audience, p.audience_actor, p.audience_unit, p.reply_uri, p.reply_post, p.reply_author,
        p.thread, p.context, p.url, p.created_at, p.edited_at, p.deleted_at, p.reply_count, p.like_count,
        p.announce_count, p.is_quiet, p.in_group, p.quote_policy, p.quote_uri, p.quote_state, p.quote_stamp,
        p.quote_request
        """

    /// Adds a post with its mentions, tags, attachments and recipients, and counts it where it counts.
    /// `recipients`: those it is addressed to by name; people it mentions are among them. Throws
    /// ``StorageError/duplicate(_:)`` when its URI is known.
    public func insert(_ post: Post, recipients: [ActorID], isLocal: Bool) throws {
        try run(
            """
            INSERT INTO post (
                id, uri, author, body, title, announced, content, source, summary, is_sensitive, language, audience,
                audience_actor, audience_unit, reply_uri, reply_post, reply_author, thread, context, url, created_at,
                edited_at, is_quiet, in_group, is_local
            ) VALUES (\(placeholders(25)))
            """,
            Self.values(of: post) + [.bool(isLocal)]
        )
        for recipient in Set(recipients) {
            try run("INSERT INTO recipient (post, actor) VALUES ($1, $2)", [.id(post.id), .id(recipient)])
        }
        try insertParts(of: post)
        try insertBody(of: post)
        try insertQuote(of: post)
        try adopt(post)
        try count(post, by: 1)
    }

    public func post(_ id: PostID) throws -> Post? { try posts([id]).first }

    public func post(_ uri: ObjectURI) throws -> Post? { try postID(uri).flatMap { try post($0) } }

    public func postID(_ uri: ObjectURI) throws -> PostID? {
        try first("SELECT id FROM post WHERE uri = $1", [.uri(uri)]) { $0.id(0) }
    }

    /// The post to which a page address belongs.
    public func postID(page url: String) throws -> PostID? {
        try first("SELECT id FROM post WHERE url = $1 AND deleted_at IS NULL", [.text(url)]) { $0.id(0) }
    }

    /// Those posts that exist, deleted ones too, in the order of the ids.
    public func posts(_ ids: [PostID]) throws -> [Post] {
        guard !ids.isEmpty else { return [] }
        let list = padded(ids)
        let found = try all(
            "SELECT \(Self.postColumns) FROM post p WHERE p.id IN (\(placeholders(list.count)))",
            list.map { .id($0) }, Self.post
        )
        let byID = Dictionary(try complete(found).map { ($0.id, $0) }) { first, _ in first }
        return ids.compactMap { byID[$0] }
    }

    /// Which of them were written on this node.
    public func localPosts(_ ids: [PostID]) throws -> Set<PostID> {
        guard !ids.isEmpty else { return [] }
        let ids = padded(ids)
        let found: [PostID] = try all(
            "SELECT id FROM post WHERE is_local = 1 AND id IN (\(placeholders(ids.count)))",
            ids.map { .id($0) }
        ) { $0.id(0) }
        return Set(found)
    }

    /// Replaces what a post says and keeps what it said before. `post`: with its new content and `editedAt`.
    public func update(_ post: Post, recipients: [ActorID]) throws {
        try run(
            """
            INSERT INTO edition (post, at, content, summary, is_sensitive)
            SELECT id, COALESCE(edited_at, created_at), content, summary, is_sensitive FROM post WHERE id = $1
            ON CONFLICT DO NOTHING
            """,
            [.id(post.id)]
        )
        try run(
            """
            UPDATE post SET content = $2, source = $3, summary = $4, is_sensitive = $5, language = $6, title = $7,
                edited_at = $8 WHERE id = $1
            """,
            [
                .id(post.id), .text(post.content), .string(post.source), .text(post.summary),
                .bool(post.isSensitive), .string(post.language), .string(post.body.title),
                .date(post.editedAt),
            ]
        )
        try addRecipients(recipients, to: post.id)
        try deleteParts(of: post.id)
        try insertParts(of: post)
        try updateBody(of: post)
    }

    /// Empties a post and leaves its tombstone; posts that pass it on go with it.
    public func bury(_ post: Post, at date: Date) throws {
        try run(
            """
            UPDATE post SET deleted_at = $2, content = '', source = NULL, summary = '', title = NULL,
                quote_uri = NULL, quote_stamp = NULL WHERE id = $1
            """,
            [.id(post.id), .date(date)]
        )
        try deleteParts(of: post.id)
        try deleteBody(of: post)
        // Likes stay, unseen: whoever liked it on another node is told that it is gone.
        for table in ["edition", "bookmark", "notification", "group_pin", "knowledge"] {
            try run("DELETE FROM \(table) WHERE post = $1", [.id(post.id)])
        }
        try run("DELETE FROM home WHERE entry = $1", [.id(post.id)])
        try count(post, by: -1)
        for announce in try announces(of: post.id) {
            try bury(announce, at: date)
            try deleteRecipients(of: announce.id)
        }
    }

    /// Adds to those whom a post is addressed to by name.
    public func addRecipients(_ recipients: [ActorID], to post: PostID) throws {
        for recipient in Set(recipients) {
            try run(
                "INSERT INTO recipient (post, actor) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [.id(post), .id(recipient)]
            )
        }
    }

    /// Forgets whom a post was addressed to. Of one that is buried they are told first.
    public func deleteRecipients(of post: PostID) throws {
        try run("DELETE FROM recipient WHERE post = $1", [.id(post)])
    }

    /// Every earlier version, oldest first.
    public func editions(of post: PostID) throws -> [Edition] {
        try all(
            "SELECT content, summary, is_sensitive, at FROM edition WHERE post = $1 ORDER BY at", [.id(post)]
        ) { Edition(content: $0.text(0), summary: $0.text(1), isSensitive: $0.bool(2), at: $0.date(3)) }
    }

    /// The living posts by which actors passed this one on.
    public func announces(of post: PostID) throws -> [Post] {
        try all(
            "SELECT \(Self.postColumns) FROM post p WHERE p.announced = $1 AND p.deleted_at IS NULL ORDER BY p.id",
            [.id(post)], Self.post
        )
    }

    /// The living post by which an actor passed another on.
    public func announce(of post: PostID, by actor: ActorID) throws -> Post? {
        try first(
            """
            SELECT \(Self.postColumns) FROM post p
            WHERE p.announced = $1 AND p.author = $2 AND p.deleted_at IS NULL
            """,
            [.id(post), .id(actor)], Self.post
        )
    }

    /// Everything of an author that was not deleted, without its parts.
    public func livingPosts(of author: ActorID) throws -> [Post] {
        try all(
            "SELECT \(Self.postColumns) FROM post p WHERE p.author = $1 AND p.deleted_at IS NULL ORDER BY p.id",
            [.id(author)], Self.post
        )
    }

    /// Those whom a post is addressed to by name.
    public func recipients(of post: PostID) throws -> [ActorID] {
        try all("SELECT actor FROM recipient WHERE post = $1", [.id(post)]) { $0.id(0) }
    }

    /// Posts that a whole office or more may read: a number that grew with others would tell of them.
    public func countPosts(localOnly: Bool) throws -> Int {
        try number(
            """
            SELECT COUNT(*) FROM post
            WHERE deleted_at IS NULL AND announced IS NULL AND audience >= 4\(localOnly ? " AND is_local = 1" : "")
            """)
    }

    /// The post that an earlier request with the same word made, so that a repeated request makes none.
    public func post(of person: ActorID, idempotency word: String) throws -> PostID? {
        try first("SELECT post FROM idempotency WHERE person = $1 AND word = $2", [.id(person), .text(word)])
        {
            $0.id(0)
        }
    }

    public func remember(_ post: PostID, of person: ActorID, idempotency word: String) throws {
        try run(
            "INSERT INTO idempotency (person, word, post) VALUES ($1, $2, $3)",
            [.id(person), .text(word), .id(post)]
        )
    }

    /// Replies that came before the post they answer find it now.
    private func adopt(_ post: Post) throws {
        let orphans: [PostID] = try all(
            "SELECT id FROM post WHERE reply_uri = $1 AND reply_post IS NULL", [.uri(post.uri)]
        ) { $0.id(0) }
        var answers = 0
        for orphan in orphans {
            guard let answer = try self.post(orphan), try mayAnswer(answer, post) else { continue }
            if answer.deletedAt == nil, answer.isRead(byReadersOf: post) { answers += 1 }
            try run(
                "UPDATE post SET reply_post = $2, reply_author = $3 WHERE id = $1",
                [.id(orphan), .id(post.id), .id(post.author)]
            )
            // Whoever counted the orphan's thread as its own now belongs to the longer one.
            try run("UPDATE post SET thread = $2 WHERE thread = $1", [.id(orphan), .id(post.thread)])
        }
        guard answers > 0 else { return }
        try run("UPDATE post SET reply_count = $2 WHERE id = $1", [.id(post.id), .number(answers)])
    }

    /// Whoever wrote the answer must be able to see what it answers (N52).
    private func mayAnswer(_ answer: Post, _ post: Post) throws -> Bool {
        guard let author = try actor(answer.author) else { return false }
        // Who is in another node's group is that node's to know, and it has passed on both.
        if let group = post.group, group == answer.group, try !isLocal(group) { return true }
        guard let host = author.host else { return try maySee(post, .person(author.id)) }
        let isMember = try member(host)?.state == .admitted
        return try maySee(post, .remote(author.id, authority: host, isOfOrganisation: isMember))
    }

    /// A number that grows would tell of what is not to be known.
    private func count(_ post: Post, by step: Int) throws {
        if let announced = post.body.announced {
            try run(
                "UPDATE post SET announce_count = \(larger("0", "announce_count + $2")) WHERE id = $1",
                [.id(announced), .number(step)]
            )
        } else if let parent = post.reply?.post, try isCounted(post, below: parent) {
            try run(
                "UPDATE post SET reply_count = \(larger("0", "reply_count + $2")) WHERE id = $1",
                [.id(parent), .number(step)]
            )
        }
        guard post.audience.condition.rawValue >= Audience.Condition.sameNode.rawValue else { return }
        try run(
            """
            UPDATE actor SET post_count = \(larger("0", "post_count + $2")),
                last_post_at = CASE WHEN $2 > 0 THEN \(larger("COALESCE(last_post_at, 0)", "$3")) ELSE last_post_at END
            WHERE id = $1
            """,
            [.id(post.author), .number(step), .date(post.createdAt)]
        )
    }

    /// The same of a post and of what it answers always, so that what was counted is what is taken away.
    private func isCounted(_ answer: Post, below parent: PostID) throws -> Bool {
        let found = try first(
            "SELECT \(Self.postColumns) FROM post p WHERE p.id = $1", [.id(parent)], Self.post)
        return found.map { answer.isRead(byReadersOf: $0) } ?? false
    }

    private static func values(of post: Post) -> [SQLValue] {
        let (audience, actor, unit) = post.audience.columns
        return [
            .id(post.id), .uri(post.uri), .id(post.author), .number(post.body.code),
            .string(post.body.title),
            .id(post.body.announced), .text(post.content), .string(post.source), .text(post.summary),
            .bool(post.isSensitive), .string(post.language), audience, actor, unit, .uri(post.reply?.uri),
            .id(post.reply?.post), .id(post.reply?.author), .id(post.thread), .uri(post.context),
            .text(post.url),
            .date(post.createdAt), .date(post.editedAt), .bool(post.isQuiet), .id(post.group),
        ]
    }
}
