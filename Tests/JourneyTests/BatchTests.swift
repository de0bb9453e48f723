import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

@Suite("Batched delivery")
struct BatchTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (oslo: TestNode, lima: TestNode, ada: Actor, carmen: Actor) {
        let stage = try await twoOffices()
        try await stage.lima.admit(Cast.oslo)
        return stage
    }

    @Test("what waits for one of our own nodes travels in one request, in order")
    func together() async throws {
        let (oslo, lima, ada, carmen) = try await stage()
        let before = network.requests.count
        for number in 1...7 {
            try await oslo.post("\(number)", by: ada, for: .anyone)
        }
        try await settle([oslo, lima])
        let sent = network.requests[before...].filter { $0.hasPrefix("POST https://\(Cast.lima)") }
        #expect(sent.count == 1)
        #expect(network.sent.last { $0.url.authority == Cast.lima && $0.method == "POST" }?.needsBody == true)
        let expected = (1...7).reversed().map { "<p>\($0)</p>" }
        #expect(try await texts(of: carmen, on: lima) == expected)
        #expect(try await oslo.store.read { try $0.countDeliveries(.waiting) } == 0)
    }

    @Test("one poisoned activity does not spoil the batch, and the answer says which it was")
    func poisoned() async throws {
        let (oslo, lima, ada, carmen) = try await stage()
        var activities: [JSONValue] = []
        for text in ["good", "good too"] {
            let post = try await oslo.post(text, by: ada, for: .anyone)
            try await oslo.fillLedger()
            let uri = oslo.needs.addresses.activity(ActivityID(post.id.raw))
            let kept = try #require(await oslo.store.read { try $0.activity(uri) })
            activities.append(try JSONParser.parse(kept.json))
        }
        // One that claims to be of another node, with a proof that is not its actor's.
        var foreign = try #require(activities[0].object)
        foreign["id"] = .string("https://\(Cast.pune)/activities/1")
        foreign["actor"] = .string("https://\(Cast.pune)/actors/1")
        activities.insert(contentsOf: [.object(foreign), "no activity at all"], at: 1)
        let inbox = try theURI("https://\(Cast.lima)/inbox")
        let (code, body, _) = try await Errands(world: oslo.world).send(
            "POST", inbox, ["type": "OrderedCollection", "orderedItems": .array(activities)])
        #expect(code == 202)
        let refused = try #require(body["refused"]?.array)
        #expect(refused.map { $0["problem"]?["status"]?.int } == [403, 400])
        #expect(refused.first?["id"] == foreign["id"])
        try await lima.handleInbox()
        try await lima.fanOut()
        #expect(try await texts(of: carmen, on: lima) == ["<p>good too</p>", "<p>good</p>"])
    }

    @Test("a batch says what its actors' single deliveries would say of their followers (FEP-8fcf)")
    func followers() async throws {
        let (oslo, lima, ada, carmen) = try await stage()
        // Lima comes back from a backup: there Carmen does not follow, and nobody else does.
        let known = try #require(await lima.store.read { try $0.actorID(ada.uri) })
        try await lima.store.write { _ = try $0.deleteFollow(carmen.id, known) }
        clock.advance(3600)
        for number in 1...3 {
            try await oslo.post("\(number)", by: ada, for: .anyone)
        }
        try await settle([oslo, lima])
        try await lima.compareFollowers()
        try await settle([oslo, lima])
        #expect(try await oslo.store.read { try $0.followers(of: ada.id, on: Cast.lima) }.isEmpty)
    }

    @Test("a node that is no member brings no batch, and its activities come one by one")
    func outsider() async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let (chidi, carmen) = (
            try await Cast.welcome("chidi", to: pune), try await Cast.welcome("carmen", to: lima)
        )
        try await lima.follow("chidi@\(Cast.pune)", by: carmen)
        try await settle([pune, lima])
        for number in 1...3 {
            try await pune.post("\(number)", by: chidi, for: .anyone)
        }
        try await settle([pune, lima])
        #expect(try await texts(of: carmen, on: lima) == (1...3).reversed().map { "<p>\($0)</p>" })
    }

    @Test("a member's node speaks for its own people, and for nobody else")
    func member() async throws {
        let (oslo, lima, ada, carmen) = try await stage()
        func note(_ number: Int, by actor: ObjectURI) -> JSONValue {
            let id = "\(actor.origin)/posts/\(number)"
            let note: JSONValue = [
                "id": .string(id), "type": "Note", "attributedTo": .string(actor.string),
                "content": .string("\(number)"), "to": ["https://www.w3.org/ns/activitystreams#Public"],
            ]
            return [
                "id": .string("\(id)/create"), "type": "Create", "actor": .string(actor.string),
                "object": note,
            ]
        }
        func send(_ items: [JSONValue]) async throws -> [Int64?] {
            let (code, body, _) = try await Errands(world: oslo.world).send(
                "POST", try theURI("https://\(Cast.lima)/inbox"),
                ["type": "OrderedCollection", "orderedItems": .array(items)])
            #expect(code == 202)
            return (body["refused"]?.array ?? []).map { $0["problem"]?["status"]?.int }
        }
        let foreign = try theURI("https://\(Cast.pune)/actors/1")
        #expect(try await send([note(1, by: ada.uri), note(2, by: foreign)]) == [403])
        try await lima.handleInbox()
        try await lima.fanOut()
        #expect(try await texts(of: carmen, on: lima) == ["1"])
        let known = try #require(await lima.store.read { try $0.actorID(ada.uri) })
        try await lima.store.write { try $0.setState(.suspended, of: known) }
        #expect(try await send([note(3, by: ada.uri)]) == [403])
    }

    @Test("a batch is of 1 to 100 activities", arguments: [0, 101])
    func bounds(count: Int) async throws {
        let (oslo, _, _, _) = try await stage()
        let items = Array(repeating: JSONValue.string("x"), count: count)
        let (code, _, _) = try await Errands(world: oslo.world).send(
            "POST", try theURI("https://\(Cast.lima)/inbox"),
            ["type": "OrderedCollection", "orderedItems": .array(items)])
        #expect(code == 400)
    }

    @Test("a person's own signature carries no batch")
    func personal() async throws {
        let (oslo, _, _, _) = try await stage()
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        await #expect(throws: Refusal.self) {
            try await vera.send(["type": "OrderedCollection", "orderedItems": ["x"]], to: oslo)
        }
    }

    @Test("the examples of the protocol are read")
    func vectors() throws {
        let request = try ASObject(try Vectors.json("batch/request.json"))
        #expect(try Batch.activities(request)?.count == 2)
        let answer = Answer(code: 202, fields: [], body: try Vectors.bytes("batch/answer.json"))
        let ids = ["https://oslo.example/activities/1", "https://oslo.example/activities/2"]
        let outcomes = Batch.outcomes(answer, of: ids, now: clock.now)
        #expect(outcomes[ids[0]] == .delivered(202))
        #expect(outcomes[ids[1]] == .refused("403"))
    }
}
