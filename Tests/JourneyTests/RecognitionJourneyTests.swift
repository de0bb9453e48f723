import Domain
@testable import Federation
import Foundation
import JSON
import Signatures
import Social
import Storage
import Support
import Testing

/// Thanks between three offices (Spec/features/recognition.md).
@Suite("Recognitions travel")
struct RecognitionJourneyTests: RecognitionJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("thanks reach colleagues of two other offices, who follow nobody, once and as thanks")
    func arrives() async throws {
        let stage = try await thanksStage()
        let post = try await thank(
            [stage.boris, stage.carmen, stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 10,
            value: "courage")
        try await settle(stage.nodes) { $0.restart() }
        for (node, person) in [
            (stage.oslo, stage.boris), (stage.lima, stage.carmen), (stage.pune, stage.chidi),
        ] {
            #expect(try await kinds(person, on: node) == [.recognition])
            let received = try #require(try await node.store.read { try $0.post(post.uri) })
            guard case .recognition(let recognition) = received.body else {
                Issue.record("no recognition on \(node.authority)")
                continue
            }
            #expect(recognition.value == "Courage" && recognition.points == 10)
            #expect(recognition.recipients.count == 3 && recognition.allowance == 100)
            #expect(try await wall(node, for: person) == [post.uri])
            #expect(try await wall(node, for: person) { $0.recipient = person.id } == [post.uri])
            let tally = try await node.store.read {
                try $0.recognitionTally(of: person.id, for: .person(person.id))
            }
            #expect(tally == RecognitionTally(count: 1, points: 10))
        }
        let inLima = try #require(try await stage.lima.store.read { try $0.post(post.uri) })
        // What any software shows: whom, what for, and the words.
        #expect(inLima.content.contains("Thanks") && inLima.content.contains("Courage"))
        #expect(inLima.content.contains("You saved the launch") && inLima.mentions.count == 3)
        #expect(try await differences(stage).isEmpty)
    }

    @Test("the audience is the giver's choice: nobody else sees thanks that were for few")
    func audience() async throws {
        let stage = try await thanksStage()
        let secret = try await thank(
            [stage.carmen], by: stage.ada, on: stage.oslo, stage, audience: .direct)
        let here = try await thank([stage.boris], by: stage.ada, on: stage.oslo, stage, audience: .node)
        let celia = try await Cast.welcome("celia", to: stage.lima)
        try await settle(stage.nodes)
        #expect(try await wall(stage.lima, for: stage.carmen) == [secret.uri])
        #expect(try await wall(stage.lima, for: celia).isEmpty)
        #expect(try await wall(stage.oslo, for: stage.boris) == [here.uri])
        #expect(try await stage.pune.store.read { try $0.postID(secret.uri) } == nil)
        let (others, own) = try await stage.lima.store.read { transaction in
            (
                try transaction.recognitionTally(of: stage.carmen.id, for: .person(celia.id)),
                try transaction.recognitionTally(of: stage.carmen.id, for: .person(stage.carmen.id))
            )
        }
        #expect(others.count == 0 && own.count == 1)
    }

    @Test("a recipient hides it here and there and shows it again; its points count all the same")
    func hidden() async throws {
        let stage = try await thanksStage()
        let post = try await thank(
            [stage.carmen, stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 5)
        try await settle(stage.nodes)
        let inLima = try await id(post, on: stage.lima)
        let recognise = Recognise(needs: stage.lima.needs)
        _ = try await recognise.hide(true, inLima, by: stage.carmen.id)
        _ = try await recognise.hide(true, inLima, by: stage.carmen.id)
        try await settle(stage.nodes)
        #expect(try await wall(stage.lima, for: stage.carmen).isEmpty)
        #expect(try await wall(stage.oslo, for: stage.ada).isEmpty)
        #expect(try await wall(stage.pune, for: stage.chidi).isEmpty)
        // She finds it among her own; on Chidi's profile it stays, for he did not hide it.
        #expect(
            try await wall(stage.lima, for: stage.carmen) { $0.recipient = stage.carmen.id } == [post.uri])
        #expect(try await wall(stage.pune, for: stage.chidi) { $0.recipient = stage.chidi.id } == [post.uri])
        let celia = try await Cast.welcome("celia", to: stage.lima)
        #expect(try await wall(stage.lima, for: celia) { $0.recipient = stage.carmen.id }.isEmpty)
        #expect(try await differences(stage).isEmpty)
        _ = try await recognise.hide(false, inLima, by: stage.carmen.id)
        try await settle(stage.nodes)
        #expect(try await wall(stage.lima, for: celia) == [post.uri])
        #expect(try await wall(stage.oslo, for: stage.ada) == [post.uri])
        // Nobody hides what others were given.
        await #expect(throws: Refusal.notFound("Record")) {
            try await recognise.hide(true, inLima, by: celia.id)
        }
    }

    @Test("a moderator takes it off the walls of that node alone, and it is written down who did")
    func removed() async throws {
        let stage = try await thanksStage()
        let post = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 5)
        try await settle(stage.nodes)
        let inLima = try await id(post, on: stage.lima)
        let recognise = Recognise(needs: stage.lima.needs)
        await #expect(throws: Refusal.self) {
            try await recognise.remove(inLima, because: "no", by: stage.carmen.id)
        }
        #expect(try await wall(stage.lima, for: stage.carmen) == [post.uri])
        try await stage.lima.appoint(stage.carmen)
        await #expect(throws: Refusal.invalid(field: "Reason", because: "can't be blank")) {
            try await recognise.remove(inLima, because: " ", by: stage.carmen.id)
        }
        _ = try await recognise.remove(inLima, because: "unkind", by: stage.carmen.id)
        #expect(try await wall(stage.lima, for: stage.carmen).isEmpty)
        #expect(try await wall(stage.oslo, for: stage.ada) == [post.uri])
        let lines = try await stage.lima.store.read { try $0.recognitionRemovals().map(\.reason) }
        #expect(lines == ["unkind"])
        #expect(try await differences(stage).isEmpty)
    }

    @Test("duplicates, an hour's outage and a withdrawal meanwhile end with a difference of zero")
    func reconciles() async throws {
        let stage = try await thanksStage()
        try await thank([stage.carmen, stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 10)
        let taken = try await thank([stage.carmen], by: stage.boris, on: stage.oslo, stage, points: 20)
        try await settle(stage.nodes)
        #expect(try await differences(stage).isEmpty)
        // Lima is away for an hour; meanwhile thanks are given, and some are withdrawn.
        network.setDown(true, Cast.lima)
        let late = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 7)
        try await thank([stage.ada], by: stage.chidi, on: stage.pune, stage, points: 3)
        try await thank([stage.carmen, stage.boris], by: stage.chidi, on: stage.pune, stage, points: 4)
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(taken.id, by: stage.boris.id)
        try await thank([stage.chidi], by: stage.carmen, on: stage.lima, stage, points: 6)
        for _ in 0..<12 {
            clock.advance(300)
            try await settle(stage.nodes) { $0.restart() }
        }
        network.setDown(false, Cast.lima)
        for _ in 0..<6 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        #expect(try await differences(stage).isEmpty)
        let before = try await stage.lima.store.read { try $0.recognitionLedger() }
        #expect(before.first { $0.node == Cast.oslo }?.received == RecognitionTally(count: 2, points: 17))
        #expect(before.first { $0.node == Cast.pune }?.received == RecognitionTally(count: 1, points: 4))
        // The same delivery a second time, under another name.
        try await replay(late, from: stage.oslo, to: stage.lima)
        try await settle(stage.nodes)
        #expect(try await stage.lima.store.read { try $0.recognitionLedger() } == before)
        #expect(try await differences(stage).isEmpty)
    }

    /// Sends a post again, in an activity of another id.
    func replay(_ post: Post, from node: TestNode, to other: TestNode) async throws {
        let kept = try #require(
            try await node.store.read {
                try $0.activity(node.needs.addresses.activity(ActivityID(post.id.raw)))
            })
        var json = try #require(try JSONParser.parse(kept.json).object)
        json["id"] = .string("https://\(node.authority)/activities/\(node.needs.ids.next() as ActivityID)")
        json["proof"] = nil
        let (code, _, _) = try await Errands(world: node.world).send(
            "POST", try theURI("https://\(other.authority)/inbox"),
            ["type": "OrderedCollection", "orderedItems": [.object(json)]])
        #expect(code == 202)
    }

    @Test("an edit changes the words everywhere, and the line above them stays")
    func edited() async throws {
        let stage = try await thanksStage()
        let post = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 10)
        try await settle(stage.nodes)
        clock.advance(60)
        _ = try await stage.oslo.edit.edit(post.id, to: Draft(text: "For the rescue"), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try #require(try await stage.lima.store.read { try $0.post(post.uri) })
        #expect(inLima.content.contains("Thanks") && inLima.content.contains("For the rescue"))
        #expect(!inLima.content.contains("saved the launch") && inLima.mentions.count == 1)
        #expect(try await kinds(stage.carmen, on: stage.lima) == [.recognition])
        #expect(try await differences(stage).isEmpty)
    }

    @Test("withdrawn, it is gone everywhere, and its points come back in the same month only")
    func withdrawn() async throws {
        let stage = try await thanksStage()
        let post = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 100)
        try await settle(stage.nodes)
        await #expect(throws: Refusal.self) {
            try await thank([stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 1)
        }
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await wall(stage.lima, for: stage.carmen).isEmpty)
        #expect(
            try await stage.lima.store.read { try $0.recognitionLedger() }.allSatisfy {
                $0.received.count == 0
            })
        let second = try await thank([stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 100)
        try await settle(stage.nodes)
        // A month on, the allowance is whole again, and taking the old one back adds nothing to it.
        clock.advance(31 * 86400)
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(second.id, by: stage.ada.id)
        try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 100)
        await #expect(throws: Refusal.self) {
            try await thank([stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 1)
        }
        try await settle(stage.nodes)
        #expect(try await differences(stage).isEmpty)
    }

    @Test("what was delivered after the turn of the month counts in the month in which it was given")
    func turnOfTheMonth() async throws {
        // 2027-01-31 23:50 UTC.
        clock.advance(1_801_439_400 - 1_800_000_000)
        let stage = try await thanksStage()
        _ = try await stage.id(stage.carmen, on: stage.oslo)
        network.setDown(true, Cast.lima)
        let first = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 100)
        clock.advance(1200)
        let second = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 100)
        #expect(Recognition.month(of: first.createdAt) == "2027-01")
        #expect(Recognition.month(of: second.createdAt) == "2027-02")
        network.setDown(false, Cast.lima)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes)
        }
        #expect(try await wall(stage.lima, for: stage.carmen) == [second.uri, first.uri])
        #expect(try await differences(stage).isEmpty)
    }
}
