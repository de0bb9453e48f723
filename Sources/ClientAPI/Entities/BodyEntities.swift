import Domain
import JSON
import Social
import Surface

/// What a post carries besides its text, for clients that know Hallway: the `hallway` member of a status. It is the same for
/// every reader; what one reader did with it is asked for by itself.
struct BodyEntities {
    let desk: Desk

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
        case .recognition: ["kind": "recognition"]
        case .question: ["kind": "question"]
        case .announcement: ["kind": "announcement"]
        case .gathering: ["kind": "gathering"]
        }
    }
}
