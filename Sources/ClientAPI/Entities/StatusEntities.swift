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

    private func write(_ post: Post, _ page: PostPage, isPersonal: Bool) -> JSONValue? {
        guard let author = page.authors[post.author], author.state != .left || post.body.announced == nil
        else {
            return nil
        }
        var shown = post
        var reblog = JSONValue.null
        if let announced = post.body.announced {
            guard let original = page.originals[announced],
                let status = write(original, page, isPersonal: isPersonal)
            else {
                return nil
            }
            reblog = status
            shown = original
        }
        var json = JSONObject([
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
            ("content", .string(content(of: shown))), ("reblog", reblog), ("application", .null),
            ("account", AccountEntity(desk: desk).write(author)),
            (
                "media_attachments",
                .array(
                    shown.attachments.enumerated().map { Self.file($0.element, "\(shown.id)-\($0.offset)") })
            ),
            ("mentions", .array(shown.mentions.map(mention))), ("tags", .array(shown.tags.map(tag))),
            ("emojis", []),
            ("card", .null), ("poll", .null),
        ])
        if isPersonal { add(page.marks(on: shown.id), to: &json) }
        return .object(json)
    }

    private func add(_ marks: Marks, to json: inout JSONObject) {
        json["favourited"] = .bool(marks.likes)
        json["reblogged"] = .bool(marks.announces)
        json["bookmarked"] = .bool(marks.bookmarks)
        json["muted"] = false
        json["pinned"] = false
        json["filtered"] = []
    }

    /// An article shows its title above its text.
    private func content(of post: Post) -> String {
        switch post.body {
        case .article(let title): "<p><strong>\(title.escapedHTML)</strong></p>\(post.content)"
        case .note, .announce: post.content
        }
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
