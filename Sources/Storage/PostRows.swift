import Domain

/// How posts and audiences become columns and back.
extension Transaction {
    static func post(_ row: any SQLRow) throws -> Post {
        let body = PostBody(code: row.number(3), title: row.text(4), announced: row.optionalID(5))
        var post = Post(
            id: row.id(0), uri: try row.uri(1), author: row.id(2), body: body, content: row.text(6),
            source: row.optionalText(7), audience: Audience(row), url: row.text(19), createdAt: row.date(20)
        )
        post.summary = row.text(8)
        post.isSensitive = row.bool(9)
        post.language = row.optionalText(10)
        post.reply = row.optionalURI(14).map {
            Post.Reply(uri: $0, post: row.optionalID(15), author: row.optionalID(16))
        }
        post.thread = row.id(17)
        post.context = row.optionalURI(18)
        post.editedAt = row.optionalDate(21)
        post.deletedAt = row.optionalDate(22)
        post.counts.replies = row.number(23)
        post.counts.likes = row.number(24)
        post.counts.announces = row.number(25)
        post.isQuiet = row.bool(26)
        post.group = row.optionalID(27)
        post.quotePolicy = QuotePolicy(rawValue: row.number(28)) ?? .nobody
        post.quote = quote(row)
        return post
    }

    func insertParts(of post: Post) throws {
        for (position, mention) in post.mentions.enumerated() {
            try run(
                "INSERT INTO mention (post, position, actor, uri, handle, url) VALUES ($1, $2, $3, $4, $5, $6)",
                [
                    .id(post.id), .number(position), .id(mention.actor), .uri(mention.uri),
                    .text(mention.handle),
                    .text(mention.url),
                ]
            )
        }
        for tag in Set(post.tags) {
            try run("INSERT INTO hashtag (tag, post) VALUES ($1, $2)", [.text(tag), .id(post.id)])
        }
        for (position, file) in post.attachments.enumerated() {
            try run(
                "INSERT INTO attachment (post, position, url, media_type, name, width, height, blurhash)"
                    + " VALUES (\(placeholders(8)))",
                [
                    .id(post.id), .number(position), .text(file.url), .text(file.mediaType), .text(file.name),
                    .number(file.width), .number(file.height), .string(file.blurhash),
                ]
            )
        }
        try index(post)
    }

    func deleteParts(of post: PostID) throws {
        for table in ["mention", "hashtag", "attachment"] {
            try run("DELETE FROM \(table) WHERE post = $1", [.id(post)])
        }
        try removeFromIndex(post)
    }

    /// Adds mentions, tags and attachments to posts, with three queries for all of them.
    func complete(_ posts: [Post]) throws -> [Post] {
        guard !posts.isEmpty else { return [] }
        let ids = padded(posts.map { SQLValue.id($0.id) })
        let list = placeholders(ids.count)
        var mentions: [PostID: [Mention]] = [:]
        for (post, mention) in try all(
            "SELECT post, actor, uri, handle, url FROM mention WHERE post IN (\(list)) ORDER BY post, position",
            ids,
            { row in
                (
                    row.id(0) as PostID,
                    Mention(actor: row.id(1), uri: try row.uri(2), handle: row.text(3), url: row.text(4))
                )
            })
        {
            mentions[post, default: []].append(mention)
        }
        var tags: [PostID: [String]] = [:]
        for (post, tag) in try all(
            "SELECT post, tag FROM hashtag WHERE post IN (\(list)) ORDER BY post, tag", ids,
            { row in (row.id(0) as PostID, row.text(1)) })
        {
            tags[post, default: []].append(tag)
        }
        var files: [PostID: [Attachment]] = [:]
        for (post, file) in try all(
            """
            SELECT post, url, media_type, name, width, height, blurhash FROM attachment
            WHERE post IN (\(list)) ORDER BY post, position
            """, ids,
            { row in
                (
                    row.id(0) as PostID,
                    Attachment(
                        url: row.text(1), mediaType: row.text(2), name: row.text(3),
                        width: row.optionalInt(4).map(Int.init), height: row.optionalInt(5).map(Int.init),
                        blurhash: row.optionalText(6)
                    )
                )
            })
        {
            files[post, default: []].append(file)
        }
        let bodies = try bodies(of: posts)
        let quoted = try quotedPosts(of: posts)
        return posts.map { post in
            var post = post
            post.body = bodies[post.id] ?? post.body
            if let quote = post.quote { post.quote = quoted[quote.uri]?(quote) ?? quote }
            post.mentions = mentions[post.id] ?? []
            post.tags = tags[post.id] ?? []
            post.attachments = files[post.id] ?? []
            return post
        }
    }
}

extension Audience {
    /// The condition's number, the group, the unit.
    var columns: (SQLValue, SQLValue, SQLValue) {
        let code = SQLValue.number(condition.rawValue)
        return switch self {
        case .group(let actor): (code, .id(actor), .null)
        case .unit(let name): (code, .null, .text(name))
        case .direct, .followers, .node, .organisation, .anyone: (code, .null, .null)
        }
    }

    /// From columns 11 to 13 of a post.
    init(_ row: any SQLRow) {
        self.init(code: row.number(11), actor: row.optionalID(12), unit: row.optionalText(13))
    }

    /// The narrowest audience for a number that this release does not know.
    init(code: Int, actor: ActorID? = nil, unit: String? = nil) {
        switch Condition(rawValue: code) {
        case .recipient, nil: self = .direct
        case .follower: self = .followers
        case .groupMember: self = actor.map { .group($0) } ?? .direct
        case .unitMember: self = unit.map { .unit($0) } ?? .direct
        case .sameNode: self = .node
        case .organisationMember: self = .organisation
        case .always: self = .anyone
        }
    }
}
