import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// A node whose disk is full for a while: what it knows it reads, and it writes nothing.
@Suite("A full disk")
struct FullDiskTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "what was taken in waits, is not tried again and again, and has its effect when there is room",
        .timeLimit(.minutes(10)))
    func inbox() async throws {
        let (oslo, lima, ada, carmen) = try await twoOffices()
        let mal = try Stranger("https://far.example/users/mal", on: network, clock: clock)
        _ = try await oslo.post("Hello", by: ada, for: .anyone)
        try await oslo.fillLedger()
        try await oslo.deliver()
        // One that needs nothing of the network, and one for which its thread would be fetched.
        let answer = mal.note(
            "1", "Is it so?", to: [.string(carmen.uri.string)],
            more: [("inReplyTo", "https://far.example/notes/0")])
        try await lima.receive(mal.request(mal.activity("Create", answer), to: lima))
        let store = FaultyStore(lima.store)
        let world = World(
            needs: lima.needs.on(store), keys: lima.keys,
            send: { [network] in try await network.send($0) }, logger: lima.world.logger,
            allowsInsecure: false, counters: Counters(), directory: nil)
        let worker = InboxWorker(world: world, threads: Threads(world: world), bell: Bell(), done: {})
        let before = network.requests.count
        store.fail(.max)
        try await worker.drain()
        #expect(network.requests.count <= before + 2)
        #expect(try await texts(of: carmen, on: lima).isEmpty)
        store.fail(0)
        clock.advance(60)
        try await worker.drain()
        try await lima.fanOut()
        #expect(try await texts(of: carmen, on: lima) == ["<p>Hello</p>"])
        #expect(try await lima.store.read { try $0.postID(try theURI("https://far.example/notes/1")) } != nil)
    }
}
