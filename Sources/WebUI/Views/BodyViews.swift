import Domain
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
        case .note, .article, .announce:
            try QuestionViews(desk: desk).answer(post, for: person, in: transaction).map { ["answer": $0] }
                ?? [:]
        case .poll: ["poll": ["word": "Poll"]]
        case .recognition: ["recognition": ["word": "Thanks"]]
        case .question(let question):
            [
                "question": try QuestionViews(desk: desk)
                    .values(question, of: post, for: person, in: transaction)
            ]
        case .announcement: ["announcement": ["word": "Announcement"]]
        case .gathering: ["gathering": ["word": "Event"]]
        }
    }
}
