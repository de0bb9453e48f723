public import Social
public import Storage
import Synchronization

/// A store on a disk that is full for as long as a test says.
public final class FaultyStore: Store {
    private let store: any Store
    private let failures = Mutex(0)

    public init(_ store: any Store) { self.store = store }

    /// So many of the next writes fail.
    public func fail(_ count: Int) { failures.withLock { $0 = count } }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value { try await store.read(body) }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let fails = failures.withLock { failures in
            defer { failures = max(0, failures - 1) }
            return failures > 0
        }
        guard !fails else { throw StorageError.diskFull }
        return try await store.write(body)
    }

    public func news() -> AsyncStream<String> { store.news() }
    public func claim(_ name: String) async throws -> Bool { try await store.claim(name) }
    public func release(_ name: String) async { await store.release(name) }
    public func eraseTraces() async throws { try await store.eraseTraces() }
    public func close() throws { try store.close() }
}

extension Needs {
    /// The same on another store.
    public func on(_ store: any Store) -> Needs {
        Needs(
            store: store, ids: ids, addresses: addresses, policy: policy, namesReaders: namesReaders,
            now: now, recognition: recognition, ranksPeople: ranksPeople)
    }
}
