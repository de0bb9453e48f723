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
        let counts = try await store.read { transaction in
            [try transaction.countDeliveries(.delivered), try transaction.countDeliveries(.waiting)]
        }
        #expect(counts == [1, 0])
    }
}
