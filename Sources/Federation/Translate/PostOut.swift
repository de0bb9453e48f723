import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Markup

/// Writes a post as a Note or an Article.
struct PostOut {
    let addresses: Addresses
    /// The group that the post was written in.
    var group: ObjectURI?

    /// Whom a post is addressed to (ActivityPub §6, FEP-7502).
    func recipients(of post: Post, by author: Actor) -> (to: [String], cc: [String]) {
        let followers = author.endpoints.followers.map { [$0.string] } ?? []
        // Whoever is quoted can read what quotes them.
        let quoted = post.quote?.author == post.author ? nil : post.quote?.authorURI?.string
        let named = post.mentions.map(\.uri.string).filter { $0 != quoted } + [quoted].compactMap { $0 }
        if let group {
            // Its node passes it on (FEP-1b12).
            let readers = post.audience == .organisation ? [Vocabulary.authenticated] : []
            return ([group.string] + readers, named)
        }
        return switch post.audience {
        case .anyone where post.isQuiet: (followers, [Vocabulary.everyone] + named)
        case .anyone: ([Vocabulary.everyone], followers + named)
        case .organisation: ([Vocabulary.authenticated], followers + named)
        case .followers: (followers, named)
        case .direct: (named, [])
        // These do not leave the node but for those they name.
        case .node, .unit, .group: (named, [])
        }
    }

    /// `context`: whether the document stands alone; inside an activity it shares the activity's.
    func write(_ post: Post, by author: Actor, context: Bool) -> JSONValue {
        let (to, cc) = recipients(of: post, by: author)
        var json = JSONObject()
        if context { json["@context"] = Vocabulary.objectContext }
        json["id"] = .string(post.uri.string)
        json["type"] = "Note"
        json["attributedTo"] = .string(author.uri.string)
        json["content"] = .string(post.content)
        json["published"] = .string(ASDate.preciseText(post.createdAt))
        json["updated"] = post.editedAt.map { .string(ASDate.preciseText($0)) }
        json["url"] = .string(post.url)
        json["to"] = .array(to.map { .string($0) })
        json["cc"] = .array(cc.map { .string($0) })
        json["sensitive"] = .bool(post.isSensitive)
        if !post.summary.isEmpty { json["summary"] = .string(post.summary) }
        if let language = post.language {
            json["contentMap"] = .object(JSONObject([(language, .string(post.content))]))
        }
        json["inReplyTo"] = post.reply.map { .string($0.uri.string) }
        // How many voted for it, if it is an answer to a question.
        if post.reply != nil {
            json["likes"] = ["type": "Collection", "totalItems": .int(Int64(post.counts.likes))]
        }
        json["context"] = post.context.map { .string($0.string) }
        json["audience"] = group.map { .string($0.string) }
        json["replies"] = .string("\(post.uri)/replies")
        json["tag"] = .array(tags(of: post))
        json["attachment"] = .array(post.attachments.map(attachment))
        switch post.body {
        case .note, .announce: break
        case .recognition(let recognition): RecognitionOut.add(recognition, of: post, to: &json)
        case .question(let question): QuestionOut.write(question, of: post, to: &json)
        case .announcement(let announcement): AnnouncementOut.add(announcement, of: post, to: &json)
        case .gathering(let gathering): GatheringOut.add(gathering, of: post, to: &json)
        case .poll(let poll): PollOut.add(poll, to: &json)
        case .survey(let survey): json["hallway:survey"] = SurveyOut.write(survey)
        case .article(let title): addArticle(title, post: post, author: author, to: &json)
        }
        QuoteOut.add(post, by: author, to: &json)
        return .object(json)
    }

    /// FEP-b2b8: readers that show notes only get a short one.
    private func addArticle(_ title: String, post: Post, author: Actor, to json: inout JSONObject) {
        json["type"] = "Article"
        json["name"] = .string(title)
        json["preview"] = [
            "type": "Note", "attributedTo": .string(author.uri.string),
            "published": .string(ASDate.preciseText(post.createdAt)),
            "content": .string("<p><strong>\(title.escapedHTML)</strong></p>"),
        ]
    }

    private func tags(of post: Post) -> [JSONValue] {
        post.mentions.map { mention in
            ["type": "Mention", "href": .string(mention.uri.string), "name": .string("@\(mention.handle)")]
        }
            + post.tags.map { tag in
                [
                    "type": "Hashtag", "href": .string(addresses.page(hashtag: tag)),
                    "name": .string("#\(tag)"),
                ]
            }
    }

    private func attachment(_ file: Attachment) -> JSONValue {
        var json = JSONObject([
            ("type", "Document"), ("mediaType", .string(file.mediaType)), ("url", .string(file.url)),
            ("name", .string(file.name)),
        ])
        json["width"] = file.width.map { .int(Int64($0)) }
        json["height"] = file.height.map { .int(Int64($0)) }
        json["blurhash"] = file.blurhash.map { .string($0) }
        return .object(json)
    }
}
