import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
@testable import Storage
import Support
import Testing

/// Polls over three offices: Ada asks in Oslo; people of Oslo, Lima and Pune vote.
@Suite("Polls travel")
struct PollJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage: OfficeStage {
        let offices: Offices
        var astrid: Actor
        var diego: Actor
    }

    /// All follow Ada.
    func stage() async throws -> Stage {
        let offices = try await threeOffices()
        let stage = Stage(
            offices: offices, astrid: try await Cast.welcome("astrid", to: offices.oslo),
            diego: try await Cast.welcome("diego", to: offices.lima))
        try await offices.admitAll()
        try await offices.followAda(and: [(offices.lima, stage.diego)])
        return stage
    }

    func ask(
        _ stage: Stage, _ options: [String] = ["Tea", "Coffee", "Water"], for seconds: Double? = 3600,
        _ change: (inout Poll) -> Void = { _ in }
    ) async throws -> Post {
        var poll = Poll(
            options: options.map { Poll.Option($0) }, closesAt: seconds.map { clock.now + $0 })
        change(&poll)
        var draft = Draft(text: "What shall we drink?", audience: .organisation)
        draft.body = .poll(poll)
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        return post
    }

    func poll(_ uri: ObjectURI, on node: TestNode) async throws -> (PostID, Poll) {
        let post = try #require(try await node.store.read { try $0.post(uri) })
        guard case .poll(let poll) = post.body else { throw Refusal.notFound("Poll") }
        return (post.id, poll)
    }

    func vote(_ choices: [Int], _ person: Actor, _ uri: ObjectURI, on node: TestNode) async throws {
        let (id, _) = try await poll(uri, on: node)
        _ = try await VoteInPoll(needs: node.needs).vote(id, for: choices, by: person.id)
    }

    func totals(_ uri: ObjectURI, on node: TestNode) async throws -> Tally {
        try await poll(uri, on: node).1.tally
    }

    @Test(
        "people of three offices vote once each, and all three show the same totals",
        arguments: [false, true])
    func totals(isAnonymous: Bool) async throws {
        let stage = try await stage()
        let post = try await ask(stage) { $0.isAnonymous = isAnonymous }
        #expect(try await poll(post.uri, on: stage.lima).1.isAnonymous == isAnonymous)
        try await vote([0], stage.astrid, post.uri, on: stage.oslo)
        try await vote([1], stage.carmen, post.uri, on: stage.lima)
        try await settle(stage.nodes)
        try await vote([1], stage.diego, post.uri, on: stage.lima)
        try await vote([2], stage.chidi, post.uri, on: stage.pune)
        // The voter sees at once what is known here.
        #expect(try await totals(post.uri, on: stage.pune).votes[2] == 1)
        try await settle(stage.nodes)
        for node in stage.nodes {
            #expect(try await totals(post.uri, on: node) == Tally(voters: 4, votes: [1, 2, 1]))
            #expect(try await node.store.read { try $0.countDeliveries(.waiting) } == 0)
            let stored = try #require(try await node.store.read { try $0.post(post.uri) })
            #expect(stored.editedAt == nil, "new totals are no edit")
            #expect(try await node.store.read { try $0.editions(of: stored.id) }.isEmpty)
        }
        for (person, node) in [(stage.carmen, stage.lima), (stage.astrid, stage.oslo)] {
            await #expect(throws: Refusal.invalid(field: "You", because: "have already voted on this poll")) {
                try await vote([0], person, post.uri, on: node)
            }
        }
        try await settle(stage.nodes)
        #expect(try await totals(post.uri, on: stage.oslo) == Tally(voters: 4, votes: [1, 2, 1]))
    }

    @Test("several may be chosen where the poll says so, and people are counted, not choices")
    func multiple() async throws {
        let stage = try await stage()
        let post = try await ask(stage) { $0.isMultiple = true }
        try await vote([0, 2], stage.carmen, post.uri, on: stage.lima)
        try await vote([0, 1, 2], stage.astrid, post.uri, on: stage.oslo)
        try await settle(stage.nodes)
        for node in stage.nodes {
            #expect(try await totals(post.uri, on: node) == Tally(voters: 2, votes: [2, 1, 2]))
        }
    }

    @Test(
        "after an outage and crashes between any two steps the totals are exact, votes in time count though they arrive late",
        arguments: [false, true])
    func outage(isAnonymous: Bool) async throws {
        let stage = try await stage()
        let post = try await ask(stage) { $0.isAnonymous = isAnonymous }
        network.setDown(true, Cast.oslo)
        try await vote([1], stage.carmen, post.uri, on: stage.lima)
        try await settle([stage.lima, stage.pune]) { $0.restart() }
        clock.advance(1800)
        try await vote([0], stage.diego, post.uri, on: stage.lima)
        try await settle([stage.lima, stage.pune]) { $0.restart() }
        clock.advance(1801)
        // The poll has ended everywhere when the line is mended.
        await #expect(throws: Refusal.invalid(field: "The poll", because: "has already ended")) {
            try await vote([0], stage.chidi, post.uri, on: stage.pune)
        }
        try await settle(stage.nodes) { $0.restart() }
        network.setDown(false, Cast.oslo)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        for node in stage.nodes {
            #expect(try await totals(post.uri, on: node) == Tally(voters: 2, votes: [1, 1, 0]))
            #expect(try await node.store.read { try $0.countDeliveries(.waiting) } == 0)
        }
    }

    @Test("a poll that ends tells its author and its voters once, also after a restart")
    func ends() async throws {
        let stage = try await stage()
        let post = try await ask(stage, for: 600)
        try await vote([1], stage.carmen, post.uri, on: stage.lima)
        try await vote([1], stage.astrid, post.uri, on: stage.oslo)
        clock.advance(601)
        for _ in 0..<2 { try await settle(stage.nodes) { $0.restart() } }
        func told(_ person: Actor, _ node: TestNode) async throws -> Int {
            try await node.store.read {
                try $0.notifications(of: person.id, kinds: [.pollClosed], Page(limit: 9)).count
            }
        }
        #expect(try await told(stage.ada, stage.oslo) == 1)
        #expect(try await told(stage.astrid, stage.oslo) == 1)
        #expect(try await told(stage.carmen, stage.lima) == 1)
        #expect(try await told(stage.diego, stage.lima) == 0)
        for node in stage.nodes { #expect(try await poll(post.uri, on: node).1.isClosed) }
        #expect(try await totals(post.uri, on: stage.pune) == Tally(voters: 2, votes: [0, 2, 0]))
    }

    @Test("hidden totals are in no document, reach the offices of voters alone, and everyone at the close")
    func hidden() async throws {
        let stage = try await stage()
        let post = try await ask(stage) { $0.hidesTotals = true }
        try await vote([1], stage.astrid, post.uri, on: stage.oslo)
        try await vote([0], stage.carmen, post.uri, on: stage.lima)
        try await settle(stage.nodes)
        #expect(try await totals(post.uri, on: stage.lima) == Tally(voters: 2, votes: [1, 1, 0]))
        #expect(try await totals(post.uri, on: stage.pune).votes == [0, 0, 0])
        for request in network.sent where request.url.authority == Cast.pune {
            #expect(!String(decoding: request.body, as: UTF8.self).contains("totalItems"))
        }
        let (_, known) = try await poll(post.uri, on: stage.lima)
        #expect(known.showsTotals(to: Ballot(choices: [0]), at: clock.now))
        #expect(!known.showsTotals(to: nil, at: clock.now))
        clock.advance(3601)
        try await settle(stage.nodes)
        #expect(try await totals(post.uri, on: stage.pune) == Tally(voters: 2, votes: [1, 1, 0]))
        #expect(try await poll(post.uri, on: stage.pune).1.showsTotals(to: nil, at: clock.now))
    }

    @Test("a poll that asks something else begins anew (FEP-9967)")
    func otherOptions() async throws {
        let stage = try await stage()
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        func question(_ names: [String], _ votes: Int, updated: Date?) -> JSONValue {
            var more: [(String, JSONValue)] = [
                ("type", "Question"),
                (
                    "oneOf",
                    .array(
                        names.map {
                            [
                                "type": "Note", "name": .string($0),
                                "replies": ["totalItems": .int(Int64(votes))],
                            ]
                        })
                ),
            ]
            if let updated { more.append(("updated", .string(updated.ISO8601Format()))) }
            return vera.note("1", "Which?", to: [.string(stage.carmen.uri.string)], more: more)
        }
        try await vera.send(vera.activity("Create", question(["A", "B"], 2, updated: nil)), to: stage.lima)
        let uri = try theURI("\(vera.origin)/notes/1")
        #expect(try await totals(uri, on: stage.lima) == Tally(voters: 4, votes: [2, 2]))
        try await vote([0], stage.carmen, uri, on: stage.lima)
        clock.advance(60)
        try await vera.send(
            vera.activity("Update", question(["A", "C"], 0, updated: clock.now)), to: stage.lima)
        #expect(try await totals(uri, on: stage.lima) == Tally(voters: 0, votes: [0, 0]))
        try await vote([1], stage.carmen, uri, on: stage.lima)
    }

    @Test("the examples of the protocol are read")
    func vectors() throws {
        let question = try ASObject(try Vectors.json("poll/question.json"))
        let poll = try #require(try PollIn.read(question, at: clock.now))
        #expect(poll.isAnonymous && !poll.isMultiple && poll.tally == Tally(voters: 7, votes: [3, 4]))
        let update = try ASObject(try Vectors.json("poll/tally.json"))
        let tally = try #require(update.objects("object").first)
        #expect(tally.type == PollOut.tallyType)
        #expect(PollIn.tally(tally, of: poll) == Tally(voters: 3, votes: [2, 1]))
        let vote = try ASObject(try Vectors.json("poll/vote.json"))
        #expect(vote.objects("object").first?.text("name") == "Tea")
    }
}
