import Domain
import Foundation
import Storage
import Support
import Testing

@Suite("The ledger of deliveries")
struct DeliveriesTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    /// Something that waits for Lima.
    func delivery(_ id: Int64, by actor: Int64 = 1) throws -> Delivery {
        Delivery(
            id: DeliveryID(id), activity: ActivityID(1), actor: ActorID(actor),
            inbox: try theURI("https://\(Cast.lima)/inbox"), state: .waiting, attempts: 0, nextAt: date,
            answer: nil)
    }

    @Test(
        "a host that named a moment is left alone until the last that it named, or until the clock is set back",
        arguments: Engine.atHand)
    func held(engine: Engine) async throws {
        let store = try TestStore(engine)
        func due() async throws -> Date? { try await store.read { try $0.lanes().first?.due } }
        try await store.write { transaction in
            try transaction.insert(delivery(1))
            try transaction.hold(host: Cast.lima, until: date + 300, at: date)
            try transaction.hold(host: Cast.lima, until: date + 60, at: date)
            try transaction.hasten(host: Cast.lima, to: date)
        }
        #expect(try await due() == date + 300)
        try await store.write { transaction in
            try transaction.insert(delivery(2, by: 2))
            try transaction.hold(host: Cast.pune, until: date + 900, at: date + 100)
        }
        #expect(try await due() == date + 300)
        try await store.write { try $0.hold(host: Cast.lima, until: date + 400, at: date + 300) }
        #expect(try await due() == date + 400)
        try await store.write { try $0.hastenAll(to: date - 10) }
        #expect(try await due() == date - 10)
    }

    @Test("the newest id is told, but for those of a clock that was days ahead", arguments: Engine.atHand)
    func newest(engine: Engine) async throws {
        let store = try TestStore(engine)
        let none = try await store.read { try $0.newestID(at: date) }
        #expect(none == nil)
        let ids = [3600, -3600, 3 * 86400].map { IDSource.firstRaw(at: date + $0) }
        try await store.write { transaction in
            for (place, id) in ids.enumerated() {
                try transaction.insert(delivery(id, by: Int64(place)))
            }
        }
        let newest = try await store.read { try $0.newestID(at: date) }
        #expect(newest == ids[0])
    }

    @Test(
        "whoever has very much waiting behind one that was put off hides nobody else's",
        arguments: Engine.atHand)
    func hidden(engine: Engine) async throws {
        let store = try TestStore(engine)
        var putOff = try delivery(1)
        (putOff.nextAt, putOff.answer) = (date + 600, "401")
        let first = putOff
        try await store.write { transaction in
            for id: Int64 in 1...1500 { try transaction.insert(delivery(id)) }
            try transaction.update(first, at: date)
            try transaction.insert(delivery(1501, by: 2))
            try transaction.insert(delivery(1502, by: 2))
            var other = try delivery(1503, by: 2)
            other.inbox = try theURI("https://\(Cast.lima)/users/1/inbox")
            try transaction.insert(other)
        }
        func due(at date: Date) async throws -> [Int64] {
            try await store.read { try $0.due(host: Cast.lima, at: date, limit: 9).map(\.id.raw) }
        }
        let (now, later): ([Int64], [Int64]) = ([1501, 1503], [1, 1501, 1503])
        #expect(try await due(at: date) == now)
        #expect(try await due(at: date + 600) == later)
        #expect(try await store.read { try $0.lanes().first?.due } == date)
    }

    @Test("what is settled does not wait again, whoever comes late", arguments: Engine.atHand)
    func settled(engine: Engine) async throws {
        let store = try TestStore(engine)
        var (first, late) = (try delivery(1), try delivery(1))
        (first.state, first.attempts, first.answer) = (.delivered, 1, "202")
        (late.attempts, late.nextAt, late.answer) = (1, date + 60, "it took too long")
        let (delivered, inTime) = (first, late)
        try await store.write { transaction in
            try transaction.insert(delivery(1))
            try transaction.update(inTime, at: date)
            try transaction.update(delivered, at: date)
            try transaction.update(inTime, at: date)
        }
        #expect(try await store.read { try $0.countDeliveries(.delivered) } == 1)
        #expect(try await store.read { try $0.countDeliveries(.waiting) } == 0)
    }
}
