import CPostgres
import Dispatch
import Foundation
import PostgresStorage
public import Storage
import Synchronization

/// What tests keep their rows in.
public enum Engine: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// The address of a database in which schemas may be made: `HALLWAY_TEST_POSTGRES`.
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

/// An empty database of a test's own: SQLite in memory, or a schema of its own on the PostgreSQL server, which is
/// dropped afterwards, at the end of the run at the latest (one that is cut off leaves some: `hallway_test_…`).
public final class TestStore: Store {
    private static let cleaning = DispatchQueue(label: "hallway tests clean up")
    /// Schemas that were made; the first of them sees to it that all of them go.
    private static let schemas: Mutex<Set<String>> = {
        atexit { TestStore.cleaning.sync { TestStore.dropAll() } }
        return Mutex([])
    }()

    private let store: any Store
    private let schema: String?

    public init(_ engine: Engine = .chosen) throws {
        switch engine {
        case .sqlite: (store, schema) = (try SQLiteStore(path: nil), nil)
        case .postgres:
            let schema = "hallway_test_\(UInt64.random(in: .min ... .max))"
            try Self.command("CREATE SCHEMA \(schema)")
            Self.schemas.withLock { _ = $0.insert(schema) }
            let url = "\(try Self.url(schema))&application_name=\(schema)"
            (store, self.schema) = (try PostgresStore(url: url, readers: 2), schema)
        }
    }

    deinit {
        // Not here: the last to let go may be the store's own queue.
        Self.cleaning.async { [store, schema] in
            do {
                try store.close()
                if let schema { try Self.drop(schema) }
            } catch {
                print("a test's database is left behind: \(error)")
            }
        }
    }

    /// Another process's store on the same database. `isUpgraded`: false for one that leaves the schema as it is.
    public func another(isUpgraded: Bool = true) throws -> any Store {
        guard let schema else { throw NoDatabase(reason: "SQLite in memory is for one process") }
        return try PostgresStore(
            url: "\(Self.url(schema))&application_name=another", readers: 2, isUpgraded: isUpgraded)
    }

    /// Has the server end sessions of this store. `onlyListening`: not those that read and write.
    public func cut(onlyListening: Bool) throws {
        guard let schema else { throw NoDatabase(reason: "SQLite has no sessions") }
        try Self.command(
            """
            DO $$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE application_name = '\(schema)'
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

    private static func url(_ schema: String) throws -> String {
        let address = try address()
        return "\(address)\(address.contains("?") ? "&" : "?")options=-csearch_path%3D\(schema)"
    }

    private static func address() throws -> String {
        guard let address = Engine.address else {
            throw NoDatabase(reason: "HALLWAY_TEST_POSTGRES is not set")
        }
        return address
    }

    private static func drop(_ schema: String) throws {
        try command("DROP SCHEMA IF EXISTS \(schema) CASCADE")
        schemas.withLock { _ = $0.remove(schema) }
    }

    private static func dropAll() {
        for schema in schemas.withLock({ $0 }) {
            do { try drop(schema) } catch { print("a test's database is left behind: \(error)") }
        }
    }

    private static func command(_ sql: String) throws {
        if let fault = hallway_open_postgres() { throw NoDatabase(reason: String(cString: fault)) }
        let connection = PQconnectdb(try address())
        defer { PQfinish(connection) }
        let result = PQexec(connection, "SET client_min_messages = warning; \(sql)")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw NoDatabase(reason: String(cString: PQerrorMessage(connection)))
        }
    }
}
