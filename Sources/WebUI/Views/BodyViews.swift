import Domain
import Social
import Storage
import Surface

/// What a card shows of a post besides its text: each kind its own part of the template.
struct BodyViews {
    let desk: Desk
    let seal: String
    let back: String

    /// `person`: the reader.
    func values(_ post: Post, for person: ActorID, in transaction: Transaction) throws -> [String: Any] {
        switch post.body {
        case .note, .article, .announce: [:]
        case .poll:
            try PollSight.read([post.id], for: .person(person), in: transaction)[post.id].map { sight in
                [
                    "poll": PollView(sight: sight, now: desk.needs.now())
                        .values(post.id, seal: seal, back: back)
                ]
            } ?? [:]
        case .survey(let survey):
            [
                "survey": [
                    "path": "/surveys/\(post.id)", "state": SurveyView.state(survey, now: desk.needs.now()),
                ]
            ]
        case .recognition: ["recognition": ["word": "Thanks"]]
        case .question: ["question": ["word": "Question"]]
        case .announcement: ["announcement": ["word": "Announcement"]]
        case .gathering: ["gathering": ["word": "Event"]]
        }
    }
}
