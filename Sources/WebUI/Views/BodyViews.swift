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
        case .note, .article, .announce: [:]
        case .poll: ["poll": ["word": "Poll"]]
        case .recognition: ["recognition": ["word": "Thanks"]]
        case .question: ["question": ["word": "Question"]]
        case .announcement(let announcement):
            [
                "announcement": try AnnouncementView(desk: desk).values(
                    announcement, of: post, for: person, in: transaction
                )
                .merging(["seal": seal, "back": back]) { $1 }
            ]
        case .gathering(let gathering):
            [
                "gathering": try GatheringView(desk: desk).values(
                    gathering, of: post, for: person, in: transaction
                )
                .merging(["seal": seal, "back": "\(back)#post-\(post.id)"]) { $1 }
            ]
        }
    }
}
