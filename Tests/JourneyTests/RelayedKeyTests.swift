import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Signatures
import Social
import Storage
import Support
import Testing

/// What is passed on bears its author's proof, whose key may have to be read at a third node, which may be away.
@Suite("Keys of what is passed on")
struct RelayedKeyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("an author whose node is away holds up nobody else's news between two nodes that are up")
    func away() async throws {
        let offices = try await threeOffices()
        let (oslo, lima, pune) = (offices.oslo, offices.lima, offices.pune)
        try await offices.admitAll()
        try await offices.followAda()
        let boris = try await Cast.welcome("boris", to: oslo)
        try await lima.follow("boris@\(Cast.oslo)", by: offices.carmen)
        let question = try await oslo.publish.publish(
            QuestionJourneyTests.draft("Who certifies lifts?"), by: offices.ada.id)
        try await settle(offices.nodes)
        let known = try await id(question, on: pune)
        let answer = try await pune.post(
            "We do.", by: offices.chidi, for: .organisation, answering: known)
        try await settle([pune])
        network.setDown(true, Cast.pune)
        try await settle([oslo, lima])
        #expect(try await lima.store.read { try $0.postID(answer.uri) } == nil)
        let waiting = try await oslo.store.read { try $0.waiting(host: Cast.lima, limit: 10) }
        #expect(waiting.first?.delivery.answer == "503")
        #expect(waiting.first?.uri.authority == Cast.pune)

        // Nor the asker's own, in whose name it is passed on.
        for author in [boris, offices.ada] {
            let news = try await oslo.post("The lift works.", by: author, for: .organisation)
            try await settle([oslo, lima])
            #expect(try await home(offices.carmen, on: lima).contains(news.uri), "\(author.name)")
        }

        network.setDown(false, Cast.pune)
        clock.advance(3600)
        try await settle(offices.nodes)
        #expect(try await lima.store.read { try $0.postID(answer.uri) } != nil)
        #expect(try await oslo.store.read { try $0.waiting(host: Cast.lima, limit: 10).isEmpty })
    }

    @Test(
        "one that waits is refused by nobody; one whose author is gone for good is, but for a goodbye (N29)",
        arguments: ["Update", "Delete"], [503, 404, 410])
    func gone(type: String, code: Int) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let author = "https://gone.example/users/mal"
        network.serve(author, .null, code: code)
        let activity: JSONValue = [
            "id": "https://gone.example/activities/1", "type": .string(type), "actor": .string(author),
            "object": .string(author), "proof": ["verificationMethod": .string("\(author)#proof")],
        ]
        let message = try vera.request(activity, to: node)
        switch (type, code) {
        case ("Delete", 410), ("Delete", 404): try await node.receive(message)
        case (_, 410):
            await #expect(throws: Refusal.notAllowed(because: "its author is gone")) {
                try await node.receive(message)
            }
        case (_, 404):
            await #expect(throws: Refusal.notAllowed(because: "its author has no such key")) {
                try await node.receive(message)
            }
        default:
            await #expect(
                throws: Refusal.unavailable(because: "the key of its author cannot be had")
            ) { try await node.receive(message) }
        }
        #expect(try await node.store.read { try $0.countInbox() } == 0)
    }

    @Test("a key that was not asked for, because another's node took all the time, is not taken for missing")
    func unasked() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let keys = Keys(world: node.world)
        await #expect(throws: ExchangeFault.tooSlow) {
            _ = try await keys.key(try theURI(vera.keyID), Patience(.zero))
        }
        let found = try await keys.key(try theURI(vera.keyID), Patience(.seconds(3600)))
        #expect(found.actor.uri.string == vera.uri)
    }

    @Test("a third node that never answers holds up neither the answer to a batch nor what else is in it")
    func silent() async throws {
        let (oslo, lima, ada, carmen) = try await twoOffices()
        try await lima.admit(Cast.oslo)
        let inbox = try theURI("https://\(Cast.lima)/inbox")
        func send(_ items: [JSONValue]) async throws -> [Int64?] {
            let (code, body, _) = try await Errands(world: oslo.world).send(
                "POST", inbox, ["type": "OrderedCollection", "orderedItems": .array(items)])
            #expect(code == 202)
            return (body["refused"]?.array ?? []).map { $0["problem"]?["status"]?.int }
        }
        // From now on every key of Oslo is known.
        #expect(try await send([Self.create(1, by: ada.uri)]).isEmpty)
        let hasty = World(
            needs: lima.needs, keys: lima.keys, send: { [network] in try await network.send($0) },
            logger: lima.world.logger, allowsInsecure: false, counters: Counters(), directory: nil,
            keyPatience: .seconds(2))
        let intake = Intake(
            world: hasty, verifier: Verifier(world: hasty), bell: Bell(), throttles: nil, heard: { _ in })
        network.join(Cast.lima) { request in
            do {
                let receipt = try await intake.receive(Self.message(request))
                return Answer(code: 202, fields: [], body: receipt.body?.bytes ?? [])
            } catch {
                return Answer(code: 500, fields: [], body: [])
            }
        }
        network.join(Cast.pune) { _ in
            try? await Task.sleep(for: .seconds(3600))
            return Answer(code: 503, fields: [], body: [])
        }
        let before = network.requests.count
        let foreign = try (1...3).map { try theURI("https://\(Cast.pune)/actors/\($0)") }
        let items =
            [Self.create(2, by: ada.uri)] + foreign.map { Self.create(3, by: $0) }
            + [Self.create(4, by: ada.uri)]
        #expect(try await send(items) == [503, 503, 503])
        // One that does not answer is asked once, or not at all where the time is up.
        let asked = network.requests[before...].filter { $0.hasPrefix("GET https://\(Cast.pune)") }
        #expect(asked.count <= 1)
        try await lima.handleInbox()
        try await lima.fanOut()
        #expect(try await texts(of: carmen, on: lima) == ["4", "2", "1"])
    }

    private static func create(_ number: Int, by actor: ObjectURI) -> JSONValue {
        let id = "\(actor)/posts/\(number)"
        let note: JSONValue = [
            "id": .string(id), "type": "Note", "attributedTo": .string(actor.string),
            "content": .string("\(number)"), "to": ["https://www.w3.org/ns/activitystreams#Public"],
        ]
        return [
            "id": .string("\(id)/create"), "type": "Create", "actor": .string(actor.string), "object": note,
            "proof": ["verificationMethod": .string("\(actor)#proof")],
        ]
    }

    private static func message(_ request: OutgoingRequest) -> HTTPMessage {
        HTTPMessage(
            method: request.method, scheme: request.url.scheme, authority: request.url.authority,
            pathAndQuery: request.url.pathAndQuery,
            fields: request.fields + [("host", request.url.authority)], body: request.body)
    }

    @Test("a node that is busy holds up all, one for which a single activity waits does not")
    func forms() throws {
        let busy = Answer(code: 503, fields: [("retry-after", "9")], body: [])
        #expect(Outcome(busy, now: clock.now) == .busy(503, retryAfter: 9))
        let other = [(name: "link", value: "<https://x.example/>; rel=\"help\"")]
        let waits = Outcome(
            Answer(code: 503, fields: other + ActivityWaits.fields, body: []), now: clock.now)
        #expect(waits == .waits(503, retryAfter: 60))
        let now = clock.now
        let id: DeliveryID = IDSource { now }.next()
        var delivery = Delivery(
            id: id, activity: ActivityID(id.raw), actor: ActorID(1),
            inbox: try theURI("https://\(Cast.lima)/inbox"), state: .waiting, attempts: 12, nextAt: now,
            answer: nil)
        waits.settle(&delivery, now: now, pause: 0)
        #expect(delivery.state == .waiting && delivery.nextAt == now + 900)
    }
}
