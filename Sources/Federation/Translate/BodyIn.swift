import ActivityStreams
import Domain
import FoundationEssentials
import JSON

/// Reads what an object carries besides its text.
struct BodyIn {
    /// `title`: the object's name as plain text; empty where it has none.
    static func read(_ object: ASObject, title: String, at now: Date) throws(Refusal) -> PostBody {
        if let survey = try SurveyIn.read(object, at: now) { return .survey(survey) }
        if object.type == "Question", let poll = try PollIn.read(object, at: now) { return .poll(poll) }
        if let thanks = try RecognitionIn(object) { return .recognition(thanks.recognition) }
        if let question = QuestionIn.read(object, title: title, now: now) { return .question(question) }
        if AnnouncementIn.isOne(object) {
            return .announcement(try AnnouncementIn.read(object, title: title, at: now))
        }
        if let gathering = try GatheringIn.read(object, title: title, at: now) {
            return .gathering(gathering)
        }
        return object.type == "Note" || title.isEmpty ? .note : .article(title: title)
    }

    /// The text without what was added for readers that know notes only.
    static func text(_ object: ASObject, title: String) -> String {
        let text = object.text("content") ?? ""
        if AnnouncementIn.isOne(object) { return AnnouncementIn.text(text, of: object, title: title) }
        if object.type == "Event" { return GatheringIn.text(text, of: object, title: title) }
        if object.json["hallway:recognition"] != nil {
            return LinkLine.remove(LinkLine.recognition, url: object.uri("url"), from: text)
        }
        return QuestionIn.text(of: object)
    }
}
