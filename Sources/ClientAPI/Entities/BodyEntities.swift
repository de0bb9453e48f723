import Domain
import JSON
import Surface

/// What a post carries besides its text, for clients that know Hallway: the `hallway` member of a status. It is the same for
/// every reader; what one reader did with it is asked for by itself.
struct BodyEntities {
    let desk: Desk

    /// What stands below the text for clients that know notes alone: where to do what the post asks for.
    func footer(of post: Post) -> String {
        switch post.body {
        case .announcement(let announcement): AnnouncementEntities.footer(announcement, of: post, desk: desk)
        case .gathering(let gathering): GatheringEntities.footer(gathering, of: post, desk: desk)
        case .note, .article, .announce, .poll, .recognition, .question: ""
        }
    }

    func write(_ post: Post, _ page: PostPage) -> JSONValue {
        switch post.body {
        case .note, .article, .announce: .null
        case .poll: ["kind": "poll"]
        case .recognition: ["kind": "recognition"]
        case .question: ["kind": "question"]
        case .announcement(let announcement): AnnouncementEntities.write(announcement)
        case .gathering(let gathering): GatheringEntities.write(gathering)
        }
    }
}
