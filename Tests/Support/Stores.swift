import CPostgres
import Dispatch
import Foundation
import PostgresStorage
public import Storage
import Synchronization

/// What tests keep their rows in.
public enum Engine: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// The address of a server on which databases may be made: `HALLWAY_TEST_POSTGRES`.
    static var address: String? { ProcessInfo.processInfo.environment["HALLWAY_TEST_POSTGRES"] }

    /// Every engine that can be had here.
    public static var atHand: [Engine] { address == nil ? [.sqlite] : allCases }

    /// What tests take that need just any: `HALLWAY_TEST_ENGINE`.
    public static var chosen: Engine {
        ProcessInfo.processInfo.environment["HALLWAY_TEST_ENGINE"].flatMap(Engine.init) ?? .sqlite
    }
}

/// A test has no database to run on.
public struct NoDatabase: Error {
    let reason: String
}

/// An empty database of a test's own: SQLite in memory, or one on the PostgreSQL server, which is dropped afterwards, at
/// the end of the run at the latest (one that is cut off leaves some: `hallway_test_…`).
public final class TestStore: Store {
    /// Several at once: the server writes everything to its disk before it drops one, and does so once for all of them.
    private static let cleaning = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 16
        return queue
    }()
    /// Databases that were made; the first of them sees to it that all of them go.
    private static let databases: Mutex<Set<String>> = {
        atexit { TestStore.dropAll() }
        return Mutex([])
    }()
    /// Its tables are made once, and copied for every test.
    private static let template = Result { () throws -> String in
        let name = try make(from: "template0")
        try command("CREATE SCHEMA hallway", in: name)
        try PostgresStore(url: try url(name), readers: 1).close()
        return name
    }

    private let store: any Store
    private let database: String?

    public init(_ engine: Engine = .chosen) throws {
        switch engine {
        case .sqlite: (store, database) = (try SQLiteStore(path: nil), nil)
        case .postgres:
            let name = try Self.make(from: Self.template.get())
            let url = "\(try Self.url(name))&application_name=\(name)"
            (store, database) = (try PostgresStore(url: url, readers: 2), name)
        }
    }

    deinit {
        // Not here: the last to let go may be the store's own queue.
        Self.cleaning.addOperation { [store, database] in
            do {
                try store.close()
                if let database { try Self.drop(database) }
            } catch {
                print("a test's database is left behind: \(error)")
            }
        }
    }

    /// Another process's store on the same database. `isUpgraded`: false for one that leaves the schema as it is.
    public func another(isUpgraded: Bool = true) throws -> any Store {
        guard let database else { throw NoDatabase(reason: "SQLite in memory is for one process") }
        return try PostgresStore(
            url: "\(Self.url(database))&application_name=another", readers: 2, isUpgraded: isUpgraded)
    }

    /// Has the server end sessions of this store. `onlyListening`: not those that read and write.
    public func cut(onlyListening: Bool) throws {
        guard let database else { throw NoDatabase(reason: "SQLite has no sessions") }
        try Self.command(
            """
            DO $$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE application_name = '\(database)'
                \(onlyListening ? "AND (query LIKE 'LISTEN%' OR query LIKE '%hallway lane%')" : ""); END $$
            """)
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value { try await store.read { try body($0.watched) } }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value { try await store.write { try body($0.watched) } }

    public func news() -> AsyncStream<String> { store.news() }
    public func claim(_ name: String) async throws -> Bool { try await store.claim(name) }
    public func release(_ name: String) async { await store.release(name) }
    public func eraseTraces() async throws { try await store.eraseTraces() }
    public func close() throws { try store.close() }

    private static func url(_ database: String) throws -> String {
        let address = try address()
        // What comes later counts.
        let mark = address.contains("?") ? "&" : "?"
        return "\(address)\(mark)dbname=\(database)&options=-csearch_path%3Dhallway"
    }

    private static func address() throws -> String {
        guard let address = Engine.address else {
            throw NoDatabase(reason: "HALLWAY_TEST_POSTGRES is not set")
        }
        return address
    }

    private static func make(from template: String) throws -> String {
        let name = "hallway_test_\(UInt64.random(in: .min ... .max))"
        try command("CREATE DATABASE \(name) TEMPLATE \(template)")
        databases.withLock { _ = $0.insert(name) }
        return name
    }

    private static func drop(_ database: String) throws {
        try command("DROP DATABASE IF EXISTS \(database) WITH (FORCE)")
        databases.withLock { _ = $0.remove(database) }
    }

    private static func dropAll() {
        cleaning.waitUntilAllOperationsAreFinished()
        let left = Array(databases.withLock { $0 })
        DispatchQueue.concurrentPerform(iterations: left.count) { index in
            do { try drop(left[index]) } catch { print("a test's database is left behind: \(error)") }
        }
    }

    /// `database`: which of the server's, where it is not the one of the address.
    private static func command(_ sql: String, in database: String? = nil) throws {
        if let fault = hallway_open_postgres() { throw NoDatabase(reason: String(cString: fault)) }
        let connection = PQconnectdb(try database.map(url) ?? address())
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        defer { PQfinish(connection) }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw NoDatabase(reason: String(cString: PQerrorMessage(connection)))
        }
    }
}
