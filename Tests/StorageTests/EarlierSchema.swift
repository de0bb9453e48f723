import Foundation
@testable import Storage
import Support
import Testing

/// What other programs keep in a database: rows, a count of their own versions, or a view alone.
let foreignSchemas = [
    ["CREATE TABLE notes (words TEXT)", "INSERT INTO notes VALUES ('somebody else''s')"],
    [
        "CREATE TABLE schema_version (version INTEGER NOT NULL)", "INSERT INTO schema_version VALUES (3)",
        "CREATE TABLE post (id INTEGER, words TEXT)",
    ],
    ["CREATE VIEW post AS SELECT 1 AS id"],
]

/// A database as an earlier release left it, made by taking no more steps than that release knew; on either engine.
final class EarlierSchema {
    /// What the first process opened.
    let store: any Store
    private let reopen: () throws -> any Store
    private let look: () throws -> any Store
    private let path: String?

    init(_ engine: Engine) throws {
        switch engine {
        case .sqlite:
            let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sqlite")
                .path
            (store, self.path) = (try SQLiteStore(path: path), path)
            reopen = { try SQLiteStore(path: path) }
            look = { try SQLiteStore(reading: path) }
        case .postgres:
            let store = try TestStore(.postgres)
            (self.store, path) = (store, nil)
            reopen = { try store.another() }
            look = { try store.another(isUpgraded: false) }
        }
    }

    deinit {
        guard let path else { return }
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
    }

    /// Opens it as today's release does.
    func open() throws -> any Store { try reopen() }

    /// Opens it as today's release does where it only reads.
    func read() throws -> any Store { try look() }
}

extension Transaction {
    /// Takes everything out, as if the database had just been made.
    func empty() throws {
        switch dialect {
        case .sqlite:
            let virtual = try all("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'") {
                $0.text(0)
            }
            for name in virtual { try run("DROP TABLE \(name)") }
        case .postgres:
            for name in ["prefix_query", "plain_words"] { try run("DROP FUNCTION \(name)") }
        }
        for name in try all(dialect.tables, [], { $0.text(0) }) { try run("DROP TABLE \(name)") }
    }

    /// Makes the schema of an earlier version.
    func make(version: Int) throws {
        try empty()
        for statement in dialect.foundation { try run(statement) }
        try run("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        for step in 0..<version { try Migrations.take(step, self) }
    }

    /// Puts rows into every table, no value of a column twice.
    func fill(_ tables: [Tables.Table], rows: Int = 3) throws {
        let own = dialect == .postgres ? "OVERRIDING SYSTEM VALUE" : ""
        for table in tables {
            let types = try types(of: table)
            for row in 1...rows {
                let values = table.columns.enumerated().map { index, column -> SQLValue in
                    // Steps count posts of actors and answers anew, and these are by nobody and to nothing that is there.
                    guard !["post_count", "reply_count"].contains(column) else { return .int(0) }
                    let number = row * 1000 + index
                    switch types[column]?.lowercased() {
                    case "text": return .text("Grüße \(number) 🌍")
                    case "blob", "bytea": return .blob(Array("\(number)\0ÿ".utf8))
                    default: return .int(Int64(number))
                    }
                }
                try run(
                    "INSERT INTO \(table.name) (\(table.columns.joined(separator: ", "))) "
                        + "\(table.isNumbered ? own : "") VALUES (\(placeholders(values.count)))", values)
            }
        }
    }

    private func types(of table: Tables.Table) throws -> [String: String] {
        let query =
            switch dialect {
            case .sqlite: "SELECT name, type FROM pragma_table_info($1)"
            case .postgres:
                """
                SELECT column_name, data_type FROM information_schema.columns
                WHERE table_schema = current_schema() AND table_name = $1
                """
            }
        let found = try all(query, [.text(table.name)]) { ($0.text(0), $0.text(1)) }
        return Dictionary(found) { first, _ in first }
    }
}
