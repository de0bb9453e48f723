import Foundation
import GRDB

/// A file of the embedded engine to copy to.
public struct SQLiteFile: CopyTarget {
    private let path: String

    public init(path: String) { self.path = path }

    public func withWriter(version: Int, _ body: (any Writer) throws -> Void) throws {
        // It holds password hashes and sealed keys: for its owner alone, wherever it lies.
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        try translating {
            let file = try DatabaseQueue(path: path)
            try file.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
                let writer = SQLiteWriter(database: database)
                try Migrations.run(on: writer, upTo: version)
                try body(writer)
            }
            try file.close()
        }
    }
}

extension Transaction {
    /// Whether the engine finds its own pages in order; nil, or what is wrong.
    public func integrityFault() throws -> String? {
        switch dialect {
        case .sqlite:
            let answer = try first("PRAGMA integrity_check(1)") { $0.text(0) }
            return answer == "ok" ? nil : answer ?? "no answer"
        case .postgres: return nil
        }
    }

    /// Rows that point at nothing, by what they are; empty when everything is in order.
    public func orphans() throws -> [String: Int] {
        let questions = [
            "home timeline entries":
                "SELECT COUNT(*) FROM home h LEFT JOIN post p ON p.id = h.entry WHERE p.id IS NULL",
            "posts without an author":
                "SELECT COUNT(*) FROM post p LEFT JOIN actor a ON a.id = p.author WHERE a.id IS NULL",
            "deliveries":
                "SELECT COUNT(*) FROM delivery d LEFT JOIN activity a ON a.id = d.activity WHERE a.id IS NULL",
            "follows": """
            SELECT COUNT(*) FROM follow f LEFT JOIN actor a ON a.id = f.follower LEFT JOIN actor b ON b.id = f.followee
            WHERE a.id IS NULL OR b.id IS NULL
            """,
            "notifications": """
            SELECT COUNT(*) FROM notification n LEFT JOIN post p ON p.id = n.post
            WHERE n.post IS NOT NULL AND p.id IS NULL
            """,
        ]
        return try questions.mapValues { try number($0) }.filter { $0.value > 0 }
    }
}
