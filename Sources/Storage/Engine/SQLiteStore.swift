import Foundation
import GRDB
import Synchronization

/// The embedded engine: SQLite through GRDB, write-ahead log, one writer with group commit, a pool of readers.
public final class SQLiteStore: Store {
    private let pool: any DatabaseWriter
    private let queue = Mutex(WriteQueue())

    /// Opens the database, makes it durable and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the file; nil for a database in memory, for tests.
    ///   - readers: how many queries run at once.
    /// - Throws: ``StorageError``, among others for a file of a newer release.
    public init(path: String?, readers: Int = 4) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY")
        }
        let settled = configuration
        pool = try translating {
            guard let path else { return try DatabaseQueue(configuration: settled) }
            return try DatabasePool(path: path, configuration: settled)
        }
        try translating {
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL when it opens the log: what is acknowledged must survive a power cut.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try Migrations.run(on: database)
            }
        }
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.read { database in
                try body(Transaction(connection: SQLiteConnection(database: database)))
            }
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = WriteJob(
                attempt: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) }
            )
            let mustStart = queue.withLock { $0.add(job) }
            if mustStart { pool.asyncWriteWithoutTransaction { self.drain($0) } }
        }
    }

    public func close() throws { try translating { try pool.close() } }

    /// What `PRAGMA synchronous` answers: 2 is FULL.
    func synchronousLevel() throws -> Int {
        try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
    }

    /// Runs waiting jobs in batches, one commit each, until none is left.
    private func drain(_ database: Database) {
        while let batch = queue.withLock({ $0.next() }) {
            GroupCommit(database: database).run(batch)
        }
    }
}

/// A write that waits for its turn.
struct WriteJob: Sendable {
    /// Runs the caller's body; what it returns tells the caller, and is called after the commit.
    let attempt: @Sendable (Transaction) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}

private struct WriteQueue {
    private static let batch = 256
    private var waiting: [WriteJob] = []
    private var isRunning = false

    /// Adds a job; true when the caller must start the writer.
    mutating func add(_ job: WriteJob) -> Bool {
        waiting.append(job)
        defer { isRunning = true }
        return !isRunning
    }

    mutating func next() -> [WriteJob]? {
        guard !waiting.isEmpty else {
            isRunning = false
            return nil
        }
        let batch = Array(waiting.prefix(Self.batch))
        waiting.removeFirst(batch.count)
        return batch
    }
}
