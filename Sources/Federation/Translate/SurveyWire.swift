import ActivityStreams
import Domain
import FoundationEssentials
import JSON

/// Reads surveys and what was answered.
struct SurveyIn {
    /// nil for an object that carries none.
    static func read(_ object: ASObject, at now: Date) throws(Refusal) -> Survey? {
        guard let json = object.json["hallway:survey"], json.object != nil else { return nil }
        guard let closesAt = json["endTime"]?.string.flatMap(ASDate.date) else {
            throw .invalid(field: "endTime", because: "is missing")
        }
        let list = (json["questions"] ?? .null).list
        guard Survey.questionCount.contains(list.count) else {
            throw .invalid(field: "Questions", because: "must be 1 to 20")
        }
        var survey = Survey(questions: [], closesAt: closesAt)
        for item in list {
            let kind: Survey.Kind
            switch item["type"]?.string {
            case "hallway:Scale": kind = .scale
            case "hallway:Choice":
                let choices = (item["oneOf"] ?? .null).list
                guard choices.count <= Survey.choiceCount.upperBound else {
                    throw .invalid(field: "Choices", because: "must be 2 to 10")
                }
                kind = .choice(choices.map { $0["name"]?.string ?? "" })
            case "hallway:Text": kind = .text
            default: throw .invalid(field: "Questions", because: "must be of a known kind")
            }
            let text = item["name"]?.string ?? ""
            survey.questions.append(Survey.Item(ActorIn.line(text, limit: 2400), kind))
        }
        try survey.checkQuestions()
        return survey
    }

    /// What was answered to a survey; nil for what cannot be that.
    static func tally(_ object: ASObject, of survey: Survey) -> SurveyTally? {
        let list = (object.json["hallway:answers"] ?? .null).list
        guard let respondents = number(object.json["hallway:respondents"]),
            list.count == survey.questions.count
        else { return nil }
        var tally = SurveyTally(respondents: respondents, items: [])
        for item in list {
            guard let answered = number(item["answered"]) else { return nil }
            var cells: [Int?] = []
            for cell in item["totals"]?.array ?? [] {
                guard cell == .null || number(cell) != nil else { return nil }
                cells.append(number(cell))
            }
            let texts = (item["texts"]?.array ?? []).compactMap(\.string)
            tally.items.append(SurveyTally.Item(answered: answered, cells: cells, texts: texts))
        }
        return tally
    }

    private static func number(_ value: JSONValue?) -> Int? { value?.int.flatMap { Int(exactly: $0) } }
}

/// Writes surveys and what was answered.
struct SurveyOut {
    static let tallyType = "hallway:SurveyTally"

    static func write(_ survey: Survey) -> JSONValue {
        [
            "endTime": .string(ASDate.preciseText(survey.closesAt)),
            "questions": .array(
                survey.questions.map { question in
                    switch question.kind {
                    case .scale: ["type": "hallway:Scale", "name": .string(question.text)]
                    case .text: ["type": "hallway:Text", "name": .string(question.text)]
                    case .choice(let choices):
                        [
                            "type": "hallway:Choice", "name": .string(question.text),
                            "oneOf": .array(choices.map { ["type": "Note", "name": .string($0)] }),
                        ]
                    }
                }),
        ]
    }

    /// Texts travel in no order.
    static func tally(_ tally: SurveyTally, of post: Post, by speaker: Actor) -> JSONValue {
        [
            "type": .string(tallyType), "attributedTo": .string(speaker.uri.string),
            "inReplyTo": .string(post.uri.string), "hallway:respondents": .int(Int64(tally.respondents)),
            "hallway:answers": .array(
                tally.items.map { item in
                    [
                        "answered": .int(Int64(item.answered)),
                        "totals": .array(item.cells.map { $0.map { .int(Int64($0)) } ?? .null }),
                        "texts": .array(item.texts.shuffled().map { .string($0) }),
                    ]
                }),
        ]
    }
}
