import Domain
import Foundation
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Surveys: asking, answering, and the results.
struct SurveyRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        router.post("api/hallway/v1/surveys") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            var draft = Draft(text: fields["text"] ?? "")
            draft.audience = try fields["visibility"].flatMap { $0.isEmpty ? nil : $0 }
                .map { try Visibility.audience($0, policy: desk.needs.policy) }
            draft.group = try fields.id("group_id")
            draft.idempotency = try request.idempotencyKey()
            draft.body = .survey(try Self.survey(fields, at: desk.needs.now()))
            return try await reading.status(try await desk.publish.publish(draft, by: person), for: person)
        }
        router.get("api/hallway/v1/surveys/:id") { _, context in
            try await answer(Reading.id(context), for: context.person("read:statuses"))
        }
        router.post("api/hallway/v1/surveys/:id/answers") { request, context in
            let person = try context.person("write:statuses")
            let fields = try await Fields(request, context: context)
            let id: PostID = try Reading.id(context)
            let post = try await desk.needs.store.read { try $0.visiblePost(id, to: .person(person)) }
            guard case .survey(let survey) = post.body else { throw Refusal.notFound("Record") }
            let answers = try fields.answers(to: survey)
            _ = try await desk.answerSurvey.answer(id, answers, by: person)
            return try await answer(id, for: person)
        }
    }

    /// `questions[0][text]`, `questions[0][kind]`: scale, choice or text; `questions[0][choices][]`.
    private static func survey(_ fields: Fields, at now: Date) throws(Refusal) -> Survey {
        var survey = Survey(questions: [], closesAt: now + Double(try fields.int("closes_in") ?? 604_800))
        while let text = fields["questions[\(survey.questions.count)][text]"] {
            let name = "questions[\(survey.questions.count)]"
            let kind: Survey.Kind
            switch fields["\(name)[kind]"] {
            case "scale": kind = .scale
            case "choice": kind = .choice(fields.list("\(name)[choices]"))
            case "text": kind = .text
            default: throw .invalid(field: "Questions", because: "must be of a known kind")
            }
            survey.questions.append(Survey.Item(text, kind))
            guard survey.questions.count <= Survey.questionCount.upperBound else { break }
        }
        return survey
    }

    private func answer(_ id: PostID, for person: ActorID) async throws -> Response {
        let json = try await desk.needs.store.read { [desk] transaction -> JSONValue in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .survey(let survey) = post.body else { throw Refusal.notFound("Record") }
            let ballot = try transaction.ballots(of: person, in: [id])[id]
            let results = try AnswerSurvey.results(of: post, for: person, in: transaction)
            return [
                "id": .string(id.description), "closes_at": .string(Moment.text(survey.closesAt)),
                "closed": .bool(survey.isOver(at: desk.needs.now())), "answered": .bool(ballot != nil),
                "questions": .array(survey.questions.map(Self.question)),
                "results": results.map(Self.results) ?? .null,
            ]
        }
        return Response(json: json)
    }

    private static func question(_ item: Survey.Item) -> JSONValue {
        switch item.kind {
        case .scale: ["text": .string(item.text), "kind": "scale", "choices": ["1", "2", "3", "4", "5"]]
        case .text: ["text": .string(item.text), "kind": "text", "choices": []]
        case .choice(let choices):
            [
                "text": .string(item.text), "kind": "choice", "choices": .array(choices.map { .string($0) }),
            ]
        }
    }

    /// What too few answered is null.
    private static func results(_ tally: SurveyTally) -> JSONValue {
        [
            "respondents": tally.respondents == 0 ? .null : JSONValue(tally.respondents),
            "questions": .array(
                tally.items.map { item in
                    [
                        "answered": item.answered == 0 ? .null : JSONValue(item.answered),
                        "totals": .array(item.cells.map { $0.map { JSONValue($0) } ?? .null }),
                        "texts": .array(item.texts.map { .string($0) }),
                    ]
                }),
        ]
    }
}
