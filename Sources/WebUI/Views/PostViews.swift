import Domain
import FoundationEssentials
import Social
import Storage
import Surface

/// What pages show of posts: a whole page with a handful of queries.
struct PostViews {
    let desk: Desk
    let seal: String
    let back: String

    /// `focus`: the post that the page is about.
    func values(
        _ posts: [Post], for person: ActorID, focus: PostID? = nil, in transaction: Transaction
    ) throws -> [[String: Any]] {
        let posts = try desk.inOwnWords(posts, for: .person(person), in: transaction)
        let page = try PostPage(posts, for: .person(person), in: transaction)
        let bodies = BodyViews(desk: desk, seal: seal, back: back)
        return try posts.compactMap { post in
            var announcer: Actor?
            var shown = post
            if let announced = post.body.announced {
                guard let original = page.originals[announced] else { return nil }
                announcer = page.authors[post.author]
                shown = original
            }
            guard let author = page.authors[shown.author] else { return nil }
            var card = values(
                shown, by: author, announcer: announcer,
                parent: shown.reply?.author.flatMap { page.authors[$0] },
                marks: page.marks(on: shown.id), isMine: shown.author == person, isFocus: shown.id == focus
            )
            .merging(reactions(page.reactions(to: shown.id))) { $1 }
            if let group = try shown.group.flatMap({ try transaction.actor($0) }) {
                card["inGroup"] = [
                    "path": "/groups/\(group.id)", "name": PersonView(desk: desk).name(group),
                ]
            }
            let quoting = QuoteView(desk: desk, seal: seal, back: "\(back)#post-\(post.id)")
            card.merge(quoting.values(shown, page, for: person)) { $1 }
            card.merge(try knowledge(page.articles[shown.id], of: shown, for: person, in: transaction)) { $1 }
            return try card.merging(bodies.values(shown, for: person, in: transaction)) { $1 }
        }
    }

    /// Where it stands in the knowledge base, or that it could.
    private func knowledge(
        _ article: Knowledge?, of post: Post, for person: ActorID, in transaction: Transaction
    ) throws -> [String: Any] {
        if let article {
            return ["knowledge": try KnowledgeView(desk: desk).mark(article, of: post, in: transaction)]
        }
        guard post.author == person || post.body.question?.accepted != nil,
            try KeepKnowledge.mayPromote(post, by: person, in: transaction)
        else { return [:] }
        return post.body.question == nil
            ? ["mayPromote": true] : ["promote": "/new/knowledge?post=\(post.id)"]
    }

    /// What the post was given, and what may be given.
    private func reactions(_ tallies: [Reaction.Tally]) -> [String: Any] {
        func button(_ emoji: String, _ tally: Reaction.Tally?) -> [String: Any] {
            let isMine = tally?.isMine ?? false
            var values: [String: Any] = [
                "emoji": emoji, "isMine": isMine, "isMineWord": String(isMine),
                "verb": isMine ? "unreact" : "react",
            ]
            if let tally { values["count"] = tally.count }
            return values
        }
        let given = tallies.map { button(Reaction.shown($0.emoji, in: desk.reactions), $0) }
        let left = desk.reactions.filter { emoji in
            !tallies.contains { $0.emoji == Reaction.plain(emoji) }
        }
        return [
            "reactions": given, "choices": left.map { button($0, nil) }, "mayReact": !left.isEmpty,
        ]
    }

    func path(_ post: Post, by author: Actor) -> String {
        "\(PersonView(desk: desk).path(author))/\(post.id)"
    }

    private func values(
        _ post: Post, by author: Actor, announcer: Actor?, parent: Actor?, marks: Marks, isMine: Bool,
        isFocus: Bool
    ) -> [String: Any] {
        let people = PersonView(desk: desk)
        var values: [String: Any] = [
            "id": post.id.description, "path": path(post, by: author), "author": people.values(author),
            "content": post.content, "audience": Self.audience(post.audience, nodeName: desk.nodeName),
            "seal": seal,
            "back": "\(back)#post-\(post.id)", "isMine": isMine, "isFocus": isFocus,
            "isEdited": post.editedAt != nil,
            "likes": marks.likes, "likesWord": String(marks.likes),
            "likeVerb": marks.likes ? "unlike" : "like",
            "shares": marks.announces, "sharesWord": String(marks.announces),
            "shareVerb": marks.announces ? "unshare" : "share", "saves": marks.bookmarks,
            "savesWord": String(marks.bookmarks), "saveVerb": marks.bookmarks ? "unsave" : "save",
            "mayShare": [.organisation, .anyone, .node].contains(post.audience),
            "files": post.attachments.map { file in
                ["url": file.url, "label": file.name.isEmpty ? "Attachment (\(file.mediaType))" : file.name]
            },
        ]
        values.merge(Moments.values(post.createdAt, now: desk.needs.now())) { $1 }
        for (name, count) in [
            ("replies", post.counts.replies), ("likeCount", post.counts.likes),
            ("shareCount", post.counts.announces),
        ] where count > 0 {
            values[name] = count
        }
        if !post.summary.isEmpty { values["summary"] = post.summary }
        if let title = post.body.title { values["headline"] = title }
        if let announcer { values["announcer"] = people.values(announcer) }
        if let parent, let id = post.reply?.post {
            var above = people.values(parent)
            above["path"] = "\(people.path(parent))/\(id)"
            values["parent"] = above
        }
        return values
    }

    static func audience(_ audience: Audience, nodeName: String) -> String {
        switch audience {
        case .anyone: "Anyone"
        case .organisation: "Everyone in the organisation"
        case .node: "Only \(nodeName)"
        case .followers: "Followers"
        case .group: "A group"
        case .unit(let name): name
        case .direct: "Only the people named"
        }
    }
}
