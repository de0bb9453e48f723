import Domain
import Foundation
@testable import Storage
import Support
import Testing

@Suite("SQLiteStore")
struct SQLiteStoreTests {
    @Test("what is acknowledged survives a power cut: synchronous is FULL")
    func synchronous() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: folder.appending(path: "a.sqlite").path)
        #expect(try store.synchronousLevel() == 2)
        try store.close()
    }

    @Test("a database of a later release is refused, and nothing in it changes")
    func newer() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try SQLiteStore(path: path)
        try await store.write { _ = try $0.run("INSERT INTO schema_version VALUES (99)") }
        try store.close()
        #expect(throws: StorageError.newer(version: 99, known: Migrations.steps.count)) {
            try SQLiteStore(path: path)
        }
    }

    @Test("on a full disk a write is refused, and what was kept stays")
    func fullDisk() async throws {
        let store = try SQLiteStore(path: nil)
        try await store.write { try $0.setNodeState("kept", to: [1]) }
        try await store.write { transaction in
            let pages = try transaction.number("PRAGMA page_count")
            _ = try transaction.number("PRAGMA max_page_count = \(pages)")
        }
        await #expect(throws: StorageError.diskFull) {
            try await store.write { try $0.setNodeState("large", to: Array(repeating: 7, count: 1_000_000)) }
        }
        #expect(try await store.read { try $0.nodeState("kept") } == [1])
        #expect(try await store.read { try $0.nodeState("large") } == nil)
    }

    @Test("a file that is no database is refused in words")
    func damaged() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
        #expect(throws: StorageError.self) { try SQLiteStore(path: path) }
    }

    @Test("the home timeline is read by its key, whatever its length")
    func plan() async throws {
        let store = try SQLiteStore(path: nil)
        let plan = try await store.read { transaction in
            try transaction.all(
                """
                EXPLAIN QUERY PLAN SELECT p.id FROM post p JOIN home h ON h.entry = p.id
                WHERE h.person = $1 AND h.entry < $2 ORDER BY h.entry DESC LIMIT 20
                """, [.int(1), .int(.max)]
            ) { $0.text(3) }
        }
        #expect(plan.contains { $0.hasPrefix("SEARCH h USING") })
    }
}
