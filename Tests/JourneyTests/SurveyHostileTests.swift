import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// What others claim was answered to a survey.
@Suite("Surveys: forged over the wire")
struct SurveyHostileTests {
    let journey = SurveyJourneyTests()

    func tally(_ post: ObjectURI, by actor: String, respondents: Int) -> JSONValue {
        let number = JSONValue.int(Int64(respondents))
        return [
            "type": "hallway:SurveyTally", "attributedTo": .string(actor), "inReplyTo": .string(post.string),
            "hallway:respondents": number,
            "hallway:answers": [
                ["answered": number, "totals": [0, 0, number, 0, 0], "texts": []],
                ["answered": number, "totals": [number, 0, 0], "texts": []],
                ["answered": 0, "totals": [], "texts": []],
            ],
        ]
    }

    /// What each node counted, and what is told.
    func counted(_ stage: SurveyJourneyTests.Stage, on node: TestNode) async throws -> [SurveyTally?] {
        try await node.store.read { transaction in
            guard let post = try transaction.post(stage.post.uri), case .survey(let survey) = post.body
            else { return [] }
            let nodes = ["", Transaction.result, "away.example"] + (try transaction.surveyNodes(in: post.id))
            return try nodes.map { try transaction.surveyTally(of: $0, in: post.id, survey) }
        }
    }

    @Test("a stranger's tally counts nowhere: not to the author's node, not as results to others")
    func stranger() async throws {
        let stage = try await journey.stage()
        for person in stage.here {
            try await journey.answer(stage, [0: .cell(3)], person, on: stage.oslo)
        }
        let eve = try Stranger("https://away.example/users/eve", on: journey.network, clock: journey.clock)
        journey.clock.advance(3601)
        try await settle(stage.nodes)
        for node in [stage.oslo, stage.lima] {
            let before = try await counted(stage, on: node)
            try await eve.send(
                eve.activity("Update", tally(stage.post.uri, by: eve.uri, respondents: 50)), to: node)
            // In the author's name.
            try await eve.send(
                eve.activity(
                    "Update", tally(stage.post.uri, by: stage.ada.uri.string, respondents: 50)), to: node)
            var forged = try #require(
                eve.activity(
                    "Update", tally(stage.post.uri, by: stage.ada.uri.string, respondents: 50)
                ).object)
            forged["actor"] = .string(stage.ada.uri.string)
            let request = try eve.request(.object(forged), to: node)
            await #expect(throws: Refusal.self) { try await node.receive(request) }
            #expect(try await counted(stage, on: node) == before, "\(node.authority)")
        }
    }

    @Test(
        "results of fewer than five are not shown, though their author's node tells them", arguments: [3, 6])
    func few(respondents: Int) async throws {
        let stage = try await journey.stage()
        let eve = try Stranger("https://away.example/users/eve", on: journey.network, clock: journey.clock)
        let note = eve.note(
            "1", "<p>How was it?</p>", to: .string(stage.ada.uri.string),
            more: [
                ("tag", [["type": "Mention", "href": .string(stage.ada.uri.string), "name": "@ada"]]),
                (
                    "hallway:survey",
                    [
                        "endTime": .string((journey.clock.now + 3600).ISO8601Format()),
                        "questions": [
                            ["type": "hallway:Scale", "name": "How?"],
                            [
                                "type": "hallway:Choice", "name": "Which?",
                                "oneOf": [
                                    ["type": "Note", "name": "A"], ["type": "Note", "name": "B"],
                                    ["type": "Note", "name": "C"],
                                ],
                            ],
                            ["type": "hallway:Text", "name": "What else?"],
                        ],
                    ]
                ),
            ])
        try await eve.send(eve.activity("Create", note), to: stage.oslo)
        journey.clock.advance(3601)
        let uri = try theURI("https://away.example/notes/1")
        try await eve.send(
            eve.activity("Update", tally(uri, by: eve.uri, respondents: respondents)), to: stage.oslo)
        func shown() async throws -> SurveyTally? {
            try await stage.oslo.store.read { transaction in
                guard let post = try transaction.post(uri), case .survey(let survey) = post.body else {
                    return nil
                }
                return try transaction.surveyTally(of: Transaction.result, in: post.id, survey)
            }
        }
        let told = try #require(try await shown())
        #expect(told.items[0].cells[2] == (respondents < 5 ? nil : respondents))
        // Nor is it, when one more answers, by what has changed.
        try await eve.send(
            eve.activity("Update", tally(uri, by: eve.uri, respondents: respondents + 1)), to: stage.oslo)
        #expect(try await shown() == told)
    }
}
