import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ranks between three offices, and the right to have none (Spec/features/leaderboard.md).
@Suite("Leaderboards across offices")
struct LeaderboardJourneyTests: RecognitionJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    /// Five people more in Oslo, and everyone known there.
    func stage() async throws -> (Stage, [Actor]) {
        let stage = try await thanksStage()
        var others: [Actor] = []
        for name in ["astrid", "bjorn", "dagny", "eirik", "frida"] {
            others.append(try await Cast.welcome(name, to: stage.oslo))
        }
        for node in stage.nodes {
            for person in [stage.ada, stage.boris, stage.carmen, stage.chidi] {
                _ = try await stage.id(person, on: node)
            }
        }
        return (stage, others)
    }

    func board(_ node: TestNode, for reader: Actor, _ period: Leaderboard.Period = .month) async throws
        -> [String]
    {
        try await node.store.read { transaction in
            let board = try RankPeople(needs: node.needs).board(
                of: .department("Research"), in: period, for: reader.id, transaction)
            let names = try transaction.actors(board.lines.map(\.person)).map(\.name)
            return zip(board.lines, names).map { "\($0.rank) \($1) \($0.points)" }
        }
    }

    func readStandings(_ stage: Stage) async throws {
        for node in stage.nodes { try await LeaderboardDocuments(world: node.world).readAll() }
    }

    @Test("a colleague of another office has the points that their own office counts, whatever is known here")
    func reconciles() async throws {
        let (stage, others) = try await stage()
        try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 6)
        // Of this Oslo hears nothing.
        try await thank([stage.carmen], by: stage.chidi, on: stage.pune, stage, points: 7)
        try await thank([stage.boris], by: others[0], on: stage.oslo, stage, points: 9)
        try await settle(stage.nodes)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 boris 9"])
        try await readStandings(stage)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 carmen 13", "2 boris 9"])
        // An office that is away is what it said last; then what it says now.
        network.setDown(true, Cast.lima)
        let extra = try await thank([stage.carmen], by: others[1], on: stage.oslo, stage, points: 5)
        try await settle(stage.nodes)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 carmen 13", "2 boris 9"])
        network.setDown(false, Cast.lima)
        for _ in 0..<4 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 carmen 18", "2 boris 9"])
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(extra.id, by: others[1].id)
        try await settle(stage.nodes)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 carmen 13", "2 boris 9"])
        clock.advance(40 * 86400)
        #expect(try await board(stage.oslo, for: stage.ada).isEmpty)
        #expect(try await board(stage.oslo, for: stage.ada, .all) == ["1 carmen 13", "2 boris 9"])
    }

    @Test("whoever opts out is ranked on no node from the moment that it hears of it, whoever follows them")
    func optsOut() async throws {
        let (stage, others) = try await stage()
        try await thank([stage.boris], by: others[0], on: stage.oslo, stage, points: 9)
        try await settle(stage.nodes)
        let before = try await board(stage.oslo, for: stage.ada)
        try await thank([stage.carmen], by: others[1], on: stage.oslo, stage, points: 10)
        try await settle(stage.nodes)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 carmen 10", "2 boris 9"])
        let rank = RankPeople(needs: stage.lima.needs)
        network.setDown(true, Cast.oslo)
        try await rank.choose(false, by: stage.carmen.id)
        try await settle(stage.nodes)
        let inPune = try await stage.id(stage.carmen, on: stage.pune)
        #expect(try await !stage.pune.store.read { try $0.isRanked(inPune) })
        network.setDown(false, Cast.oslo)
        for _ in 0..<4 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        // What was read before is still there, and not shown.
        #expect(try await board(stage.oslo, for: stage.ada) == before)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == before)
        try await rank.choose(true, by: stage.carmen.id)
        try await settle(stage.nodes)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 carmen 10", "2 boris 9"])
        // Who has left is gone at home at once, and elsewhere once the home node was asked.
        try await stage.lima.people.dismiss(stage.carmen.id, as: .left)
        try await settle(stage.nodes)
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == before)
    }

    @Test(
        "an office that switched it off has no boards, answers as if there were none, and nobody ranks its people"
    )
    func switchedOff() async throws {
        let (stage, others) = try await stage()
        let bern = try await TestNode("bern.example", network: network, clock: clock, ranksPeople: false)
        try await stage.oslo.admit(bern.authority, days: 400)
        try await bern.admit(Cast.oslo, days: 400)
        let beat = try await Cast.welcome("beat", to: bern)
        _ = try await stage.id(beat, on: stage.oslo)
        try await thank([beat, stage.boris], by: others[0], on: stage.oslo, stage, points: 5)
        try await settle(stage.nodes + [bern])
        try await readStandings(stage)
        #expect(try await board(stage.oslo, for: stage.ada) == ["1 boris 5"])
        let rank = RankPeople(needs: bern.needs)
        await #expect(throws: Refusal.notFound("Record")) { try await board(bern, for: beat) }
        await #expect(throws: Refusal.notFound("Record")) { try await rank.choose(true, by: beat.id) }
        #expect(try await bern.store.read { try rank.badges(of: beat, $0) }.isEmpty)
        await #expect(throws: Refusal.notFound("Record")) {
            try await LeaderboardDocuments(world: bern.world).standings(
                for: .node(authority: Cast.oslo, isOfOrganisation: true))
        }
        let known = try await stage.id(beat, on: stage.oslo)
        #expect(try await !stage.oslo.store.read { try $0.isRanked(known) })
    }

    @Test("badges are seen on other nodes as the home node counts them, and by nobody outside")
    func badgesTravel() async throws {
        let (stage, _) = try await stage()
        var draft = Draft(text: "", audience: .organisation)
        draft.body = .question(Question(title: "How is a lift certified?"))
        _ = try await FollowActor(needs: stage.lima.needs).follow(
            stage.id(stage.ada, on: stage.lima), by: stage.carmen.id)
        try await settle(stage.nodes)
        let question = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await id(question, on: stage.lima)
        let answer = try await stage.lima.post(
            "By the state", by: stage.carmen, for: .organisation, answering: inLima)
        try await settle(stage.nodes)
        let inOslo = try await id(answer, on: stage.oslo)
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            inOslo, of: question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        let rank = RankPeople(needs: stage.lima.needs)
        let own = try await stage.lima.store.read { try rank.badges(of: stage.carmen, $0) }
        #expect(own == [.answer])
        clock.advance(2 * 86400)
        let known = try #require(await stage.pune.findActor(stage.carmen.uri))
        let told = try await stage.pune.store.read {
            try RankPeople(needs: stage.pune.needs).badges(of: known, $0)
        }
        #expect(told == own)
        let documents = Documents(world: stage.lima.world, version: "test")
        for viewer: Viewer in [.nobody, .node(authority: "else.example", isOfOrganisation: false)] {
            let json = try await documents.actor(stage.carmen, for: viewer)
            #expect(json["hallway:badges"] == nil && json["hallway:ranked"] == nil)
        }
    }

    @Test("an office speaks for its own people alone, and what cannot be is left out")
    func hostile() async throws {
        let (stage, others) = try await stage()
        try await thank([stage.boris], by: others[0], on: stage.oslo, stage, points: 9)
        try await settle(stage.nodes)
        let before = try await board(stage.oslo, for: stage.ada)
        let month = Recognition.month(of: clock.now)
        func line(_ actor: Actor, _ month: JSONValue, _ total: JSONValue) -> JSONValue {
            ["actor": .string(actor.uri.string), "month": month, "total": total]
        }
        let bad: [JSONValue] = [
            // Others' people, made-up people, and numbers that cannot be.
            line(stage.ada, 99, 99), line(stage.chidi, 99, 99), line(stage.carmen, -1, 5),
            line(stage.carmen, 6, 5), line(stage.carmen, 1, 1_000_001), line(stage.carmen, .double(1.5), 2),
            line(stage.carmen, "9", 9), ["actor": "https://lima.example/actors/999", "month": 9, "total": 9],
            "x", nil,
        ]
        for json: JSONValue in [
            ["node": .string(Cast.lima), "month": .string(month), "people": .array(bad)],
            ["node": .string(Cast.pune), "month": .string(month), "people": [line(stage.carmen, 9, 9)]],
            ["node": .string(Cast.lima), "month": 3, "people": [line(stage.carmen, 9, 9)]], [],
        ] {
            network.serve("https://\(Cast.lima)/standings", json, type: "application/json")
            try await readStandings(stage)
            #expect(try await board(stage.oslo, for: stage.ada) == before)
        }
        // Nobody but a node of the organisation is told.
        for viewer: Viewer in [
            .nobody, .node(authority: "else.example", isOfOrganisation: false), .person(stage.ada.id),
            .remote(stage.ada.id, authority: Cast.oslo, isOfOrganisation: true),
        ] {
            await #expect(throws: Refusal.notFound("Record")) {
                try await LeaderboardDocuments(world: stage.oslo.world).standings(for: viewer)
            }
        }
    }

    @Test("the examples are read, and written again as they are", arguments: try Vectors.names(in: "honours"))
    func vectors(path: String) async throws {
        let vector = try Vectors.json(path)
        let document = try #require(vector["document"]?.object)
        let read = HonoursObject.read(try ASObject(.object(document)), now: clock.now)
        #expect(read?.isRanked == vector["ranked"]?.bool)
        #expect(read?.badges.map(\.rawValue) ?? [] == vector["badges"]?.list.compactMap(\.string) ?? [])
        #expect(read?.milestones.map(\.text) ?? [] == vector["days"]?.list.compactMap(\.string) ?? [])
        guard vector["rewritten"]?.bool == true else { return }
        var json = JSONObject()
        HonoursObject.write(try #require(read), to: &json)
        for name in ["hallway:ranked", "hallway:badges", "hallway:milestones"] {
            #expect(json[name] == document[name])
        }
    }
}
