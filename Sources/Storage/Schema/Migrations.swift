/// Forward-only steps from an empty database to today's schema.
public enum Migrations {
    /// Each is run once, in order, in a transaction of its own. Never change one that was released: add another.
    static let steps: [[String]] = [
        Schema1.statements, Schema2.statements, Schema3.statements, Schema4.statements, Schema5.statements,
        Schema6.statements, Schema7.statements, Schema8.statements, Schema9.statements, Schema10.statements,
        Schema11.statements, Schema12.statements, Schema13.statements, Schema14.statements,
        Schema15.statements, Schema16.statements, Schema17.statements,
    ]

    /// Brings a database up to date; several processes may do so at once.
    ///
    /// - Throws: ``StorageError/newer(version:known:)`` for one of a later release; nothing in it changes.
    public static func run(on writer: some Writer) throws {
        try writer.inTransaction { transaction in
            try refuseForeign(transaction)
            try make("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)", transaction)
            let version = try version(transaction)
            guard version <= steps.count else {
                throw StorageError.newer(version: version, known: steps.count)
            }
            guard version == 0 else { return }
            for statement in transaction.dialect.foundation { try transaction.run(statement) }
        }
        for (index, step) in steps.enumerated() {
            try writer.inTransaction { transaction in
                // Another process may have been faster.
                guard try version(transaction) == index else { return }
                for statement in step { try make(statement, transaction) }
                try transaction.run("INSERT INTO schema_version VALUES ($1)", [.number(index + 1)])
            }
        }
    }

    /// Whether a database that is only read is of this very schema.
    static func check(_ transaction: Transaction) throws {
        let version = try version(transaction)
        guard version == steps.count else { throw StorageError.newer(version: version, known: steps.count) }
    }

    /// A file of another program stays as it is. On a server the schema is ours by the address.
    private static func refuseForeign(_ transaction: Transaction) throws {
        switch transaction.dialect {
        case .postgres: return
        case .sqlite:
            let isOurs = try transaction.exists("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'")
            let isEmpty = try !transaction.exists(
                "SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'")
            guard isOurs || isEmpty else { throw StorageError.foreign }
        }
    }

    private static func make(_ statement: String, _ transaction: Transaction) throws {
        for form in transaction.dialect.forms(of: statement) { try transaction.run(form) }
    }

    private static func version(_ transaction: Transaction) throws -> Int {
        try transaction.number("SELECT MAX(version) FROM schema_version")
    }
}
