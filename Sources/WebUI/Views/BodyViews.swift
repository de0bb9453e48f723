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
        case .note, .article, .announce:
            try QuestionViews(desk: desk).answer(post, for: person, in: transaction).map { ["answer": $0] }
                ?? [:]
        case .poll:
            try PollSight.read([post.id], for: .person(person), in: transaction)[post.id].map { sight in
                [
                    "poll": PollView(sight: sight, now: desk.needs.now())
                        .values(post.id, seal: seal, back: back)
                ]
            } ?? [:]
        case .survey(let survey):
            [
                "survey": SurveyView.state(survey, now: desk.needs.now())
                    .merging(["path": "/surveys/\(post.id)"]) { $1 }
            ]
        case .recognition(let recognition):
            ["recognition": try thanks(recognition, post.id, for: person, in: transaction)]
        case .question(let question):
            [
                "question": try QuestionViews(desk: desk)
                    .values(question, of: post, for: person, in: transaction)
            ]
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
    /// What it is for, and what its recipient or a moderator may do with it.
    private func thanks(
        _ recognition: Recognition, _ post: PostID, for person: ActorID, in transaction: Transaction
    ) throws -> [String: Any] {
        var values: [String: Any] = [
            "value": recognition.value, "link": recognition.value.percentEncoded, "id": post.description,
            "seal": seal, "back": back,
        ]
        let each = recognition.recipients.count > 1 ? " each" : ""
        if recognition.points > 0 {
            values["reward"] = "\(recognition.points) \(recognition.points == 1 ? "point" : "points")\(each)"
        }
        if recognition.recipients.contains(person) {
            let isHidden = try transaction.isHidden(post, for: person)
            values["isHidden"] = isHidden
            values["mayHide"] = [
                "verb": isHidden ? "unhide" : "hide",
                "label": isHidden ? "Show it again" : "Hide from the walls",
            ]
        }
        if try transaction.login(of: person)?.isAdministrator == true { values["moderator"] = true }
        return values
    }
}
