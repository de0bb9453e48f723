import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ada in Oslo asks; people of Oslo and Lima answer without their names, and Pune reads along.
@Suite("Surveys travel")
struct SurveyJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage: OfficeStage {
        let offices: Offices
        var here: [Actor]
        var there: [Actor]
        var post: Post
    }

    func stage() async throws -> Stage {
        let offices = try await threeOffices()
        try await offices.admitAll()
        var (here, there) = ([Actor](), [offices.carmen])
        for name in ["astrid", "bjorn", "berit"] {
            here.append(try await Cast.welcome(name, to: offices.oslo))
        }
        for name in ["diego", "dora"] { there.append(try await Cast.welcome(name, to: offices.lima)) }
        try await offices.followAda(and: there.dropFirst().map { (offices.lima, $0) })
        var draft = Draft(text: "How was the move?", audience: .organisation)
        draft.body = .survey(
            Survey(
                questions: [
                    Survey.Item("How well do you work here?", .scale),
                    Survey.Item("Which floor?", .choice(["First", "Second", "Third"])),
                    Survey.Item("What is missing?", .text),
                ], closesAt: clock.now + 3600))
        let post = try await offices.oslo.publish.publish(draft, by: offices.ada.id)
        try await settle(offices.nodes)
        return Stage(offices: offices, here: here, there: there, post: post)
    }

    func answer(_ stage: Stage, _ answers: [Int: Survey.Answer], _ person: Actor, on node: TestNode)
        async throws
    {
        let id = try await id(stage.post, on: node)
        _ = try await AnswerSurvey(needs: node.needs).answer(id, answers, by: person.id)
    }

    func results(_ stage: Stage, _ person: Actor, on node: TestNode) async throws -> SurveyTally? {
        try await node.store.read { transaction in
            guard let post = try transaction.post(stage.post.uri) else { return nil }
            return try AnswerSurvey.results(of: post, for: person.id, in: transaction)
        }
    }

    /// Lets the survey end and the results be told.
    func end(_ stage: Stage, restarts: Bool = false) async throws {
        for seconds in [3601, Survey.settling + 1] {
            clock.advance(seconds)
            try await settle(stage.nodes) { if restarts { $0.restart() } }
        }
    }

    @Test(
        "six of two offices answer, and when it has ended those who did read what five gave, and no less",
        arguments: [false, true])
    func story(restarts: Bool) async throws {
        let stage = try await stage()
        let people = stage.here.map { ($0, stage.oslo) } + stage.there.map { ($0, stage.lima) }
        for (number, (person, node)) in people.enumerated() {
            try await answer(
                stage, [0: .cell(3), 1: .cell(number == 0 ? 1 : 0), 2: .text("Text \(number)")], person,
                on: node)
        }
        try await settle(stage.nodes)
        #expect(try await results(stage, stage.ada, on: stage.oslo) == nil, "not before the end")
        for request in network.sent {
            #expect(!String(decoding: request.body, as: UTF8.self).contains("Text 4"))
        }
        try await end(stage, restarts: restarts)
        for (person, node) in [
            (stage.ada, stage.oslo), (stage.here[0], stage.oslo), (stage.there[0], stage.lima),
        ] {
            let shown = try #require(try await results(stage, person, on: node))
            #expect(shown.respondents == 6)
            #expect(shown.items[0].cells == [0, 0, 0, 6, 0])
            // One person chose the second floor: with the total, the five of the first would tell.
            #expect(shown.items[1].cells == [nil, nil, 0])
            #expect(shown.items[2].texts.sorted() == (0..<6).map { "Text \($0)" })
        }
        #expect(try await results(stage, stage.chidi, on: stage.pune) == nil, "only for those who answered")
        let told = try await stage.lima.store.read {
            try $0.notifications(of: stage.there[0].id, kinds: [.surveyTold], Page(limit: 9)).count
        }
        #expect(told == 1)
    }

    @Test("of four people nothing is shown")
    func tooFew() async throws {
        let stage = try await stage()
        for person in stage.here {
            try await answer(stage, [0: .cell(3), 2: .text("x")], person, on: stage.oslo)
        }
        try await answer(stage, [0: .cell(3), 2: .text("x")], stage.there[0], on: stage.lima)
        try await end(stage)
        let shown = try #require(try await results(stage, stage.there[0], on: stage.lima))
        #expect(shown.respondents == 0)
        #expect(
            shown.items.allSatisfy {
                $0.answered == 0 && $0.texts.isEmpty && $0.cells.allSatisfy { $0 == nil }
            })
        for request in network.sent where request.url.authority != Cast.oslo {
            #expect(!String(decoding: request.body, as: UTF8.self).contains("\"answered\":4"))
        }
    }

    @Test("what arrives after the results is added where five people gave it, and refused where fewer did")
    func late() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.oslo)
        for person in stage.there { try await answer(stage, [0: .cell(0)], person, on: stage.lima) }
        try await end(stage)
        network.setDown(false, Cast.oslo)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes)
        }
        let shown = try #require(try await results(stage, stage.ada, on: stage.oslo))
        #expect(shown.respondents == 0)
        #expect(try await stage.lima.store.read { try $0.countDeliveries(.waiting) } == 0)
        try await stage.oslo.store.write { [clock] transaction in
            guard let post = try transaction.post(stage.post.id), case .survey(let survey) = post.body else {
                return
            }
            var five = SurveyTally.none(of: survey)
            five.respondents = 5
            five.items[0] = SurveyTally.Item(answered: 5, cells: [0, 0, 5, 0, 0])
            for _ in 1...2 {
                try AnswerSurvey.receive(five, of: Cast.pune, in: post, at: clock.now, in: transaction)
            }
        }
        let more = try #require(try await results(stage, stage.ada, on: stage.oslo))
        #expect(more.respondents == 5 && more.items[0].cells == [0, 0, 5, 0, 0])
    }

    @Test("a question that fewer than five answer late stays as it was told in every office, until five did")
    func lateQuestion() async throws {
        let stage = try await stage()
        let people = stage.here.map { ($0, stage.oslo) } + stage.there.map { ($0, stage.lima) }
        for (person, node) in people {
            try await answer(stage, [0: .cell(3), 2: .text("Text")], person, on: node)
        }
        try await end(stage)
        let before = network.sent.count
        /// Five people of another office answer the first question, and so many of them the last.
        func arrive(from node: String, texts: [String]) async throws {
            try await stage.oslo.store.write { [clock, id = stage.post.id] transaction in
                guard let post = try transaction.post(id), case .survey(let survey) = post.body else {
                    return
                }
                var late = SurveyTally.none(of: survey)
                late.respondents = 5
                late.items[0] = SurveyTally.Item(answered: 5, cells: [5, 0, 0, 0, 0])
                late.items[2] = SurveyTally.Item(answered: texts.count, cells: [], texts: texts)
                try AnswerSurvey.receive(late, of: node, in: post, at: clock.now, in: transaction)
            }
            try await settle(stage.nodes)
        }
        let readers = [(stage.ada, stage.oslo), (stage.here[0], stage.oslo), (stage.there[0], stage.lima)]
        try await arrive(from: Cast.pune, texts: ["Mine alone"])
        for (person, node) in readers {
            let shown = try #require(try await results(stage, person, on: node))
            #expect(shown.respondents == 11 && shown.items[0].cells == [5, 0, 0, 6, 0])
            #expect(shown.items[2].answered == 6 && !shown.items[2].texts.contains("Mine alone"))
        }
        for request in network.sent.dropFirst(before) {
            #expect(!String(decoding: request.body, as: UTF8.self).contains("Mine alone"))
        }
        try await arrive(from: "rome.example", texts: ["a", "b", "c", "d"])
        for (person, node) in readers {
            let shown = try #require(try await results(stage, person, on: node))
            #expect(shown.respondents == 16 && shown.items[0].cells == [10, 0, 0, 6, 0])
            #expect(shown.items[2].answered == 11 && shown.items[2].texts.contains("Mine alone"))
        }
    }

    @Test("after the end, twice, to one's own, or of another kind: refused, and nothing has changed")
    func refusals() async throws {
        let stage = try await stage()
        func counted() async throws -> SurveyTally? {
            try await stage.oslo.store.read { transaction in
                guard case .survey(let survey) = stage.post.body else { return nil }
                return try transaction.surveyTally(of: "", in: stage.post.id, survey)
            }
        }
        func refuses(_ answers: [Int: Survey.Answer], _ person: Actor, _ reason: String) async throws {
            let before = try await counted()
            do {
                try await answer(stage, answers, person, on: stage.oslo)
                Issue.record("taken: \(reason)")
            } catch let refusal as Refusal {
                #expect("\(refusal)".contains(reason))
            }
            #expect(try await counted() == before)
        }
        try await refuses([0: .cell(1)], stage.ada, "your own survey")
        try await refuses([0: .text("x")], stage.here[0], "another kind")
        try await answer(stage, [0: .cell(1)], stage.here[0], on: stage.oslo)
        try await refuses([0: .cell(2)], stage.here[0], "already answered")
        clock.advance(3601)
        try await refuses([0: .cell(2)], stage.here[1], "already ended")
    }

    @Test("the examples of the protocol are read")
    func vectors() throws {
        let object = try ASObject(try Vectors.json("survey/survey.json"))
        let survey = try #require(try SurveyIn.read(object, at: clock.now))
        #expect(survey.questions.map(\.cells) == [5, 2, 0])
        let update = try ASObject(try Vectors.json("survey/tally.json"))
        let tally = try #require(update.objects("object").first.flatMap { SurveyIn.tally($0, of: survey) })
        #expect(tally.fits(survey) && tally.respondents == 3 && tally.items[2].texts == ["A second kettle"])
    }
}
