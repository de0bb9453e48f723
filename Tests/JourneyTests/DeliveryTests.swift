import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

@Suite("Deliveries")
struct DeliveryTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (node: TestNode, ada: Actor, vera: Stranger) {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        network.serve("\(vera.uri)/inbox", .null, code: 202)
        try await vera.send(vera.activity("Follow", .string(ada.uri.string)), to: node)
        try await settle([node])
        return (node, ada, vera)
    }

    func states(_ node: TestNode) async throws -> [Delivery.State: Int] {
        var result: [Delivery.State: Int] = [:]
        for state in [Delivery.State.waiting, .delivered, .refused, .expired] {
            result[state] = try await node.store.read { try $0.countDeliveries(state) }
        }
        return result
    }

    @Test("an inbox that is gone (410) gets nothing any more")
    func gone() async throws {
        let (node, ada, vera) = try await stage()
        network.serve("\(vera.uri)/inbox", .null, code: 410)
        let before = network.requests.count
        for text in ["one", "two"] {
            try await node.post(text, by: ada, for: .anyone)
            try await settle([node])
        }
        #expect(try await states(node)[.waiting] == 0)
        #expect(network.requests[before...].filter { $0 == "POST \(vera.uri)/inbox" }.count == 1)
    }

    @Test("a shared inbox that was gone once (410) is in use again when somebody behind it speaks")
    func goneAndBack() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let shared = "\(vera.origin)/inbox"
        try vera.serve([("endpoints", ["sharedInbox": .string(shared)])])
        network.serve(shared, .null, code: 410)
        network.serve("\(vera.uri)/inbox", .null, code: 202)
        try await vera.send(vera.activity("Follow", .string(ada.uri.string)), to: node)
        for text in ["one", "two"] {
            try await node.post(text, by: ada, for: .anyone)
            try await settle([node])
        }
        #expect(network.requests.filter { $0 == "POST \(shared)" }.count == 1)
        network.serve(shared, .null, code: 202)
        try await node.post("nobody has spoken yet", by: ada, for: .anyone)
        try await settle([node])
        #expect(network.requests.filter { $0 == "POST \(shared)" }.count == 1)
        try await vera.send(vera.activity("Create", vera.note("1", "Back again")), to: node)
        try await node.post("three", by: ada, for: .anyone)
        try await settle([node])
        #expect(network.requests.filter { $0 == "POST \(shared)" }.count == 2)
        #expect(try await states(node)[.waiting] == 0)
    }

    @Test(
        "Retry-After is honoured, whatever it says (N89)",
        arguments: ["120", "nan", "-5", "1e400", "tomorrow"])
    func retryAfter(field: String) async throws {
        let (node, ada, vera) = try await stage()
        network.serve("\(vera.uri)/inbox", .null, type: "text/plain", code: 503)
        network.answerBusy("\(vera.uri)/inbox", retryAfter: field)
        try await node.post("x", by: ada, for: .anyone)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 1)
        network.serve("\(vera.uri)/inbox", .null, code: 202)
        clock.advance(200)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 0)
    }

    func countPosts() -> Int { network.requests.count { $0.hasPrefix("POST") } }

    @Test("a node that says when is sent nothing until then, however much waits, whatever is heard of it")
    func leftAlone() async throws {
        let (node, ada, vera) = try await stage()
        try await node.post("x", by: ada, for: .anyone)
        try await node.fanOut()
        try await node.fillLedger()
        let waiting = try #require(
            await node.store.read { try $0.due(host: "good.example", at: .distantFuture, limit: 1).first })
        // Forty more that could go out side by side.
        for number in 1...40 {
            let inbox = try theURI("https://good.example/users/\(number)/inbox")
            let other = Delivery(
                id: node.needs.ids.next(), activity: waiting.activity, actor: ada.id, inbox: inbox,
                state: .waiting, attempts: 0, nextAt: clock.now, answer: nil)
            try await node.store.write { try $0.insert(other) }
        }
        network.answerBusy("\(vera.uri)/inbox", retryAfter: "300")
        network.join("good.example") { _ in
            Answer(code: 503, fields: [("retry-after", "300")], body: [])
        }
        let before = countPosts()
        try await settle([node])
        let asked = countPosts()
        #expect((before + 1...before + 16).contains(asked))
        node.restart()
        try await vera.send(vera.activity("Create", vera.note("1", "Not yet")), to: node)
        clock.advance(290)
        try await node.post("y", by: ada, for: .anyone)
        for _ in 0..<10 { try await settle([node]) }
        #expect(countPosts() == asked)
        #expect(try await states(node)[.waiting] == 42)
        clock.advance(11)
        network.serve("\(vera.uri)/inbox", .null, code: 202)
        network.join("good.example") { _ in Answer(code: 202, fields: [], body: []) }
        try await settle([node])
        #expect(try await states(node)[.waiting] == 0)
    }

    @Test("what a process with a slow clock enters in the ledger comes after what is there")
    func slowClock() async throws {
        let (node, ada, _) = try await stage()
        try await node.post("the first", by: ada, for: .anyone)
        try await node.fillLedger()
        try await node.post("the second", by: ada, for: .anyone)
        let slow: @Sendable () -> Date = { [clock] in clock.now - 3600 }
        let world = World(
            needs: Needs(
                store: node.store, ids: IDSource(salt: 1, now: slow), addresses: node.needs.addresses,
                policy: node.needs.policy, now: slow),
            keys: node.keys, send: { [network] in try await network.send($0) },
            logger: node.world.logger, allowsInsecure: false, counters: Counters(), directory: nil)
        let drain = OutboxDrain(
            world: world, documents: Documents(world: world, version: "test"), bell: Bell(), done: {})
        while try await drain.drain() {}
        let waiting = try await node.store.read { try $0.waiting(host: "good.example", limit: 10) }
        let texts = waiting.map { String(decoding: $0.json, as: UTF8.self) }
        try #require(texts.count == 2)
        #expect(texts[0].contains("the first") && texts[1].contains("the second"))
    }

    @Test("a redirected delivery is not followed (N76), and a no is a no")
    func refused() async throws {
        let (node, ada, vera) = try await stage()
        network.serve("\(vera.uri)/inbox", redirectTo: "https://evil.example/inbox")
        try await node.post("x", by: ada, for: .anyone)
        try await settle([node])
        #expect(try await states(node)[.refused] == 1)
        #expect(!network.requests.contains { $0.contains("evil.example") })
    }

    @Test("what cannot be delivered for a week is given up")
    func expires() async throws {
        let (node, ada, _) = try await stage()
        network.setDown(true, "good.example")
        try await node.post("x", by: ada, for: .anyone)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 1)
        clock.advance(8 * 86400)
        try await settle([node])
        #expect(try await states(node)[.expired] == 1)
    }

    @Test("of a node that does not answer all that is a week old is given up at once, and the rest waits on")
    func expiresTogether() async throws {
        let (node, ada, _) = try await stage()
        network.setDown(true, "good.example")
        for number in 1...50 { try await node.post("\(number)", by: ada, for: .anyone) }
        try await settle([node])
        #expect(try await states(node)[.waiting] == 50)
        clock.advance(6 * 86400)
        for number in 51...53 { try await node.post("\(number)", by: ada, for: .anyone) }
        try await settle([node])
        #expect(try await states(node)[.waiting] == 53)
        clock.advance(1.5 * 86400)
        let before = network.requests.count
        try await settle([node])
        #expect(network.requests.count == before + 1)
        #expect(try await states(node)[.expired] == 50)
        #expect(try await states(node)[.waiting] == 3)
        let counted = node.world.counters.all.first { $0.name == "hallway_deliveries_expired_total" }?.value
        #expect(counted == 50)
        network.setDown(false, "good.example")
        clock.advance(1000)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 0)
        #expect(try await states(node)[.expired] == 50)
    }

    @Test("an author whom a node does not believe holds back nobody else")
    func doubted() async throws {
        let (node, ada, vera) = try await stage()
        let boris = try await Cast.welcome("boris", to: node)
        try await vera.send(vera.activity("Follow", .string(boris.uri.string)), to: node)
        try await settle([node])
        network.serve("\(vera.uri)/inbox", .null, code: 401)
        try await node.post("not believed", by: ada, for: .anyone)
        try await settle([node])
        network.serve("\(vera.uri)/inbox", .null, code: 202)
        try await node.post("believed", by: boris, for: .anyone)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 1)
        clock.advance(10)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 0)
    }

    /// What is no word of another node.
    struct OwnFault: Error {}

    @Test("what this node cannot send is put off alone, and nobody takes the other node for silent")
    func ownFault() async throws {
        let (node, ada, vera) = try await stage()
        let boris = try await Cast.welcome("boris", to: node)
        try await vera.send(vera.activity("Follow", .string(boris.uri.string)), to: node)
        try await settle([node])
        try await node.post("cannot be sent", by: ada, for: .anyone)
        try await node.post("can be sent", by: boris, for: .anyone)
        try await node.fanOut()
        try await node.fillLedger()
        let worker = DeliveryWorker(
            world: World(
                needs: node.needs, keys: node.keys,
                send: { [network] request in
                    let body = String(decoding: request.body, as: UTF8.self)
                    guard !body.contains("cannot be sent") else { throw OwnFault() }
                    return try await network.send(request)
                },
                logger: node.world.logger, allowsInsecure: false, counters: Counters(), directory: nil),
            bell: Bell())
        let before = network.requests.count
        try await worker.drain()
        #expect(network.requests[before...] == ["POST \(vera.uri)/inbox"])
        #expect(try await states(node)[.waiting] == 1)
        #expect(worker.brokenLanes == 0)
        clock.advance(10)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 0)
    }

    @Test("the status of a single delivery says it all")
    func statusAlone() async throws {
        let (node, ada, vera) = try await stage()
        try await node.post("x", by: ada, for: .anyone)
        try await settle([node])
        let sent = network.sent.filter { $0.url.string == "\(vera.uri)/inbox" }
        #expect(!sent.isEmpty && sent.allSatisfy { !$0.needsBody })
    }

    @Test("what was answered is not sent again while it cannot be written down")
    func unwritten() async throws {
        let (node, ada, vera) = try await stage()
        try await node.post("x", by: ada, for: .anyone)
        try await node.fanOut()
        try await node.fillLedger()
        let store = FaultyStore(node.store)
        let worker = DeliveryWorker(
            world: World(
                needs: node.needs.on(store), keys: node.keys,
                send: { [network] in try await network.send($0) },
                logger: node.world.logger, allowsInsecure: false, counters: Counters(), directory: nil),
            bell: Bell())
        let before = network.requests.count
        store.fail(2)
        try await worker.drain()
        #expect(network.requests[before...] == ["POST \(vera.uri)/inbox"])
        #expect(try await states(node)[.waiting] == 0)
    }

    @Test("a node that was silent before a restart is delivered to when it is heard from, and not before")
    func heardAfterRestart() async throws {
        let (node, ada, vera) = try await stage()
        network.setDown(true, "good.example")
        try await node.post("x", by: ada, for: .anyone)
        try await settle([node])
        network.setDown(false, "good.example")
        node.restart()
        try await settle([node])
        #expect(try await states(node)[.waiting] == 1)
        try await vera.send(vera.activity("Create", vera.note("1", "Back again")), to: node)
        // What is heard takes effect in a task of its own.
        for _ in 0..<1000 where try await states(node)[.waiting] != 0 { try await settle([node]) }
        #expect(try await states(node)[.waiting] == 0)
    }

    @Test("one that said when is delivered to then, also after a restart")
    func busyAfterRestart() async throws {
        let (node, ada, vera) = try await stage()
        network.answerBusy("\(vera.uri)/inbox", retryAfter: "3600")
        try await node.post("x", by: ada, for: .anyone)
        try await settle([node])
        node.restart()
        try await settle([node])
        let before = network.requests.count
        try await vera.send(vera.activity("Create", vera.note("1", "Later")), to: node)
        for _ in 0..<10 { try await settle([node]) }
        #expect(!network.requests[before...].contains { $0.hasPrefix("POST") })
        clock.advance(3601)
        network.serve("\(vera.uri)/inbox", .null, code: 202)
        try await settle([node])
        #expect(try await states(node)[.waiting] == 0)
    }
}
