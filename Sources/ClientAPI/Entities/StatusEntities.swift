import Domain
import FoundationEssentials
import JSON
import Markup
import Social
import Storage
import Surface

/// Writes posts as statuses, a whole page with a handful of queries.
struct StatusEntities {
    let desk: Desk

    /// `posts`: that the viewer may see; a post whose original they may not see is left out.
    func write(_ posts: [Post], for viewer: Viewer, in transaction: Transaction) throws -> [JSONValue] {
        let posts = try desk.inOwnWords(posts, for: viewer, in: transaction)
        let page = try PostPage(posts, for: viewer, in: transaction)
        let isPersonal = viewer.actor != nil
        return posts.compactMap { write($0, page, isPersonal: isPersonal) }
    }

    func write(_ post: Post, for viewer: Viewer, in transaction: Transaction) throws -> JSONValue {
        guard let status = try write([post], for: viewer, in: transaction).first else {
            throw Refusal.notFound("Record")
        }
        return status
    }

    /// Posts without polls, without what one reader did with them and without what they pass on, as bytes that lack their last
    /// brace.
    func open(_ posts: [Post], for viewer: Viewer, in transaction: Transaction) throws -> [PostID: [UInt8]] {
        let page = try PostPage(posts, for: viewer, in: transaction)
        var texts: [PostID: [UInt8]] = [:]
        for post in posts {
            guard let json = core(post, page) else { continue }
            texts[post.id] = JSONValue.object(json).bytes.dropLast()
        }
        return texts
    }

    private func write(_ post: Post, _ page: PostPage, isPersonal: Bool) -> JSONValue? {
        guard var json = core(post, page) else { return nil }
        json["reblog"] = .null
        json["poll"] =
            page.polls[post.id].map { poll($0, of: post.id, isPersonal: isPersonal) } ?? .null
        if let announced = post.body.announced {
            guard let original = page.originals[announced],
                let status = write(original, page, isPersonal: isPersonal)
            else { return nil }
            json["reblog"] = status
        }
        if isPersonal {
            for (name, value) in Self.personal(page.marks(on: post.body.announced ?? post.id)) {
                json[name] = .bool(value)
            }
            json["filtered"] = []
        }
        return .object(json)
    }

    /// A poll as its reader may see it now, so it is written for each.
    func poll(_ sight: PollSight, of post: PostID, isPersonal: Bool) -> JSONValue {
        PollEntity(sight: sight, id: post, now: desk.needs.now()).json(isPersonal: isPersonal)
    }

    /// What one reader did with a post.
    static func personal(_ marks: Marks) -> [(String, Bool)] {
        [
            ("favourited", marks.likes), ("reblogged", marks.announces), ("bookmarked", marks.bookmarks),
            ("muted", false), ("pinned", false),
        ]
    }

    private func core(_ post: Post, _ page: PostPage) -> JSONObject? {
        guard let author = page.authors[post.author], author.state != .left || post.body.announced == nil
        else {
            return nil
        }
        var shown = post
        if let announced = post.body.announced {
            guard let original = page.originals[announced] else { return nil }
            shown = original
        }
        return JSONObject([
            ("id", .string(post.id.description)), ("created_at", .string(Moment.text(post.createdAt))),
            ("in_reply_to_id", shown.reply?.post.map { .string($0.description) } ?? .null),
            ("in_reply_to_account_id", shown.reply?.author.map { .string($0.description) } ?? .null),
            ("sensitive", .bool(shown.isSensitive)), ("spoiler_text", .string(shown.summary)),
            (
                "visibility",
                .string(Visibility.word(post.audience, isQuiet: post.isQuiet, policy: desk.needs.policy))
            ),
            ("language", JSONValue(shown.language)), ("uri", .string(post.uri.string)),
            ("url", .string(shown.url)), ("replies_count", JSONValue(shown.counts.replies)),
            ("reblogs_count", JSONValue(shown.counts.announces)),
            ("favourites_count", JSONValue(shown.counts.likes)),
            ("edited_at", shown.editedAt.map { .string(Moment.text($0)) } ?? .null),
            ("content", .string(content(of: shown))), ("application", .null),
            ("account", AccountEntity(desk: desk).write(author)),
            (
                "media_attachments",
                .array(
                    shown.attachments.enumerated().map { Self.file($0.element, "\(shown.id)-\($0.offset)") })
            ),
            ("mentions", .array(shown.mentions.map(mention))), ("tags", .array(shown.tags.map(tag))),
            ("emojis", []),
            ("reactions", reactions(page.reactions(to: shown.id))),
            ("group_id", shown.group.map { .string($0.description) } ?? .null), ("card", .null),
            ("hallway", BodyEntities(desk: desk).write(shown, page)),
        ])
    }

    /// A title stands above the text.
    private func content(of post: Post) -> String {
        if case .survey = post.body {
            let page = "\(desk.needs.addresses.base.origin)/surveys/\(post.id)"
            return "\(post.content)<p><a href=\"\(page)\">Answer the survey</a></p>"
        }
        guard let title = post.body.title else { return post.content }
        return "<p><strong>\(title.escapedHTML)</strong></p>\(post.content)"
            + BodyEntities(desk: desk).footer(of: post)
    }

    /// The same for every reader; whether one is among them is asked for by itself.
    private func reactions(_ tallies: [Reaction.Tally]) -> JSONValue {
        .array(
            tallies.map {
                [
                    "name": .string(Reaction.shown($0.emoji, in: desk.reactions)),
                    "count": JSONValue($0.count),
                ]
            })
    }

    private func mention(_ mention: Mention) -> JSONValue {
        let parts = mention.handle.split(separator: "@")
        let isLocal = parts.count == 2 && parts[1] == desk.needs.addresses.authority
        return [
            "id": .string(mention.actor.description), "username": .string(String(parts.first ?? "")),
            "url": .string(mention.url), "acct": .string(isLocal ? String(parts[0]) : mention.handle),
        ]
    }

    private func tag(_ tag: String) -> JSONValue {
        ["name": .string(tag), "url": .string(desk.needs.addresses.page(hashtag: tag))]
    }

    private static func file(_ file: Attachment, _ id: String) -> JSONValue {
        let kind = ["image", "video", "audio"].first { file.mediaType.hasPrefix($0) } ?? "unknown"
        var original = JSONObject()
        if let width = file.width, let height = file.height {
            original["width"] = JSONValue(width)
            original["height"] = JSONValue(height)
            original["size"] = .string("\(width)x\(height)")
            original["aspect"] = .double(Double(width) / Double(max(1, height)))
        }
        return [
            "id": .string(id), "type": .string(kind), "url": .string(file.url),
            "preview_url": .string(file.url),
            "remote_url": .string(file.url), "meta": ["original": .object(original)],
            "description": file.name.isEmpty ? .null : .string(file.name),
            "blurhash": JSONValue(file.blurhash),
        ]
    }
}
