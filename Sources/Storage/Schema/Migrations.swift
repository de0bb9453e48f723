import GRDB

/// Forward-only steps from an empty file to today's schema.
enum Migrations {
    /// Each is run once, in order, in a transaction of its own. Never change one that was released: add another.
    static let steps: [[String]] = [Schema1.statements]

    static func run(on database: Database) throws {
        try database.execute(sql: "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        let version = try Int.fetchOne(database, sql: "SELECT MAX(version) FROM schema_version") ?? 0
        guard version <= steps.count else { throw StorageError.newer(version: version, known: steps.count) }
        for (index, step) in steps.enumerated() where index >= version {
            try database.inTransaction(.immediate) {
                // Another process may have been faster.
                let current = try Int.fetchOne(database, sql: "SELECT MAX(version) FROM schema_version") ?? 0
                guard current == index else { return .rollback }
                for statement in step { try database.execute(sql: statement) }
                try database.execute(sql: "INSERT INTO schema_version VALUES (?)", arguments: [index + 1])
                return .commit
            }
        }
    }
}
