import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Synchronization
import Testing

@Suite("Letters that are handed over")
struct DigestsTests {
    let clock = TestClock()
    let network = FakeNetwork()

    /// Which letters a mail server was given, and whether it takes them.
    final class Sink: Sendable {
        private let state = Mutex((given: [MailID](), refuses: false))

        var given: [MailID] { state.withLock { $0.given } }

        func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }

        func take(_ mail: Mail) throws {
            let refuses = state.withLock { state in
                state.given.append(mail.id)
                return state.refuses
            }
            if refuses { throw Refusal.unavailable(because: "no time") }
        }
    }

    /// Two letters that wait, on a store that can fail.
    func stage() async throws -> (letters: Digests, store: FaultyStore, sink: Sink) {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (store, sink) = (FaultyStore(node.store), Sink())
        let now = clock.now
        try await node.store.write { transaction in
            for number in 1...2 {
                try transaction.insert(
                    Mail(
                        id: MailID(Int64(number)), recipient: "ada@oslo.example", subject: "News", body: "x",
                        stopLink: "https://oslo.example/stop", nextAt: now))
            }
        }
        let letters = Digests(
            needs: node.needs.on(store), nodeName: "Oslo", logger: node.world.logger, word: { "w" },
            post: { try sink.take($0) })
        return (letters, store, sink)
    }

    func waiting(_ store: FaultyStore) async throws -> [Mail] {
        try await store.read { try $0.dueMails(at: .distantFuture) }
    }

    @Test("a letter that was taken is not sent again while that cannot be written down, and no other is")
    func taken() async throws {
        let (letters, store, sink) = try await stage()
        store.fail(3)
        for _ in 0..<3 { await #expect(throws: StorageError.diskFull) { try await letters.send() } }
        #expect(sink.given == [MailID(1)])
        try await letters.send()
        #expect(sink.given == [MailID(1), MailID(2)])
        #expect(try await waiting(store).isEmpty)
    }

    @Test("nor is one that was refused, and its pauses go on growing")
    func refused() async throws {
        let (letters, store, sink) = try await stage()
        sink.refuse(true)
        store.fail(3)
        for _ in 0..<3 { await #expect(throws: StorageError.diskFull) { try await letters.send() } }
        #expect(sink.given == [MailID(1)])
        try await letters.send()
        #expect(sink.given == [MailID(1), MailID(2)])
        #expect(try await waiting(store).map(\.attempts) == [1, 1])
        clock.advance(60)
        sink.refuse(false)
        try await letters.send()
        #expect(sink.given.count == 4)
        #expect(try await waiting(store).isEmpty)
    }

    @Test("letters come once a day at the chosen hour, when clocks change and when another is chosen")
    func hours() async throws {
        // The Friday before Oslo's clocks go back.
        let clock = TestClock(Date(timeIntervalSince1970: 1_792_706_400))
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let (ada, boris) = (
            try await Cast.welcome("ada", to: node), try await Cast.welcome("boris", to: node)
        )
        try await node.post("@ada hello", by: boris, for: .node)
        try await node.fanOut()
        let letters = Digests(
            needs: node.needs, nodeName: "Oslo", logger: node.world.logger, word: { UUID().uuidString },
            post: { _ in })
        let choose = ChooseNotifications(needs: node.needs)
        var habits = NotificationHabits(zone: "Europe/Oslo")
        try await choose.choose(habits, by: ada.id)
        var found: [String] = []
        for step in 0..<(6 * 24 * 12) {
            if step == 4 * 24 * 12 {
                // Late on Monday.
                habits.digestAt = 18 * 60
                try await choose.choose(habits, by: ada.id)
            }
            try await letters.write()
            let now = clock.now
            for mail in try await node.store.read({ try $0.dueMails(at: now) }) {
                found.append(String(habits.wallClock(now).prefix(16)))
                try await node.store.write { try $0.delete(mail.id) }
            }
            clock.advance(300)
        }
        let mornings = ["2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26"].map { "\($0) 08:00" }
        #expect(found == mornings + ["2026-10-27 18:00", "2026-10-28 18:00"])
    }

    @Test("one that this node's stop broke off waits as if it had not been tried")
    func stopped() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let now = clock.now
        try await node.store.write { transaction in
            try transaction.insert(
                Mail(
                    id: MailID(1), recipient: "ada@oslo.example", subject: "News", body: "x",
                    stopLink: "https://oslo.example/stop", nextAt: now))
        }
        let letters = Digests(
            needs: node.needs, nodeName: "Oslo", logger: node.world.logger, word: { "w" },
            post: { _ in throw CancellationError() })
        await #expect(throws: CancellationError.self) { try await letters.send() }
        #expect(try await node.store.read { try $0.dueMails(at: now) }.map(\.attempts) == [0])
    }
}
