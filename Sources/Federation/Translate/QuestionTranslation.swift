import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Markup

/// Writes a question: a Note whose title stands above its text, so that readers who know no questions show it whole.
///
/// The type `Question` is a poll's on the wire (FEP-9967), so it is not used here.
enum QuestionOut {
    static func write(_ question: Question, of post: Post, to json: inout JSONObject) {
        let content =
            heading(question.title) + post.content + LinkLine.write(LinkLine.question, url: post.url)
        json["name"] = .string(question.title)
        json["content"] = .string(content)
        if let language = post.language {
            json["contentMap"] = .object(JSONObject([(language, .string(content))]))
        }
        json["hallway:question"] = true
        json["schema:acceptedAnswer"] = question.accepted.map { .string($0.uri.string) }
        json["hallway:duplicateOf"] = question.duplicateOf.map { .string($0.uri.string) }
        json["hallway:settled"] = question.settledAt.map { .string(ASDate.preciseText($0)) }
        if question.isByModerator { json["hallway:byModerator"] = true }
    }

    static func heading(_ title: String) -> String { "<p><strong>\(title.escapedHTML)</strong></p>" }
}

/// Reads a question of another node.
enum QuestionIn {
    /// Seconds by which another node's clock may be ahead.
    private static let skew: Double = 60

    /// nil for an object that is none. `title`: its name as plain text. `now`: a decision of the future would stand for ever.
    static func read(_ object: ASObject, title: String, now: Date) -> Question? {
        guard isQuestion(object), !title.isEmpty, object.uri("inReplyTo") == nil else { return nil }
        var question = Question(title: title.shortened(to: Question.titleLimit))
        question.accepted = accepted(object).map { Question.Link(uri: $0) }
        question.duplicateOf = object.uri("hallway:duplicateOf").flatMap { ObjectURI($0) }
            .map { Question.Link(uri: $0) }
        question.settledAt = object.date("hallway:settled").map { min($0, now + skew) }
        question.isByModerator = object.bool("hallway:byModerator") ?? false
        return question
    }

    /// The answer that a question names as accepted.
    static func accepted(_ object: ASObject) -> ObjectURI? {
        guard isQuestion(object) else { return nil }
        return object.uri("schema:acceptedAnswer").flatMap { ObjectURI($0) }
    }

    /// An object's content; of a question without what stands above and below it for others.
    static func text(of object: ASObject) -> String {
        let content = object.text("content") ?? ""
        guard isQuestion(object), let title = object.text("name") else { return content }
        return LinkLine.remove(
            LinkLine.question, url: object.uri("url"),
            from: AddedText.take(heading: QuestionOut.heading(title), off: content))
    }

    private static func isQuestion(_ object: ASObject) -> Bool { object.bool("hallway:question") == true }
}
