import Foundation
@testable import Storage
import Synchronization

/// A statement that reads a large table from its beginning to its end, which no request may.
public struct ReadsWholeTable: Error, CustomStringConvertible {
    public let table: String
    public let sql: String
    public let plan: [String]

    public var description: String {
        "\(table) is read whole by:\n\(sql)\n\(plan.joined(separator: "\n"))\nGive it an index, or a line in Spec/plans.md"
    }
}

/// Looks at how the engine goes about each statement that a test runs, the first time it is run: the statement itself,
/// not a copy of it. Since every test has its rows in a ``TestStore``, no query can be changed without its plan being
/// looked at (DESIGN §7).
public enum Plans {
    /// Tables that grow with the life of an office.
    static let large: Set<String> = [
        "post", "activity", "delivery", "home", "follow", "notification", "actor", "event", "inbox",
        "recipient",
        "mention", "hashtag", "attachment", "liking", "reaction", "bookmark", "seen_activity", "actor_key",
    ]

    /// What Spec/plans.md allows: a part of the statement, or of the line of its plan, and why.
    static let allowed: [(part: String, reason: String)] = {
        guard
            let text = try? String(
                contentsOf: Vectors.checkout.appending(path: "Spec/plans.md"), encoding: .utf8)
        else { return [] }
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
            let parts = line.split(separator: "`", maxSplits: 2).map(String.init)
            guard parts.count == 3 else { return nil }
            return (parts[1], parts[2].trimmingCharacters(in: [" ", "|"]))
        }
    }()

    /// With `HALLWAY_TEST_PLANS=list` they are listed, and nothing fails.
    static let onlyLists = ProcessInfo.processInfo.environment["HALLWAY_TEST_PLANS"] == "list"

    private static let seen = Mutex<Set<String>>([])

    /// The statements that were looked at so far.
    public static var count: Int { seen.withLock { $0.count } }

    /// - Throws: ``ReadsWholeTable``.
    static func look(at sql: String, _ values: [SQLValue], on connection: any SQLConnection) throws {
        guard case .sqlite = connection.dialect, isQuery(sql) else { return }
        guard seen.withLock({ $0.insert(sql).inserted }) else { return }
        var plan: [String] = []
        try connection.rows("EXPLAIN QUERY PLAN \(sql)", values) { row in
            plan.append(row.text(3))
            return true
        }
        // Lines may be broken anywhere.
        let words = sql.split { " \n".contains($0) }.joined(separator: " ")
        guard let table = wholeTable(of: plan, in: sql), !allowed.contains(where: { words.contains($0.part) })
        else { return }
        let fault = ReadsWholeTable(table: table, sql: sql, plan: plan)
        print("PLAN \(fault)")
        guard !onlyLists else { return }
        seen.withLock { _ = $0.remove(sql) }
        throw fault
    }

    /// The large table that is read whole; nil where none is.
    static func wholeTable(of plan: [String], in sql: String) -> String? {
        let names = names(in: sql)
        for line in plan where line.hasPrefix("SCAN ") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 1, let table = names[words[1]],
                !allowed.contains(where: { words.last == $0.part })
            else { continue }
            return table
        }
        return nil
    }

    /// A test that means to read all of a table begins with a remark.
    private static func isQuery(_ sql: String) -> Bool {
        let start = sql.prefix(20).uppercased()
        return ["SELECT", "WITH", "UPDATE", "DELETE", "INSERT"].contains { start.hasPrefix($0) }
    }

    /// The large tables of a statement, by the names that its plan has for them.
    private static func names(in sql: String) -> [String: String] {
        let words = sql.split { " \n(),".contains($0) }.map(String.init)
        var names: [String: String] = [:]
        for (index, word) in words.enumerated() where large.contains(word) {
            names[word] = word
            let next = index + 1 < words.count ? words[index + 1] : ""
            let alias = next == "AS" && index + 2 < words.count ? words[index + 2] : next
            if alias == alias.lowercased() { names[alias] = word }
        }
        return names
    }
}

/// A connection whose statements are looked at.
struct WatchedConnection: SQLConnection {
    let connection: any SQLConnection

    var dialect: Dialect { connection.dialect }

    func run(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try Plans.look(at: sql, values, on: connection)
        return try connection.run(sql, values)
    }

    func rows(_ sql: String, _ values: [SQLValue], _ body: (any SQLRow) throws -> Bool) throws {
        try Plans.look(at: sql, values, on: connection)
        try connection.rows(sql, values, body)
    }

    func tell(_ word: String) throws { try connection.tell(word) }
}

extension Transaction {
    /// The same, with its statements looked at.
    var watched: Transaction { Transaction(connection: WatchedConnection(connection: connection)) }
}
