@testable import Assembly
import Domain
import Foundation
@testable import Storage
import Support
import Synchronization
import Testing

@Suite("Trimming")
struct TrimmingTests {
    static let people = 120

    /// Counts what writes, and has its caller cancelled at the first.
    private final class CountedStore: Store {
        let writes = Mutex(0)
        private let store: TestStore
        private let cancels: Bool

        init(_ store: TestStore, cancels: Bool = false) { (self.store, self.cancels) = (store, cancels) }

        func read<Value: Sendable>(
            _ body: @escaping @Sendable (Transaction) throws -> Value
        ) async throws -> Value { try await store.read(body) }

        func write<Value: Sendable>(
            _ body: @escaping @Sendable (Transaction) throws -> Value
        ) async throws -> Value {
            writes.withLock { $0 += 1 }
            let value = try await store.write(body)
            if cancels { withUnsafeCurrentTask { $0?.cancel() } }
            return value
        }

        func news() -> AsyncStream<String> { store.news() }
        func claim(_ name: String) async throws -> Bool { try await store.claim(name) }
        func release(_ name: String) async { await store.release(name) }
        func eraseTraces() async throws { try await store.eraseTraces() }
        func close() throws { try store.close() }
    }

    /// An office of which three people have too much to read: the first, one amid the others, and the last.
    private func office() async throws -> TestStore {
        let store = try TestStore()
        let uri = try theURI("https://\(Cast.oslo)/actors/")
        try await store.write { transaction in
            for number in 1...Self.people {
                let own = uri.sibling("/actors/\(number)")
                try transaction.save(
                    Actor(
                        id: ActorID(Int64(number)), uri: own, kind: .person, name: "person\(number)",
                        host: nil,
                        endpoints: .init(inbox: own.sibling("/actors/\(number)/inbox")),
                        createdAt: Date(timeIntervalSince1970: 1_800_000_000)))
            }
            for number in [1, 60, Self.people] {
                for entry in 1...(Transaction.homeLimit + 3) {
                    let post = PostID(Int64(entry))
                    try transaction.insertHome(post, shown: post, person: ActorID(Int64(number)))
                }
            }
        }
        return store
    }

    private func tooLong(_ store: TestStore) async throws -> Int {
        try await store.read { transaction in
            try transaction.number(
                """
                /* all */ SELECT COUNT(*) FROM
                    (SELECT person FROM home GROUP BY person HAVING COUNT(*) > $1) AS found
                """,
                [.number(Transaction.homeLimit)])
        }
    }

    @Test("everybody's home timeline is cut to its length, in a transaction for every fifty people")
    func slices() async throws {
        let store = try await office()
        let counted = CountedStore(store)
        #expect(try await tooLong(store) == 3)
        try await Trimming(store: counted).trimHomes()
        #expect(try await tooLong(store) == 0)
        #expect(counted.writes.withLock { $0 } == 3)
    }

    @Test("a process that is to stop does so between two of them")
    func stops() async throws {
        let store = try await office()
        let counted = CountedStore(store, cancels: true)
        let trimming = Task { try await Trimming(store: counted).trimHomes() }
        await #expect(throws: CancellationError.self) { try await trimming.value }
        #expect(counted.writes.withLock { $0 } == 1)
        #expect(try await tooLong(store) == 2)
    }
}
