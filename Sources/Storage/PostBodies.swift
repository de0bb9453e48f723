import Domain
import FoundationEssentials

/// What posts carry beyond their text, each concept in tables of its own.
extension Transaction {
    func insertBody(of post: Post) throws {
        switch post.body {
        case .note, .article, .announce: break
        case .poll(let poll): try insert(poll, of: post.id)
        case .survey(let survey): try insert(survey, of: post.id)
        case .recognition(let recognition): try insert(recognition, of: post)
        case .question(let question): try insert(question, of: post.id)
        case .announcement(let announcement): try insert(announcement, of: post.id)
        case .gathering(let gathering): try insert(gathering, of: post.id)
        }
    }

    /// Takes over what an edit may change; what others did with it stays.
    func updateBody(of post: Post) throws {
        switch post.body {
        case .note, .article, .announce: break
        case .poll(let poll): try update(poll, of: post.id)
        case .survey: break
        case .recognition(let recognition): try update(recognition, of: post.id)
        case .question(let question): try update(question, of: post.id)
        case .announcement(let announcement):
            try update(announcement, of: post.id, at: post.editedAt ?? post.createdAt)
        case .gathering(let gathering): try update(gathering, of: post.id)
        }
    }

    func deleteBody(of post: Post) throws {
        switch post.body {
        case .note, .article, .announce: break
        case .poll: try deletePoll(of: post.id)
        case .survey: try deleteSurvey(of: post.id)
        case .recognition: try deleteRecognition(of: post.id)
        case .question: try deleteQuestion(of: post.id)
        case .announcement: try deleteAnnouncement(of: post.id)
        case .gathering: try deleteGathering(of: post.id)
        }
    }

    /// The bodies of those that have tables of their own; posts without one cost no query.
    func bodies(of posts: [Post]) throws -> [PostID: PostBody] {
        var bodies: [PostID: PostBody] = [:]
        for (code, ids) in Dictionary(grouping: posts, by: \.body.code).mapValues({ padded($0.map(\.id)) }) {
            switch code {
            case PostBody.Code.poll: for (id, poll) in try polls(of: ids) { bodies[id] = .poll(poll) }
            case PostBody.Code.survey:
                for (id, survey) in try surveys(of: ids) { bodies[id] = .survey(survey) }
            case PostBody.Code.recognition:
                for (id, recognition) in try recognitions(of: ids) { bodies[id] = .recognition(recognition) }
            case PostBody.Code.question:
                for (id, question) in try questions(of: ids) { bodies[id] = .question(question) }
            case PostBody.Code.announcement:
                for (id, announcement) in try announcements(of: ids) {
                    bodies[id] = .announcement(announcement)
                }
            case PostBody.Code.gathering:
                for (id, gathering) in try gatherings(of: ids) { bodies[id] = .gathering(gathering) }
            default: break
            }
        }
        return bodies
    }
}

extension PostBody {
    /// How a body is named in a row of `post`.
    enum Code {
        static let note = 0
        static let article = 1
        static let announce = 2
        static let poll = 3
        static let recognition = 4
        static let question = 5
        static let announcement = 6
        static let gathering = 7
        static let survey = 8
    }

    var code: Int {
        switch self {
        case .note: Code.note
        case .article: Code.article
        case .announce: Code.announce
        case .poll: Code.poll
        case .survey: Code.survey
        case .recognition: Code.recognition
        case .question: Code.question
        case .announcement: Code.announcement
        case .gathering: Code.gathering
        }
    }

    /// As far as the row alone tells; ``Transaction/bodies(of:)`` knows the rest. A number that this release does not know
    /// is a note.
    init(code: Int, title: String, announced: PostID?) {
        switch code {
        case Code.article: self = .article(title: title)
        case Code.announce: self = announced.map { .announce(of: $0) } ?? .note
        case Code.poll: self = .poll(Poll(options: []))
        case Code.survey:
            self = .survey(Survey(questions: [], closesAt: Date(timeIntervalSince1970: 0)))
        case Code.recognition: self = .recognition(Recognition(recipients: [], value: ""))
        case Code.question: self = .question(Question(title: title))
        case Code.announcement: self = .announcement(Announcement(title: title))
        case Code.gathering:
            self = .gathering(Gathering(title: title, startsAt: Date(timeIntervalSince1970: 0)))
        default: self = .note
        }
    }
}
