import Foundation
import GRDB

/// One GRDB connection behind the seam.
struct SQLiteConnection: SQLConnection {
    let database: Database

    var dialect: Dialect { .sqlite }

    func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try translating {
            let statement = try prepare(sql, values)
            try statement.execute()
            return database.changesCount
        }
    }

    func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Bool) throws {
        try translating {
            let cursor = try Row.fetchCursor(prepare(sql, values))
            while let row = try cursor.next() {
                guard try body(SQLiteRow(row: row)) else { return }
            }
        }
    }

    func tell(_ word: String) {}

    private func prepare(_ sql: String, _ values: [SQLValue]) throws -> Statement {
        // `$1` is a name to SQLite, numbered by first appearance; `?1` is the number itself.
        let own = String(
            decoding: sql.utf8.map { $0 == UInt8(ascii: "$") ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
        let statement = try database.cachedStatement(sql: own)
        statement.setUncheckedArguments(StatementArguments(values.map(\.databaseValue)))
        return statement
    }
}

/// The writer of a GRDB database.
struct SQLiteWriter: Writer {
    let database: Database

    func inTransaction(_ body: (Transaction) throws -> Void) throws {
        try translating {
            try database.inTransaction(.immediate) {
                try body(Transaction(connection: SQLiteConnection(database: database)))
                return .commit
            }
        }
    }

    func inSavepoint(_ body: (Transaction) throws -> Void) throws {
        try translating {
            try database.inSavepoint {
                try body(Transaction(connection: SQLiteConnection(database: database)))
                return .commit
            }
        }
    }
}

/// Turns GRDB's errors into ours, so that no other room knows of GRDB.
func translating<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw StorageError(error)
    }
}

extension StorageError {
    init(_ error: DatabaseError) {
        let message = error.message ?? "no message"
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: .readOnly(message)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: .damaged(message)
            case .SQLITE_CONSTRAINT
            where [.SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID]
                .contains(error.extendedResultCode):
                .duplicate(message)
            default:
                .other(
                    "\(message) (\(error.extendedResultCode.rawValue))\(error.sql.map { ": \($0)" } ?? "")")
            }
    }
}

private struct SQLiteRow: SQLRow {
    let row: Row

    func value(_ index: Int) -> SQLValue {
        let value: DatabaseValue = row[index]
        return switch value.storage {
        case .null: .null
        case .int64(let number): .int(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob(let data): .blob(Array(data))
        }
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .int(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
