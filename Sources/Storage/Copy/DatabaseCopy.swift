import Domain

/// A place to which a whole database is copied.
public protocol CopyTarget: Sendable {
    /// Opens it, brings its schema up to a version, and gives its one writer.
    func withWriter(version: Int, _ body: (any Writer) throws -> Void) throws
}

/// Carries everything from one database to another, of the same engine or the other, and checks that it arrived.
public enum DatabaseCopy {
    private static let page = 1000

    /// Copies one consistent view of a database, which may be in use, into an empty one. What is of an earlier schema
    /// stays so. `progress`: told of each table that is done.
    ///
    /// - Returns: what each table holds, the same on both sides.
    /// - Throws: ``StorageError`` when the target holds rows already, or what arrived is not what was sent.
    public static func copy(
        from source: any Store, to target: any CopyTarget,
        progress: @escaping @Sendable (_ table: String, _ rows: Int) -> Void
    ) async throws -> [String: TableSum] {
        try await source.read { source in
            var sums: [String: TableSum] = [:]
            let version = try source.schemaVersion()
            let tables = Tables.made(by: Array(Migrations.steps.prefix(version)))
            try target.withWriter(version: version) { writer in
                try writer.inTransaction { target in
                    sums = [:]
                    guard try target.number("SELECT COUNT(*) FROM actor") == 0 else {
                        throw StorageError.other("there is something in it already")
                    }
                    for table in tables {
                        sums[table.name] = try copy(table, from: source, to: target)
                        progress(table.name, sums[table.name]?.rows ?? 0)
                    }
                    // Queries are today's. An earlier one is upgraded before anything is looked for in it, by a copy.
                    if version == Migrations.newest { try index(target) }
                    for table in tables where try sum(table, in: target) != sums[table.name] {
                        throw StorageError.damaged("what arrived in \(table.name) is not what was sent")
                    }
                }
            }
            return sums
        }
    }

    /// What each table of a database holds, those of its own schema.
    public static func sums(of store: any Store) async throws -> [String: TableSum] {
        try await store.read { transaction in
            var sums: [String: TableSum] = [:]
            let steps = Migrations.steps.prefix(try transaction.schemaVersion())
            for table in Tables.made(by: Array(steps)) { sums[table.name] = try sum(table, in: transaction) }
            return sums
        }
    }

    private static func copy(
        _ table: Tables.Table, from source: Transaction, to target: Transaction
    ) throws -> TableSum {
        var sum = TableSum()
        let own = table.isNumbered ? target.dialect.ownNumbers : ""
        let insert =
            "INSERT INTO \(table.name) (\(table.columns.joined(separator: ", "))) \(own)"
            + " VALUES (\(placeholders(table.columns.count)))"
        try source.each(table) { row in
            sum.add(row)
            try target.run(insert, row)
        }
        if table.isNumbered, let first = table.columns.first {
            for statement in target.dialect.restartNumbers(of: table.name, column: first) {
                _ = try target.number(statement)
            }
        }
        return sum
    }

    static func sum(_ table: Tables.Table, in transaction: Transaction) throws -> TableSum {
        var sum = TableSum()
        try transaction.each(table) { sum.add($0) }
        return sum
    }

    /// Full-text search is the engine's own affair, so it is made anew.
    private static func index(_ target: Transaction) throws {
        try pages(of: "actor", in: target) { (ids: [ActorID]) in
            for actor in try target.actors(ids) { try target.index(actor) }
        }
        try pages(of: "post", in: target) { (ids: [PostID]) in
            for post in try target.posts(ids) where post.deletedAt == nil { try target.index(post) }
        }
    }

    private static func pages<Kind>(
        of table: String, in transaction: Transaction, _ body: ([ID<Kind>]) throws -> Void
    ) throws {
        var last = Int64.min
        while true {
            let ids: [ID<Kind>] = try transaction.all(
                "SELECT id FROM \(table) WHERE id > $1 ORDER BY id LIMIT $2", [.int(last), .number(page)]
            ) { $0.id(0) }
            guard let end = ids.last else { return }
            try body(ids)
            last = end.raw
        }
    }
}

extension Transaction {
    /// Every row of a table, a piece at a time.
    fileprivate func each(_ table: Tables.Table, _ body: ([SQLValue]) throws -> Void) throws {
        let query = "SELECT \(table.columns.joined(separator: ", ")) FROM \(table.name)"
        func values(_ row: any SQLRow) -> [SQLValue] { table.columns.indices.map(row.value) }
        switch dialect {
        case .sqlite:
            try connection.rows(query, []) { row in
                try body(values(row))
                return true
            }
        case .postgres:
            // An answer is read whole, so it is asked for in pieces.
            try run("DECLARE copying NO SCROLL CURSOR FOR \(query)")
            while case let rows = try all("FETCH 1000 FROM copying", [], values), !rows.isEmpty {
                for row in rows { try body(row) }
            }
            try run("CLOSE copying")
        }
    }
}

extension Dialect {
    /// What an INSERT says that brings the numbers which the engine would give itself.
    fileprivate var ownNumbers: String {
        switch self {
        case .sqlite: ""
        case .postgres: "OVERRIDING SYSTEM VALUE"
        }
    }

    /// After that, the engine goes on from there.
    fileprivate func restartNumbers(of table: String, column: String) -> [String] {
        switch self {
        case .sqlite: []
        case .postgres:
            [
                "SELECT setval(pg_get_serial_sequence('\(table)', '\(column)'), "
                    + "(SELECT COALESCE(MAX(\(column)), 0) + 1 FROM \(table)), false)"
            ]
        }
    }
}
