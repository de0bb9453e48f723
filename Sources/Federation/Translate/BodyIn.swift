import ActivityStreams
import Domain

/// Reads what an object carries besides its text.
struct BodyIn {
    /// `title`: the object's name as plain text; empty where it has none.
    static func read(_ object: ASObject, title: String) throws(Refusal) -> PostBody {
        if let question = QuestionIn.read(object, title: title) { return .question(question) }
        return object.type == "Note" || title.isEmpty ? .note : .article(title: title)
    }
}
