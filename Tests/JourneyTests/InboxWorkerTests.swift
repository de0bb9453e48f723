import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// The drain as a process runs it: lanes beside each other.
@Suite("Inbox worker")
struct InboxWorkerTests {
    /// More than are looked past one by one, and more than a batch besides.
    static let crowd: Int64 = 1500

    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "however many people of one node wait for one that is silent, others go on (N88)",
        .timeLimit(.minutes(10)))
    func flood() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let post = try await node.post("x", by: ada, for: .anyone)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        network.join("silent.example") { _ in
            try? await Task.sleep(for: .seconds(3600))
            return Answer(code: 504, fields: [], body: [])
        }
        try await fill(node)
        try await node.receive(vera.request(vera.activity("Like", .string(post.uri.string)), to: node))
        let worker = InboxWorker(
            world: node.world, threads: Threads(world: node.world), bell: Bell(), done: {})
        let running = Task { try await worker.run() }
        defer { running.cancel() }
        try await eventually { try await node.store.read { try !$0.likers(of: post.id).isEmpty } }
        // Nobody was answered meanwhile.
        #expect(try await node.store.read { try $0.countInbox() } == Int(Self.crowd))
        let asked = network.requests.count { $0.contains("silent.example") }
        #expect(asked <= LaneBook.lanesPerNode)
        running.cancel()
        try await running.value
    }

    /// Puts into the inbox, of each of many people of one node, something for which one that is silent would be asked.
    private func fill(_ node: TestNode) async throws {
        let (ids, now) = (node.needs.ids, clock.now)
        try await node.store.write { transaction in
            for number in 1...Self.crowd {
                let uri = try theURI("https://flood.example/users/\(number)")
                let actor = Actor(
                    id: ids.next(), uri: uri, kind: .person, name: "person\(number)", host: "flood.example",
                    endpoints: .init(inbox: uri.sibling("/users/\(number)/inbox")), createdAt: now)
                try transaction.save(actor)
                let create: JSONValue = [
                    "@context": "https://www.w3.org/ns/activitystreams", "type": "Create",
                    "id": .string("https://flood.example/activities/\(number)"),
                    "actor": .string(uri.string),
                    "object": .string("https://silent.example/notes/\(number)"),
                ]
                let received = Received(
                    id: ids.next(), signer: actor.id, body: create.bytes, attempts: 0, receivedAt: now)
                _ = try transaction.insert(
                    received, activity: theURI("https://flood.example/activities/\(number)"))
            }
        }
    }
}
