import Domain
import Federation
import Social
@testable import Storage
import Support
import Testing

/// Processes are replaced one after the other: one of a later release has noted what this one does not know.
@Suite("Events of a later release")
struct LaterEventsTests {
    let clock = TestClock()
    let network = FakeNetwork()
    let log = LogBook()

    @Test(
        "a drain stands before what it does not know, says so once, and leaves its lane to whoever does",
        .timeLimit(.minutes(10)), arguments: Engine.atHand)
    func left(engine: Engine) async throws {
        let node = try await TestNode(
            Cast.oslo, network: network, clock: clock, engine: engine, logBook: log)
        let ada = try await Cast.welcome("ada", to: node)
        try await node.post("Before", by: ada, for: .anyone)
        let known = try await node.store.read { try $0.events(after: 0) }
        let last = try #require(known.last).position
        try await node.store.write { _ = try $0.run("INSERT INTO event (kind, subject) VALUES (9999, 1)") }
        try await node.post("After", by: ada, for: .anyone)

        let world = node.world
        let outbox = OutboxDrain(
            world: world, documents: Documents(world: world, version: "test"), bell: Bell(), done: {})
        let fanOut = FanOut(
            needs: node.needs, bell: Bell(), hub: StreamHub(), logger: world.logger,
            counters: world.counters, peopleChanged: {})
        let running = [Task { try await outbox.run() }, Task { try await fanOut.run() }]
        defer { for task in running { task.cancel() } }
        let drains = ["outbox", "fan-out"]
        try await eventually { lines.count >= drains.count }
        if engine == .postgres {
            let other = try #require(node.store as? TestStore).another()
            for drain in drains { try await eventually { try await other.claim(drain) } }
            try other.close()
        }
        for drain in drains {
            #expect(try await node.store.read { try $0.cursor(drain) } == last, "\(drain)")
        }
        #expect(lines.count == drains.count)
    }

    private var lines: [String] { log.lines.filter { $0.contains("left to a later release") } }
}
