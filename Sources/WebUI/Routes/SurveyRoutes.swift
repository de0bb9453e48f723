import Domain
import Foundation
import Hummingbird
import Social
import Storage
import Surface

/// Asking colleagues several things without names, and what came of it.
struct SurveyRoutes {
    /// Questions that the form has room for.
    private static let rows = 8
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("new/survey") { request, context in
            try await form(Fields(request, context: context), because: nil, context)
        }
        router.post("new/survey") { request, context in
            let (person, fields) = try await pages.form(request, context)
            do {
                var draft = Draft(
                    text: fields["text"] ?? "", audience: try ComposerView.audience(fields["audience"]))
                draft.group = ComposerView.group(fields["audience"])
                draft.body = .survey(try Self.survey(fields, at: pages.desk.needs.now()))
                let post = try await pages.publish(draft, from: fields, by: person)
                return Response.redirect(to: "/surveys/\(post.id)", type: .normal)
            } catch let refusal as Refusal {
                return try await form(fields, because: refusal, context)
            }
        }
        router.get("surveys/:post") { _, context in try await show(context) }
        router.post("surveys/:post") { request, context in
            let (person, fields) = try await pages.form(request, context)
            let id = try id(context)
            let post = try await pages.desk.needs.store.read { try $0.visiblePost(id, to: .person(person)) }
            guard case .survey(let survey) = post.body else { throw Refusal.notFound("Record") }
            do {
                let answers = try fields.answers(to: survey)
                _ = try await pages.desk.answerSurvey.answer(id, answers, by: person)
                return Response.redirect(to: "/surveys/\(id)", type: .normal)
            } catch let refusal as Refusal {
                return try await show(context, typed: fields, because: refusal)
            }
        }
    }

    private static func survey(_ fields: Fields, at now: Date) throws(Refusal) -> Survey {
        guard let days = Int(fields["days"] ?? "7"), (1...365).contains(days) else {
            throw .invalid(field: "Days it is open", because: "are from 1 to 365")
        }
        var survey = Survey(questions: [], closesAt: now + Double(days) * 86400)
        for row in 0..<rows {
            let text = fields["question\(row)"] ?? ""
            guard text.contains(where: { !$0.isWhitespace }) else { continue }
            let choices = (fields["choices\(row)"] ?? "").split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            let kind: Survey.Kind =
                switch fields["kind\(row)"] {
                case "choice": .choice(choices)
                case "text": .text
                default: .scale
                }
            survey.questions.append(Survey.Item(text, kind))
        }
        return survey
    }

    @concurrent
    private func form(_ fields: Fields, because refusal: Refusal?, _ context: HallwayContext) async throws
        -> Response
    {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Ask with a survey", here: "", back: "/new/survey", person: person, in: transaction)
            values["text"] = fields["text"] ?? ""
            values["days"] = fields["days"] ?? "7"
            values["rows"] = (0..<Self.rows).map { row -> [String: Any] in
                let chosen = fields["kind\(row)"] ?? "scale"
                let kinds = [
                    ("scale", "From 1 to 5"), ("choice", "One of several"), ("text", "In their own words"),
                ]
                return [
                    "row": String(row), "number": String(row + 1), "text": fields["question\(row)"] ?? "",
                    "choices": fields["choices\(row)"] ?? "",
                    "kinds": kinds.map {
                        ["value": $0, "label": $1, "isChosen": $0 == chosen] as [String: Any]
                    },
                ]
            }
            values["audiences"] = try ComposerView(desk: desk, seal: shell.seal, back: "/")
                .choices(ComposerView.word(fields), for: person, in: transaction)
            if let refusal { values["problem"] = PollRoutes.words(refusal) }
            return pages.templates.render("new_survey", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    @concurrent
    private func show(
        _ context: HallwayContext, typed: Fields = .none, because refusal: Refusal? = nil
    ) async throws -> Response {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let id = try id(context)
        let html = try await desk.needs.store.read { [pages] transaction in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .survey(let survey) = post.body, let author = try transaction.actor(post.author) else {
                throw Refusal.notFound("Record")
            }
            let path = "/surveys/\(id)"
            var values = try Shell(desk: desk, session: session).values(
                title: "Survey", here: "", back: path, person: person, in: transaction)
            values["path"] = path
            values["content"] = post.content
            values["author"] = PersonView(desk: desk).values(author)
            values.merge(SurveyView.state(survey, now: desk.needs.now())) { $1 }
            let hasAnswered = try transaction.ballots(of: person, in: [id])[id] != nil
            if let results = try AnswerSurvey.results(of: post, for: person, in: transaction) {
                values["results"] = SurveyView.results(results, of: survey)
            } else if survey.isOver(at: desk.needs.now()) {
                values["notice"] =
                    hasAnswered || post.author == person
                    ? "The results are shown here within minutes of the end." : "This survey has ended."
            } else if hasAnswered {
                values["notice"] = "Thank you. You will read the results here when the survey has ended."
            } else if post.author == person {
                values["notice"] = "Your survey is open. The results are shown here when it has ended."
            } else {
                values["questions"] = ["list": SurveyView.questions(survey, typed: typed)]
            }
            if let refusal { values["problem"] = PollRoutes.words(refusal) }
            return pages.templates.render("survey", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }

    private func id(_ context: HallwayContext) throws(Refusal) -> PostID {
        guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}

/// What pages show of a survey.
enum SurveyView {
    /// `3 questions · ends 2027-01-15 08:00 (UTC)`
    static func state(_ survey: Survey, now: Date) -> [String: Any] {
        let count = survey.questions.count == 1 ? "1 question" : "\(survey.questions.count) questions"
        return [
            "state": "\(count) · \(survey.isOver(at: now) ? "ended" : "ends")",
            "end": Moments.clock(survey.closesAt),
        ]
    }

    static func labels(_ item: Survey.Item) -> [String] {
        switch item.kind {
        case .scale: (1...5).map(String.init)
        case .choice(let choices): choices
        case .text: []
        }
    }

    /// `typed`: what was answered and not taken.
    static func questions(_ survey: Survey, typed: Fields) -> [[String: Any]] {
        survey.questions.enumerated().map { position, item in
            let answer = typed["answers[\(position)]"] ?? ""
            var values: [String: Any] = [
                "position": String(position), "text": item.text, "typed": answer,
            ]
            guard item.kind != .text else {
                values["isText"] = true
                return values
            }
            values["hint"] = item.kind == .scale ? "1 is not at all, 5 is very much" : "Choose one"
            values["options"] = labels(item).enumerated().map { index, label -> [String: Any] in
                let value = String(item.kind == .scale ? index + 1 : index)
                return [
                    "position": String(position), "value": value, "label": label,
                    "isChosen": value == answer,
                ]
            }
            return values
        }
    }

    static func results(_ tally: SurveyTally, of survey: Survey) -> [String: Any] {
        let list = zip(survey.questions, tally.items).map { item, answers -> [String: Any] in
            var values: [String: Any] = ["text": item.text]
            guard answers.answered >= Survey.fewest else {
                values["tooFew"] = true
                return values
            }
            values["answered"] = "\(answers.answered) people answered"
            if item.kind == .text {
                values["texts"] = answers.texts.map { ["words": $0] }
            } else {
                let options = zip(labels(item), answers.cells).map { label, votes -> [String: Any] in
                    guard let votes else {
                        return ["text": label, "votes": "not shown: too few"]
                    }
                    return [
                        "text": label, "percent": String(votes * 100 / max(1, answers.answered)),
                        "votes": "\(votes) people",
                    ]
                }
                values["bars"] = ["options": options]
            }
            return values
        }
        return ["list": list]
    }
}
