import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Markup
import Social
import Storage

/// Reads a Note or Article of another node.
struct PostIn {
    let world: World

    /// A post with what it names, before rows are looked up.
    struct Reading: Sendable {
        var post: Post
        var mentioned: [ObjectURI]
        var addressees: [ObjectURI]
        /// Whom it thanks.
        var thanked: [ObjectURI] = []
        /// How many liked it, by its author's node.
        var likes: Int?
        /// The group that it says it was written in.
        var group: ObjectURI?
        /// The object as its giver signed it, where it thanks someone and that was verified.
        var proved: [UInt8]?
    }

    /// `author`: whose it must be. Throws ``Refusal`` for an object that is not the author's own or cannot be
    /// a post.
    func read(_ object: ASObject, by author: Actor) throws -> Reading {
        guard Vocabulary.postTypes.contains(object.type) else {
            throw Refusal.invalid(field: "object", because: "is not a post")
        }
        guard let uri = object.id.flatMap({ ObjectURI($0) }), uri.origin == author.uri.origin,
            world.isForeign(uri)
        else { throw Refusal.notAllowed(because: "the object's id is of another origin") }
        guard object.uris("attributedTo") == [author.uri.string] else {
            throw Refusal.notAllowed(because: "the object is attributed to someone else")
        }
        let now = world.needs.now()
        let title = object.text("name").map { ActorIn.line($0, limit: Limits.summary) } ?? ""
        var post = Post(
            id: world.needs.ids.next(), uri: uri, author: author.id,
            body: try BodyIn.read(object, title: title, at: now),
            content: SafeHTML.sanitise(
                QuoteIn.text(BodyIn.text(object, title: title), of: object), limit: Limits.remoteContent),
            audience: audience(of: object, by: author),
            // A page elsewhere would answer for an address that is somebody else's.
            url: object.uri("url").flatMap { ObjectURI($0) }.flatMap {
                $0.origin == uri.origin ? $0.string : nil
            },
            // A date from the future would pin a post to the top of every page.
            createdAt: min(object.date("published") ?? now, now)
        )
        post.editedAt = object.date("updated").map { min($0, now) }.flatMap { $0 > post.createdAt ? $0 : nil }
        post.summary = ActorIn.line(
            SafeHTML.plainText(object.text("summary") ?? "", limit: 8192), limit: Limits.summary)
        post.isSensitive = object.bool("sensitive") ?? !post.summary.isEmpty
        // Mastodon's "unlisted": for everyone, but in nobody's face.
        post.isQuiet =
            post.audience == .anyone && Vocabulary.everyoneSpellings.isDisjoint(with: object.uris("to"))
        post.language = object.language("content").map { $0.shortened(to: 35) }
        post.reply = object.uri("inReplyTo").flatMap { ObjectURI($0) }.map { Post.Reply(uri: $0) }
        post.context = object.uri("context").flatMap { ObjectURI($0) }
        post.attachments = attachments(of: object)
        post.quote = QuoteIn.read(object)
        post.quotePolicy = QuoteIn.policy(object, by: author)
        let tags = object.objects("tag").prefix(Limits.tags)
        post.tags = Set(
            tags.filter { $0.type == "Hashtag" }.compactMap { tag -> String? in
                let word = (tag.text("name") ?? "").drop { $0 == "#" }.lowercased()
                return (1...200).contains(word.utf8.count)
                    && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
                    ? word : nil
            }
        ).sorted()
        let thanked = try RecognitionIn(object)?.recipients ?? []
        return Reading(
            post: post,
            mentioned: tags.filter { $0.type == "Mention" }.compactMap {
                $0.uri("href").flatMap { ObjectURI($0) }
            },
            addressees: (object.uris("to") + object.uris("cc")).prefix(Limits.recipients).compactMap {
                ObjectURI($0)
            },
            thanked: thanked,
            likes: object.objects("likes").first?.int("totalItems").flatMap {
                (0...1_000_000).contains($0) ? $0 : nil
            },
            group: object.uri("audience").flatMap { ObjectURI($0) }
        )
    }

    /// Fills in what only the database knows: who is mentioned and what is answered.
    ///
    /// - Returns: the post, and those it is addressed to by name that are known here.
    func complete(_ reading: Reading, in transaction: Transaction) throws -> (Post, recipients: [ActorID]) {
        var post = reading.post
        if case .announcement(let announcement) = post.body,
            try !isHonoured(post, by: transaction.actor(post.author), in: transaction)
        {
            // Whoever may not speak for the organisation has written something with a title.
            post.body = .article(title: announcement.title)
        }
        var named: [ActorID] = []
        for uri in reading.mentioned.prefix(100) {
            guard let actor = try transaction.actor(uri), !named.contains(actor.id) else { continue }
            named.append(actor.id)
            let host = actor.host ?? world.needs.addresses.authority
            post.mentions.append(
                Mention(actor: actor.id, uri: actor.uri, handle: "\(actor.name)@\(host)", url: actor.url))
        }
        for uri in reading.addressees {
            guard let actor = try transaction.actorID(uri), !named.contains(actor) else { continue }
            named.append(actor)
        }
        if case .recognition(var recognition) = post.body {
            recognition.recipients = try reading.thanked.compactMap { try transaction.actorID($0) }
            try Recognise.checkReceived(
                recognition, count: reading.thanked.count, of: post, needs: world.needs, in: transaction)
            // Thanks to nobody who is known here are a text like any other.
            post.body = recognition.recipients.isEmpty ? .note : .recognition(recognition)
            named += recognition.recipients.filter { !named.contains($0) }
        }
        if let reply = post.reply, let parent = try transaction.post(reply.uri), parent.deletedAt == nil {
            let context = post.context
            post.answer(parent)
            post.context = parent.context ?? context
            // An answer is in a group if it says so; below what only members read, it must be.
            if case .group = parent.audience {} else { post.group = nil }
        }
        post.quote = try post.quote.map {
            try QuotePost.judge($0, of: post, needs: world.needs, in: transaction)
        }
        if let actor = try reading.group.flatMap({ try transaction.actor($0) }), actor.kind == .group {
            // What was written before a group moved names the old one.
            post.group = try transaction.groupNow(actor.id)
        }
        if let group = try post.group.flatMap({ try transaction.group($0) }) { post.place(in: group) }
        return (post, try transaction.recipients(among: named, of: post))
    }

    /// Whether this is an announcement that counts as one: of a node of the organisation, which has looked whether its
    /// author may, for all of it, and no answer to something.
    func isHonoured(_ post: Post, by author: Actor?, in transaction: Transaction) throws -> Bool {
        guard case .announcement = post.body, post.reply == nil, let host = author?.host,
            post.audience == .organisation
        else { return false }
        return try World.standing(of: host, needs: world.needs, in: transaction) == .member
    }

    /// The audience that `to` and `cc` spell out; narrower where they are not understood.
    private func audience(of object: ASObject, by author: Actor) -> Audience {
        let addressed = Set((object.uris("to") + object.uris("cc")).prefix(Limits.recipients))
        if !addressed.isDisjoint(with: Vocabulary.everyoneSpellings) {
            return world.needs.policy == .open ? .anyone : .organisation
        }
        if addressed.contains(Vocabulary.authenticated) { return .organisation }
        if let followers = author.endpoints.followers, addressed.contains(followers.string) {
            return .followers
        }
        return .direct
    }

    private func attachments(of object: ASObject) -> [Attachment] {
        object.objects("attachment").prefix(Limits.attachments).compactMap { file in
            guard let url = (file.uri("url") ?? file.uri("href")).flatMap({ Link.safe($0) }) else {
                return nil
            }
            return Attachment(
                url: url, mediaType: (file.json["mediaType"]?.string ?? "").shortened(to: 100),
                name: ActorIn.line(file.text("name") ?? file.text("summary") ?? "", limit: 1500),
                width: file.int("width").flatMap { (1...100_000).contains($0) ? $0 : nil },
                height: file.int("height").flatMap { (1...100_000).contains($0) ? $0 : nil },
                blurhash: file.json["blurhash"]?.string.flatMap { $0.utf8.count <= 100 ? $0 : nil }
            )
        }
    }
}
