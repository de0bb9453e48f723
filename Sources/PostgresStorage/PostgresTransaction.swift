import Storage

/// One libpq connection behind the seam.
struct PostgresTransaction: SQLConnection {
    let connection: PostgresConnection
    let voice: PostgresVoice
    /// Whether each statement has a savepoint, so that a body can go on after one that failed.
    var isGuarded = false

    var dialect: Dialect { .postgres }

    func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try guarded { try connection.execute(sql, values).changeCount }
    }

    func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Bool) throws {
        let result = try guarded { try connection.execute(sql, values) }
        for row in 0..<result.rowCount {
            guard try body(PostgresRow(result: result, row: row)) else { return }
        }
    }

    func tell(_ word: String) throws {
        let text = String(decoding: word.utf8.prefix(1000), as: UTF8.self)
        _ = try run("SELECT pg_notify($1, $2)", [.text(voice.channel), .text(text)])
    }

    /// The server takes nothing more in a transaction in which a statement failed, unless there is a savepoint to
    /// go back to.
    private func guarded<Value>(_ statement: () throws -> Value) throws -> Value {
        guard isGuarded else { return try statement() }
        try connection.command("SAVEPOINT statement")
        do {
            let value = try statement()
            try connection.command("RELEASE statement")
            return value
        } catch {
            try connection.command("ROLLBACK TO statement; RELEASE statement")
            connection.failure = nil
            throw error
        }
    }
}
