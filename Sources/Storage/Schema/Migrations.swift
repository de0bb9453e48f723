/// Forward-only steps from an empty database to today's schema.
public enum Migrations {
    /// Each is run once, in order, in a transaction of its own. Never change one that was released: add another.
    static let steps: [[String]] = [
        Schema1.statements, Schema2.statements, Schema3.statements, Schema4.statements, Schema5.statements,
        Schema6.statements, Schema7.statements, Schema8.statements, Schema9.statements, Schema10.statements,
        Schema11.statements, Schema12.statements, Schema13.statements, Schema14.statements,
        Schema15.statements, Schema16.statements, Schema17.statements, Schema18.statements,
        Schema19.statements, Schema20.statements, Schema21.statements, Schema22.statements,
        Schema23.statements, Schema24.statements,
    ]

    /// The version of today's schema.
    public static var newest: Int { steps.count }

    /// Brings a database up to date; several processes may do so at once. `last`: the version to stop at, for a copy of
    /// what is of an earlier release.
    ///
    /// - Throws: ``StorageError/newer(version:known:)`` for one of a later release; nothing in it changes.
    public static func run(on writer: some Writer, upTo last: Int = Migrations.newest) throws {
        try writer.inTransaction { transaction in
            try refuseForeign(transaction)
            try make("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)", transaction)
            let version = try version(transaction)
            guard version <= last else { throw StorageError.newer(version: version, known: last) }
            guard version == 0 else { return }
            for statement in transaction.dialect.foundation { try transaction.run(statement) }
        }
        for index in steps.indices.prefix(last) {
            try writer.inTransaction { transaction in
                // Another process may have been faster.
                guard try version(transaction) == index else { return }
                try take(index, transaction)
            }
        }
    }

    /// Takes one step, from the version that is its number to the next.
    static func take(_ step: Int, _ transaction: Transaction) throws {
        for statement in steps[step] { try make(statement, transaction) }
        try transaction.run("INSERT INTO schema_version VALUES ($1)", [.number(step + 1)])
    }

    /// Looks at a database that is only read, and stays as it is.
    ///
    /// - Throws: ``StorageError`` unless it is a node's, of today's schema or an earlier one.
    public static func check(_ transaction: Transaction) throws {
        try refuseForeign(transaction)
        guard try names(transaction).contains("schema_version") else { throw StorageError.foreign }
        _ = try transaction.schemaVersion()
    }

    /// What another program keeps in a file, or in a schema of a server, stays as it is.
    private static func refuseForeign(_ transaction: Transaction) throws {
        let found = try names(transaction)
        guard !found.isEmpty else { return }
        // Others count their versions as well, so ours is told by what stands beside it; between the first two steps
        // of a beginning that is nothing yet.
        let first = Set(Tables.made(by: [Schema1.statements]).map(\.name))
        guard found.contains("schema_version"), found == ["schema_version"] || found.isSuperset(of: first)
        else { throw StorageError.foreign }
    }

    private static func make(_ statement: String, _ transaction: Transaction) throws {
        for form in transaction.dialect.forms(of: statement) { try transaction.run(form) }
    }

    private static func names(_ transaction: Transaction) throws -> Set<String> {
        try Set(transaction.all(transaction.dialect.tables) { $0.text(0) })
    }

    fileprivate static func version(_ transaction: Transaction) throws -> Int {
        try transaction.number("SELECT MAX(version) FROM schema_version")
    }
}

extension Transaction {
    /// Which version the schema of the database is.
    ///
    /// - Throws: ``StorageError/newer(version:known:)`` for one of a later release.
    public func schemaVersion() throws -> Int {
        let version = try Migrations.version(self)
        guard version <= Migrations.newest else {
            throw StorageError.newer(version: version, known: Migrations.newest)
        }
        return version
    }
}
