import Domain
import Foundation
@testable import Storage
import Support
import Testing

@Suite("Inbox")
struct InboxTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(
        "what is due leaves out some signers and whole nodes, and nobody of whom no node is known",
        arguments: Engine.atHand)
    func leftOut(engine: Engine) async throws {
        let store = try TestStore(engine)
        let hosts: [String?] = [Cast.lima, Cast.pune, Cast.lima, nil, Cast.pune]
        try await store.write { transaction in
            for (place, host) in hosts.enumerated() {
                let id = Int64(place + 1)
                let uri = try theURI("https://\(host ?? Cast.oslo)/actors/\(id)")
                try transaction.save(
                    Actor(
                        id: ActorID(id), uri: uri, kind: .person, name: "person\(id)", host: host,
                        endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date))
            }
            // Of the last nobody knows anything any more.
            for id: Int64 in 1...6 {
                let received = Received(
                    id: ReceivedID(id), signer: ActorID(id), body: [], attempts: 0, receivedAt: date)
                _ = try transaction.insert(received, activity: theURI("https://\(Cast.lima)/x/\(id)"))
            }
        }
        let cases: [(busy: [Int64], nodes: [String], left: [Int64])] = [
            ([], [], [1, 2, 3, 4, 5, 6]), ([2, 4, 6], [], [1, 3, 5]), ([], [Cast.lima], [2, 4, 5, 6]),
            ([5], [Cast.lima, "a.example", "b.example"], [2, 4, 6]), ([], [Cast.lima, Cast.pune, ""], [6]),
        ]
        for (busy, nodes, left) in cases {
            let found = try await store.read { transaction in
                try transaction.dueReceived(
                    at: date, limit: 10, except: busy.map { ActorID($0) }, ofNodes: nodes
                ).map(\.signer.raw)
            }
            #expect(found == left)
        }
    }

    @Test("lists of any length make few forms of a statement, and hold nothing else")
    func forms() {
        let lengths = Array(0...300) + [1000, 1024, 1025, 5000, 10_000]
        let lists = lengths.map { padded(Array(0..<$0)) }
        #expect(Set(lists.map(\.count)).count == 15)
        for (length, list) in zip(lengths, lists) {
            #expect(list.count >= length && Set(list) == Set(0..<length))
        }
    }
}
