import ActivityStreams
import Domain
import FoundationEssentials

/// Reads what an object carries besides its text.
struct BodyIn {
    /// `title`: the object's name as plain text; empty where it has none.
    static func read(_ object: ASObject, title: String, at now: Date) throws(Refusal) -> PostBody {
        if let survey = try SurveyIn.read(object, at: now) { return .survey(survey) }
        if object.type == "Question", let poll = try PollIn.read(object, at: now) { return .poll(poll) }
        return object.type == "Note" || title.isEmpty ? .note : .article(title: title)
    }
}
