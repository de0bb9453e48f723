import Domain
import JSON
import Markup
import Social
import Surface

/// What a post carries besides its text, for clients that know Hallway: the `hallway` member of a status. It is the same for
/// every reader; what one reader did with it is asked for by itself.
struct BodyEntities {
    let desk: Desk

    /// What stands below the text for clients that know notes alone: where to do what the post asks for.
    func footer(of post: Post, by author: Actor?) -> String {
        switch post.body {
        case .announcement(let announcement): AnnouncementEntities.footer(announcement, of: post, desk: desk)
        case .gathering(let gathering): GatheringEntities.footer(gathering, of: post, desk: desk)
        case .question: link("Answer this question", to: post, by: author)
        case .recognition: link("See these thanks", to: post, by: author)
        case .note, .article, .announce, .poll, .survey: ""
        }
    }

    /// To the post's page of the reader's own office.
    private func link(_ words: String, to post: Post, by author: Actor?) -> String {
        guard let author else { return "" }
        let name = author.host.map { "\(author.name)@\($0)" } ?? author.name
        let url = desk.needs.addresses.page(post: post.id, by: name)
        return "<p><a href=\"\(url.escapedHTML)\">\(words)</a></p>"
    }

    func write(_ post: Post, _ page: PostPage) -> JSONValue {
        switch post.body {
        case .note, .article, .announce: .null
        case .poll(let poll):
            [
                "kind": "poll", "anonymous": .bool(poll.isAnonymous), "hides_totals": .bool(poll.hidesTotals),
            ]
        case .survey(let survey):
            [
                "kind": "survey", "questions": JSONValue(survey.questions.count),
                "url": .string("\(desk.needs.addresses.base.origin)/surveys/\(post.id)"),
            ]
        case .recognition(let recognition):
            [
                "kind": "recognition", "value": .string(recognition.value),
                "points": JSONValue(recognition.points),
                "recipients": .array(recognition.recipients.map { .string($0.description) }),
            ]
        case .question(let question): write(question, of: post)
        case .announcement(let announcement):
            AnnouncementEntities.write(announcement, language: post.language)
        case .gathering(let gathering): GatheringEntities.write(gathering)
        }
    }

    private func write(_ question: Question, of post: Post) -> JSONValue {
        func link(_ link: Question.Link?) -> JSONValue {
            guard let link else { return .null }
            return ["id": JSONValue(link.post?.description), "uri": .string(link.uri.string)]
        }
        return [
            "kind": "question", "title": .string(question.title), "accepted": link(question.accepted),
            "accepted_by": question.accepted == nil
                ? .null : question.isByModerator ? "moderator" : "asker",
            "duplicate_of": link(question.duplicateOf),
            "settled_at": question.settledAt.map { .string(Moment.text($0)) } ?? .null,
        ]
    }
}
