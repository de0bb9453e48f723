import GRDB
import GRDBSQLite

/// One GRDB connection behind the seam.
struct SQLiteConnection: SQLConnection {
    let database: Database

    var dialect: Dialect { .sqlite }

    func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
        let statement = try prepare(sql, values)
        defer { sqlite3_reset(statement) }
        while try step(statement, sql) {}
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Bool) throws {
        let statement = try prepare(sql, values)
        defer { sqlite3_reset(statement) }
        let row = SQLiteRow(statement: statement)
        while try step(statement, sql) {
            guard try body(row) else { return }
        }
    }

    /// Steps by hand: columns are read where they are, without a cursor and values of GRDB's in between.
    private func step(_ statement: OpaquePointer, _ sql: String) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let code = sqlite3_extended_errcode(database.sqliteConnection)
            let message = sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) }
            throw StorageError(
                DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql))
        }
    }

    func tell(_ word: String) {}

    private func prepare(_ sql: String, _ values: [SQLValue]) throws -> OpaquePointer {
        let statement = try translating { try database.cachedStatement(sql: sql).sqliteStatement }
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        let count = sqlite3_bind_parameter_count(statement)
        // `$1` is a name to SQLite, and where it stands is by first appearance.
        for place in stride(from: Int32(1), through: count, by: 1) {
            guard let name = sqlite3_bind_parameter_name(statement, place),
                let number = Int(String(cString: name + 1)), values.indices.contains(number - 1)
            else { throw StorageError.other("a placeholder has no value: \(sql)") }
            values[number - 1].bind(to: statement, at: place)
        }
        return statement
    }
}

/// The writer of a GRDB database.
struct SQLiteWriter: Writer {
    let database: Database

    func inTransaction(_ body: (Transaction) throws -> Void) throws {
        try translating {
            database.forgetStatements()
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

extension Database {
    /// Several times as many as there are of fixed form.
    private static let mostStatements = 1000

    /// Those that this connection keeps prepared.
    var statementCount: Int {
        var (count, statement) = (0, sqlite3_next_stmt(sqliteConnection, nil))
        while statement != nil {
            count += 1
            statement = sqlite3_next_stmt(sqliteConnection, statement)
        }
        return count
    }

    /// Forgets them where there are too many. GRDB keeps all, and some are made of what is asked for: one for every length of
    /// a page. To be called while none of them is read.
    func forgetStatements() {
        if statementCount > Self.mostStatements { releaseMemory() }
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
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_IOERR: .readOnly(message)
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
    let statement: OpaquePointer

    func value(_ index: Int) -> SQLValue {
        switch sqlite3_column_type(statement, Int32(index)) {
        case SQLITE_INTEGER: .int(sqlite3_column_int64(statement, Int32(index)))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, Int32(index)))
        case SQLITE_TEXT: .text(text(index))
        case SQLITE_BLOB: .blob(bytes(at: index))
        default: .null
        }
    }

    func optionalInt(_ index: Int) -> Int64? {
        guard sqlite3_column_type(statement, Int32(index)) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(statement, Int32(index))
    }

    func optionalText(_ index: Int) -> String? {
        guard sqlite3_column_type(statement, Int32(index)) == SQLITE_TEXT else { return nil }
        return text(index)
    }

    func optionalBytes(_ index: Int) -> [UInt8]? {
        guard sqlite3_column_type(statement, Int32(index)) == SQLITE_BLOB else { return nil }
        return bytes(at: index)
    }

    private func text(_ index: Int) -> String {
        let start = sqlite3_column_text(statement, Int32(index))
        let count = sqlite3_column_bytes(statement, Int32(index))
        return String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    private func bytes(at index: Int) -> [UInt8] {
        let start = sqlite3_column_blob(statement, Int32(index))
        let count = sqlite3_column_bytes(statement, Int32(index))
        return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }
}

extension SQLValue {
    /// SQLite copies what it is given.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    fileprivate func bind(to statement: OpaquePointer, at index: Int32) {
        switch self {
        case .null: sqlite3_bind_null(statement, index)
        case .int(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let text):
            var text = text
            text.withUTF8 { buffer in
                _ = buffer.withMemoryRebound(to: CChar.self) { bytes in
                    // An empty text has no address, and null would be no text.
                    bytes.isEmpty
                        ? sqlite3_bind_text(statement, index, "", 0, nil)
                        : sqlite3_bind_text(
                            statement, index, bytes.baseAddress, Int32(bytes.count), Self.transient)
                }
            }
        case .blob(let bytes):
            _ =
                bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, index, 0)
                : sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), Self.transient)
        }
    }
}
