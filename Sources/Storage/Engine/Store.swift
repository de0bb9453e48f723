/// Where a node keeps what it knows. Two engines implement it; the SQL is the same.
public protocol Store: Sendable {
    /// Runs queries on one consistent view.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws
        -> Value

    /// Runs statements that take effect together or not at all, and returns once they are durable.
    ///
    /// Several callers share one commit, so `body` may run again and must have no effect but on its transaction.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws
        -> Value

    /// What other processes on the same database tell: the words of ``Transaction/tell(_:)``, and an empty one
    /// for every commit of theirs. ``StoreWord/begun`` when listening begins, or begins again after the connection
    /// was lost: what was told until then was not heard. Whoever falls behind by more than a thousand words hears
    /// those and is then let go, to listen anew.
    func news() -> AsyncStream<String>

    /// Asks for a lane of work, the inbox of a signer or the deliveries to a host, that only one process at a
    /// time may work on. True when it is this process's until ``release(_:)``, also when it was before: a loop
    /// asks at every round, since whoever loses its connection loses its lanes.
    ///
    /// Lanes are claimed rather than rows, since within a lane the order must be kept (Spec/decisions/0011). A
    /// process that dies, or loses its connection, loses all its lanes at once.
    func claim(_ name: String) async throws -> Bool

    /// Gives a lane back.
    func release(_ name: String) async

    /// Leaves nothing of deleted and replaced rows in the files, as far as the engine can: what an anonymous vote was
    /// must not be read from there either (Spec/decisions/0021). To be called every few seconds.
    func eraseTraces() async throws

    /// Ends all use of the database.
    func close() throws
}

/// What a store says of itself to those who listen (``Store/news()``); no process tells another this.
public enum StoreWord {
    /// Listening begins here.
    public static let begun = "begun"
}

/// What a statement runs on. Queries are extensions of it, one file per table.
public struct Transaction {
    let connection: any SQLConnection

    public init(connection: any SQLConnection) { self.connection = connection }

    var dialect: Dialect { connection.dialect }

    /// Whether other processes may serve the same database, so that telling them something makes sense.
    public var isShared: Bool {
        switch dialect {
        case .sqlite: false
        case .postgres: true
        }
    }

    /// Tells the other processes on the database a word, of 1,000 bytes at most, if and when this commits.
    public func tell(_ word: String) throws { try connection.tell(word) }

    /// Runs a statement and tells how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        try connection.run(sql, values)
    }

    /// All rows of a query, decoded.
    func all<Value>(_ sql: String, _ values: [SQLValue] = [], _ decode: (any SQLRow) throws -> Value) throws
        -> [Value]
    {
        var result: [Value] = []
        try connection.rows(sql, values) { row in
            result.append(try decode(row))
            return true
        }
        return result
    }

    /// The first row of a query, decoded.
    func first<Value>(_ sql: String, _ values: [SQLValue] = [], _ decode: (any SQLRow) throws -> Value) throws
        -> Value?
    {
        var result: Value?
        try connection.rows(sql, values) { row in
            result = try decode(row)
            return false
        }
        return result
    }

    /// The number that a `SELECT COUNT(…)` or the like answers.
    func number(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        try first(sql, values) { $0.number(0) } ?? 0
    }

    func exists(_ sql: String, _ values: [SQLValue] = []) throws -> Bool {
        try first(sql, values) { _ in true } ?? false
    }
}

/// One connection of an engine, inside a transaction.
public protocol SQLConnection {
    var dialect: Dialect { get }

    /// `sql`: placeholders are `$1`, `$2`…; nothing is ever interpolated.
    func run(_ sql: String, _ values: [SQLValue]) throws -> Int

    /// Calls `body` for each row until it returns false.
    func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Bool) throws

    /// See ``Transaction/tell(_:)``.
    func tell(_ word: String) throws
}

/// What engines do not have in common; each use is a `switch`.
public enum Dialect: Sendable {
    case sqlite
    case postgres
}

/// `($1, $2, …)` for a list of known length.
func placeholders(_ count: Int, from first: Int = 1) -> String {
    (first..<(first + count)).map { "$\($0)" }.joined(separator: ", ")
}

/// The same with the first of them again and again, until their number is a power of two. A connection keeps every form of
/// a statement that it was given, so lists of any length must make few of them; what is in one twice changes nothing.
func padded<Value>(_ values: [Value]) -> [Value] {
    // SQLite takes 32,766 values and no more.
    guard let first = values.first, values.count <= 1 << 14 else { return values }
    var count = 1
    while count < values.count { count *= 2 }
    return values + Array(repeating: first, count: count - values.count)
}

/// The larger of two expressions, neither of them null: engines have no common function for it.
func larger(_ left: String, _ right: String) -> String {
    "CASE WHEN \(left) > \(right) THEN \(left) ELSE \(right) END"
}

/// The smaller of two expressions, neither of them null.
func smaller(_ left: String, _ right: String) -> String {
    "CASE WHEN \(left) < \(right) THEN \(left) ELSE \(right) END"
}
