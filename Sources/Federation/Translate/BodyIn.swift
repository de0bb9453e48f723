import ActivityStreams
import Domain
import FoundationEssentials

/// Reads what an object carries besides its text.
struct BodyIn {
    /// `title`: the object's name as plain text; empty where it has none.
    static func read(_ object: ASObject, title: String, now: Date) throws(Refusal) -> PostBody {
        if let thanks = try RecognitionIn(object) { return .recognition(thanks.recognition) }
        if let question = QuestionIn.read(object, title: title, now: now) { return .question(question) }
        return object.type == "Note" || title.isEmpty ? .note : .article(title: title)
    }
}
