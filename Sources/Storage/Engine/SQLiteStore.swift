import Foundation
import GRDB
import Synchronization

/// The embedded engine: SQLite through GRDB, write-ahead log, one writer with group commit, a pool of readers.
public final class SQLiteStore: Store {
    private let pool: any DatabaseWriter
    private let queue = WriteQueue()
    private let reads = Atomic<Int>(0)

    /// Opens the database, makes it durable and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the file; nil for a database in memory, for tests.
    ///   - readers: how many queries run at once; by default as many as there are processors.
    /// - Throws: ``StorageError``, among others for a file of a newer release.
    public init(path: String?, readers: Int? = nil) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = readers ?? max(4, ProcessInfo.processInfo.activeProcessorCount)
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            // What is deleted is overwritten, in the pages it lay in too (Spec/decisions/0021). Words of deleted posts stay in
            // the index of searches until its next merge: that it forgets at once can only be asked of SQLite 3.42.
            try database.execute(
                sql: "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON")
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
                try Migrations.run(on: SQLiteWriter(database: database))
                try Self.emptyLog(of: database)
            }
        }
    }

    /// Opens a file to be read and left as it is, such as a backup, or one that an earlier release serves: nothing in it
    /// is brought up to date.
    ///
    /// - Throws: ``StorageError``, among others for a file of a later release.
    public init(reading path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let settled = configuration
        pool = try translating { try DatabaseQueue(path: path, configuration: settled) }
        try translating {
            try pool.unsafeReentrantRead { database in
                let transaction = Transaction(connection: SQLiteConnection(database: database))
                try Migrations.check(transaction)
            }
        }
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try readHere(body)
    }

    /// Reads on the caller's thread: queries take microseconds, and handing one to another thread and back costs more than
    /// most of them. There are as many readers as threads that could ask, and in the write-ahead log none waits for a writer.
    private func readHere<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        do {
            return try pool.read { database in
                // Not each time: they are counted one by one.
                if reads.wrappingAdd(1, ordering: .relaxed).newValue.isMultiple(of: 64) {
                    database.forgetStatements()
                }
                return try body(Transaction(connection: SQLiteConnection(database: database)))
            }
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await queue.write(body) {
            pool.asyncWriteWithoutTransaction { [queue] in queue.drain(SQLiteWriter(database: $0)) }
        }
    }

    /// Nobody else works on the file, so there is nothing to hear.
    public func news() -> AsyncStream<String> { AsyncStream { _ in } }

    /// Nobody else works on the file, so every lane is this process's own.
    public func claim(_ name: String) async throws -> Bool { true }

    public func release(_ name: String) async {}

    public func eraseTraces() async throws {
        do {
            try await pool.writeWithoutTransaction { try Self.emptyLog(of: $0) }
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }

    /// Writes the log back and empties it, unless somebody reads from it just now: then the next round will.
    private static func emptyLog(of database: Database) throws {
        try database.execute(sql: "PRAGMA busy_timeout = 0")
        defer { try? database.execute(sql: "PRAGMA busy_timeout = 5000") }
        do {
            _ = try database.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
    }

    public func close() throws {
        try translating {
            // So that the file by itself is the whole database, for whoever copies it; where somebody still reads it,
            // what is in the log stays there.
            _ = try? pool.writeWithoutTransaction { database in
                // Nor is it waited for: a process that stops has seconds.
                try database.execute(sql: "PRAGMA busy_timeout = 200")
                try database.checkpoint(.truncate)
            }
            try pool.close()
        }
    }

    /// How many statements the writer keeps prepared.
    func statementCount() -> Int {
        pool.writeWithoutTransaction { $0.statementCount }
    }

    /// What `PRAGMA synchronous` answers: 2 is FULL.
    func synchronousLevel() throws -> Int {
        try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
    }
}
