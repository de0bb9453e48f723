import Dispatch
public import Storage
import Synchronization

/// The engine for a database that several processes share: PostgreSQL through libpq.
///
/// One session writes, several read, and one hears what other processes say and holds the lanes of this one.
public final class PostgresStore: Store {
    private static let beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    private let writer: PostgresWorker
    private let readers: PostgresReaders
    private let session: PostgresSession
    private let voice: PostgresVoice
    private let queue = WriteQueue()
    private let isClosed = Atomic<Bool>(false)

    /// Connects and brings the schema up to date.
    ///
    /// - Parameters:
    ///   - url: where the database is, as libpq takes it: `postgres://person@host/database`. Tables are in the
    ///     first schema of its search path.
    ///   - readers: how many queries run at once.
    ///   - isUpgraded: false to leave the schema as it is, for those who only read.
    /// - Throws: ``StorageError``, among others for a database of a later release.
    public init(url: String, readers: Int = 6, isUpgraded: Bool = true) throws {
        let address = try PostgresAddress(url)
        let connection = PostgresConnection(address)
        try connection.open()
        voice = try PostgresVoice(of: connection)
        if isUpgraded {
            try Migrations.run(on: PostgresWriter(connection: connection, voice: voice))
        } else {
            connection.sendAhead(Self.beginRead)
            try Migrations.check(
                Transaction(connection: PostgresTransaction(connection: connection, voice: voice)))
        }
        connection.close()
        writer = PostgresWorker(address, name: "writer")
        self.readers = PostgresReaders(address, count: readers)
        session = PostgresSession(address, voice: voice)
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        return try await readers.run { [voice] connection in
            try connection.open()
            connection.sendAhead(Self.beginRead)
            defer { connection.finish("COMMIT") }
            return try body(
                Transaction(connection: PostgresTransaction(connection: connection, voice: voice)))
        }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        return try await queue.write(body) {
            writer.queue.async { [writer, queue, voice] in
                writer.use { queue.drain(PostgresWriter(connection: $0, voice: voice)) }
            }
        }
    }

    public func news() -> AsyncStream<String> { session.listen() }

    public func claim(_ name: String) async throws -> Bool {
        try checkOpen()
        return try await session.claim(name)
    }

    public func release(_ name: String) async { await session.release(name) }

    /// Nothing: old versions of rows and the server's own log are the server's to overwrite, at its next vacuum.
    public func eraseTraces() async throws {}

    public func close() throws {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        session.close()
        readers.close()
        writer.close()
    }

    private func checkOpen() throws {
        guard !isClosed.load(ordering: .relaxed) else {
            throw StorageError.unavailable("the store is closed")
        }
    }
}
