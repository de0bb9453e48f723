/// What a post carries. A new concept is a new case, and the compiler lists the places to visit.
public enum PostBody: Sendable, Equatable {
    case note
    /// Long form with a title (FEP-b2b8).
    case article(title: String)
    /// Another's post, passed on.
    case announce(of: PostID)
    case poll(Poll)
    case survey(Survey)
    case recognition(Recognition)
    case question(Question)
    case announcement(Announcement)
    case gathering(Gathering)

    /// The post that is passed on, if this is one.
    public var announced: PostID? {
        switch self {
        case .announce(let post): post
        case .note, .article, .poll, .survey, .recognition, .question, .announcement, .gathering: nil
        }
    }

    /// The line above the text, where there is one.
    public var title: String? {
        switch self {
        case .article(let title): title
        case .question(let question): question.title
        case .announcement(let announcement): announcement.title
        case .gathering(let gathering): gathering.title
        case .note, .announce, .poll, .survey, .recognition: nil
        }
    }

    /// What it is found by, besides the text of the post.
    public var words: [String] {
        switch self {
        case .poll(let poll): poll.options.map(\.text)
        case .survey(let survey): survey.questions.map(\.text)
        case .gathering(let gathering): [gathering.title, gathering.place]
        case .article, .question, .announcement, .note, .announce, .recognition: title.map { [$0] } ?? []
        }
    }
}
