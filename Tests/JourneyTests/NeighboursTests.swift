import Domain
import Social
import Storage
import Support
import Testing

/// Two processes on one database, of which one hears what the other tells.
@Suite("Neighbours", .enabled(if: Engine.atHand.contains(.postgres)))
struct NeighboursTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "a stream that may have missed what another process told ends, and whoever comes back hears what follows",
        .timeLimit(.minutes(10)))
    func missed() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: .postgres)
        let store = try #require(node.store as? TestStore)
        let other = try store.another()
        let hub = StreamHub()
        // Open before anybody listens for it.
        let early = hub.listen(to: .everyone)
        let neighbours = Neighbours(needs: node.needs, hub: hub, wake: {})
        let hearing = Task { try await neighbours.run() }
        defer { hearing.cancel() }
        for await _ in early {}
        let open = hub.listen(to: .everyone)
        try store.cut(onlyListening: true)
        try await other.write { try $0.tell("post 7 to e") }
        for await _ in open {}
        var heard = hub.listen(to: .everyone).makeAsyncIterator()
        try await other.write { try $0.tell("post 8 to e") }
        var news = await heard.next()
        // The first may have been told when the session was back already.
        while news == .post(PostID(7)) { news = await heard.next() }
        #expect(news == .post(PostID(8)))
        try other.close()
    }
}
