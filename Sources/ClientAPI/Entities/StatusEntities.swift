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
    /// Whether they go to somebody who has asked to see them: that is when an announcement has reached them.
    var areAskedFor = true

    /// `posts`: that the viewer may see; a post whose original they may not see is left out.
    func write(_ posts: [Post], for viewer: Viewer, in transaction: Transaction) throws -> [JSONValue] {
        let posts = try desk.inOwnWords(posts, for: viewer, in: transaction)
        let page = try PostPage(posts, for: viewer, in: transaction)
        if areAskedFor, case .person(let person) = viewer {
            let shown = (posts + page.originals.values).filter {
                if case .announcement = $0.body { true } else { false }
            }
            desk.noteShown.see(shown.map(\.id), by: person)
        }
        let isPersonal = viewer.actor != nil
        return posts.compactMap { write($0, page, isPersonal: isPersonal) }
    }

    func write(_ post: Post, for viewer: Viewer, in transaction: Transaction) throws -> JSONValue {
        guard let status = try write([post], for: viewer, in: transaction).first else {
            throw Refusal.notFound("Record")
        }
        return status
    }

    /// Posts without polls, without what one reader did with them and without what they pass on.
    func open(
        _ posts: [Post], for viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID: Renderings.Rendering] {
        let page = try PostPage(posts, for: viewer, in: transaction)
        var texts: [PostID: Renderings.Rendering] = [:]
        for post in posts {
            guard let json = core(post, page) else { continue }
            texts[post.id] = Renderings.Rendering(post, bytes: JSONValue.object(json).bytes.dropLast())
        }
        return texts
    }

    /// `isQuoted`: whether it stands inside a post that quotes it; what it quotes itself is named and not shown.
    private func write(_ post: Post, _ page: PostPage, isPersonal: Bool, isQuoted: Bool = false) -> JSONValue?
    {
        guard var json = core(post, page) else { return nil }
        json["reblog"] = .null
        json["quote"] = .null
        json["quote_approval"] = .null
        if post.body.announced == nil {
            json["quote"] = QuoteEntities.quote(
                page.quotes[post.id],
                status: isQuoted ? nil : { write($0, page, isPersonal: isPersonal, isQuoted: true) })
            json["quote_approval"] = QuoteEntities.Approval(post.quoteTerms, page.mayQuote(post.id)).json
        }
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

    /// What each of some posts quotes and who may quote it, as members of its status, for a page of a timeline.
    func quotes(
        of posts: [PostID: Renderings.Rendering], for viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID: [UInt8]] {
        let quoting = try transaction.posts(posts.filter(\.value.isQuoting).map(\.key))
        let page = quoting.isEmpty ? nil : try PostPage(quoting, for: viewer, in: transaction)
        // Most posts of a page say the same of it.
        var approvals: [QuoteEntities.Approval: [UInt8]] = [:]
        var texts: [PostID: [UInt8]] = [:]
        for (post, rendering) in posts {
            let terms = rendering.quoteTerms
            let approval = QuoteEntities.Approval(
                terms, try terms.answer(to: viewer.actor) { try transaction.isFollowing($0, terms.author) })
            let approved = approvals[approval] ?? Array(",\"quote_approval\":".utf8) + approval.json.bytes
            approvals[approval] = approved
            let quote = page.map { page in
                QuoteEntities.quote(page.quotes[post]) {
                    write($0, page, isPersonal: viewer.actor != nil, isQuoted: true)
                }
            }
            texts[post] = Array(",\"quote\":".utf8) + (quote?.bytes ?? Array("null".utf8)) + approved
        }
        return texts
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
            ("quotes_count", JSONValue(page.countQuotes(of: shown.id))),
            ("edited_at", shown.editedAt.map { .string(Moment.text($0)) } ?? .null),
            ("content", .string(content(of: shown, by: page.authors[shown.author]))), ("application", .null),
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
            ("knowledge", knowledge(page.articles[shown.id], of: shown)),
        ])
    }

    /// A title stands above the text, and where there is more to do, the way there below it.
    private func content(of post: Post, by author: Actor?) -> String {
        if case .survey = post.body {
            let page = "\(desk.needs.addresses.base.origin)/surveys/\(post.id)"
            return "\(post.content)<p><a href=\"\(page)\">Answer the survey</a></p>"
        }
        let content = post.content + QuoteEntities.reference(of: post)
        let title = post.body.title.map { "<p><strong>\($0.escapedHTML)</strong></p>" } ?? ""
        return title + content + BodyEntities(desk: desk).footer(of: post, by: author)
    }

    /// That it stands in the knowledge base, with the mark of one that is outdated.
    private func knowledge(_ article: Knowledge?, of post: Post) -> JSONValue {
        guard let article else { return .null }
        return [
            "id": .string(article.id.description), "title": .string(article.title),
            "outdated": .bool(article.isOutdated(post, at: desk.needs.now())),
            "review_at": Moment.json(article.reviewAt),
        ]
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
