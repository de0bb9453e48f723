import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Challenges over three offices: Ada of Oslo sets one, others take part (Spec/features/challenge.md).
@Suite("Challenges travel")
struct ChallengeJourneyTests: GatheringJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    func challenge(_ goal: String = "Cycle 1,000 km to work") -> Gathering {
        var gathering = Gathering(
            title: "May by bicycle", startsAt: clock.now + 86400, endsAt: clock.now + 8 * 86400)
        gathering.challenge = Challenge(goal: goal)
        return gathering
    }

    func report(_ amount: Int, _ post: Post, by person: Actor, on node: TestNode) async throws {
        let id = try await copy(post, on: node).id
        try await ReportProgress(needs: node.needs).report(amount, in: id, by: person.id)
    }

    func reached(_ post: Post, on node: TestNode) async throws -> Int? {
        guard case .gathering(let gathering) = try await copy(post, on: node).body else {
            return nil
        }
        return gathering.challenge?.reported
    }

    func expect(_ total: Int, _ post: Post, _ stage: Offices) async throws {
        for node in stage.nodes { #expect(try await reached(post, on: node) == total) }
    }

    /// A challenge that has begun, in which Ada, Carmen and Chidi take part.
    func begin(_ stage: Offices) async throws -> Post {
        let post = try await publish(challenge(), stage)
        for (person, node) in [
            (stage.ada, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
        ] {
            try await answer(.yes, post, by: person, on: node)
        }
        try await settle(stage.nodes)
        clock.advance(2 * 86400)
        return post
    }

    @Test(
        "what everyone reported adds up to one total everywhere, after outages, restarts and duplicates",
        arguments: [false, true])
    func adds(restarts: Bool) async throws {
        let stage = try await stage()
        func settleAll() async throws { try await settle(stage.nodes) { if restarts { $0.restart() } } }
        let post = try await begin(stage)
        let copy = try await copy(post, on: stage.lima)
        guard case .gathering(let known) = copy.body else { throw Refusal.notFound("Record") }
        #expect(known.challenge?.goal == "Cycle 1,000 km to work" && copy.content == post.content)
        try await report(12, post, by: stage.ada, on: stage.oslo)
        try await report(30, post, by: stage.carmen, on: stage.lima)
        try await report(5, post, by: stage.chidi, on: stage.pune)
        try await settleAll()
        try await expect(47, post, stage)
        // A report is all of theirs so far: the same again adds nothing, a correction takes away.
        try await report(5, post, by: stage.chidi, on: stage.pune)
        try await report(20, post, by: stage.carmen, on: stage.lima)
        try await settleAll()
        try await expect(37, post, stage)
        // Everything that Oslo was sent, once more and backwards.
        let sent = network.sent.filter { $0.method == "POST" && $0.url.authority == Cast.oslo }
        for request in sent.reversed() { _ = try await network.send(request) }
        try await settleAll()
        try await expect(37, post, stage)
        network.setDown(true, Cast.oslo)
        for amount in [21, 25, 40] {
            clock.advance(60)
            try await report(amount, post, by: stage.carmen, on: stage.lima)
            try await settleAll()
        }
        network.setDown(false, Cast.oslo)
        for _ in 0..<6 {
            clock.advance(900)
            try await settleAll()
        }
        try await expect(57, post, stage)
        // Whoever takes part no more takes theirs along, and brings it again.
        try await answer(.no, post, by: stage.carmen, on: stage.lima)
        try await settleAll()
        try await expect(17, post, stage)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settleAll()
        try await expect(57, post, stage)
        // Changing it keeps what was reached, and its author's goal.
        var changed = challenge("Cycle 2,000 km")
        changed.title = "June by bicycle"
        changed.startsAt = clock.now + 86400
        _ = try await Organise(needs: stage.oslo.needs).change(post.id, to: changed, by: stage.ada.id)
        try await settleAll()
        try await expect(57, post, stage)
        guard case .gathering(let after) = try await self.copy(post, on: stage.pune).body else {
            return
        }
        #expect(after.challenge?.goal == "Cycle 2,000 km" && after.title == "June by bicycle")
    }

    @Test("only who takes part reports, between the beginning and the end, a number that can be")
    func refused() async throws {
        let stage = try await stage()
        let post = try await publish(challenge(), stage)
        let party = try await publish(gathering(), stage)
        func refuses(_ amount: Int, _ post: Post, _ person: Actor, _ node: TestNode) async {
            await #expect(throws: Refusal.self) { try await report(amount, post, by: person, on: node) }
        }
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await answer(.yes, party, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        await refuses(1, post, stage.carmen, stage.lima)
        clock.advance(2 * 86400)
        await refuses(1, post, stage.chidi, stage.pune)
        await refuses(1, party, stage.carmen, stage.lima)
        for amount in [-1, 1_000_001] { await refuses(amount, post, stage.carmen, stage.lima) }
        try await report(8, post, by: stage.carmen, on: stage.lima)
        clock.advance(7 * 86400)
        await refuses(9, post, stage.carmen, stage.lima)
        try await settle(stage.nodes)
        try await expect(8, post, stage)
        // Written here without a goal or an end, it is refused.
        var endless = challenge()
        endless.endsAt = nil
        for bad in [challenge(" "), challenge(String(repeating: "x", count: 201)), endless] {
            await #expect(throws: Refusal.self) { try await publish(bad, stage) }
        }
    }

    @Test(
        "another node's report counts only for its own reporter, in time, as a number; nothing else changes a total"
    )
    func hostile() async throws {
        let stage = try await stage()
        let post = try await begin(stage)
        try await report(12, post, by: stage.ada, on: stage.oslo)
        try await settle(stage.nodes)
        let eve = try Stranger("https://eve.example/users/eve", on: network, clock: clock)
        let now = Int64(clock.now.timeIntervalSince1970 * 1000)
        func say(_ by: String, _ event: String, _ amount: JSONValue, _ sequence: Int64) async throws {
            try await eve.send(
                eve.activity(
                    "Update",
                    [
                        "type": .string(ChallengeObject.reportType), "attributedTo": .string(by),
                        "context": .string(event), "hallway:amount": amount,
                        "hallway:sequence": .int(sequence),
                    ]), to: stage.oslo)
        }
        // She does not take part yet.
        try await say(eve.uri, post.uri.string, 5, now)
        try await expect(12, post, stage)
        try await eve.send(eve.activity("Join", .string(post.uri.string)), to: stage.oslo)
        for (by, event, amount, sequence) in [
            (stage.carmen.uri.string, post.uri.string, 5, now),
            (eve.uri, "https://oslo.example/posts/1", 5, now),
            (eve.uri, post.uri.string, 1_000_001, now), (eve.uri, post.uri.string, -5, now),
            (eve.uri, post.uri.string, "5", now), (eve.uri, post.uri.string, nil, now),
            (eve.uri, post.uri.string, 5, now + 3_600_000),
            (eve.uri, post.uri.string, 5, now - 3 * 86_400_000),
            (eve.uri, post.uri.string, 5, Int64.max), (eve.uri, post.uri.string, 5, -1),
        ] as [(String, String, JSONValue, Int64)] {
            try await say(by, event, amount, sequence)
            #expect(try await reached(post, on: stage.oslo) == 12, "\(amount) \(sequence)")
        }
        try await say(eve.uri, post.uri.string, 5, now)
        try await say(eve.uri, post.uri.string, 3, now - 1000)
        #expect(try await reached(post, on: stage.oslo) == 17)
    }

    @Test("the example is read, and written as it is; one without a goal is refused")
    func vector() async throws {
        let example = try #require(try Vectors.json("challenge/event.json").object)
        let object = try ASObject(.object(example))
        let start = try #require(object.date("startTime"))
        let read = try #require(try GatheringIn.read(object, title: "May by bicycle", at: start))
        #expect(read.challenge == Challenge(goal: "Cycle 1,000 km to work", reported: 57))
        var json = JSONObject()
        ChallengeObject.add(try #require(read.challenge), to: &json)
        for name in ["hallway:gatheringKind", "hallway:goal", "hallway:reported"] {
            #expect(json[name] == example[name])
        }
        for (name, value): (String, JSONValue?) in [
            ("hallway:goal", nil), ("endTime", nil), ("hallway:goal", 5),
        ] {
            var bad = example
            bad[name] = value
            let object = try ASObject(.object(bad))
            #expect(throws: Refusal.self) { try GatheringIn.read(object, title: "x", at: start) }
        }
        var odd = example
        odd["hallway:reported"] = -1
        #expect(
            try GatheringIn.read(try ASObject(.object(odd)), title: "x", at: start)?.challenge?.reported == 0)
        let said = try ChallengeObject.report(try ASObject(try Vectors.json("challenge/report.json")))
        #expect(said.report == ChallengeReport(amount: 40, sequence: 1_777_637_000_123))
    }
}
