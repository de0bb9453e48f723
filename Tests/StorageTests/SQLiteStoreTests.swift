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

    @Test(
        "a file in which another program keeps something is refused, and nothing in it changes",
        arguments: foreignSchemas)
    func foreign(statements: [String]) async throws {
        let earlier = try EarlierSchema(.sqlite)
        try await earlier.store.write { transaction in
            try transaction.empty()
            for statement in statements { try transaction.run(statement) }
        }
        let before = try await earlier.store.read { transaction in
            try transaction.all("SELECT name FROM sqlite_master ORDER BY name") { $0.text(0) }
        }
        #expect(throws: StorageError.foreign) { try earlier.open() }
        let after = try await earlier.store.read { transaction in
            try transaction.all("SELECT name FROM sqlite_master ORDER BY name") { $0.text(0) }
        }
        #expect(after == before)
        try earlier.store.close()
    }

    @Test("a connection keeps a bounded number of statements, however many are asked of it")
    func statements() async throws {
        let store = try SQLiteStore(path: nil)
        for number in 1...2000 {
            let found = try await store.read { try $0.number("SELECT \(number)") }
            #expect(found == number)
        }
        #expect(store.statementCount() <= 1100)
        for number in 2001...4000 {
            let found = try await store.write { try $0.number("SELECT \(number)") }
            #expect(found == number)
        }
        #expect(store.statementCount() <= 1100)
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

    @Test("what was deleted or replaced is in no byte of the files afterwards", arguments: [40, 9000])
    func traces(length: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: folder.appending(path: "a.sqlite").path)
        let secret = Array("what Vera chose".utf8)
        func isThere() throws -> Bool {
            let files = try FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: nil)
            return try files.contains { try Data(contentsOf: $0).firstRange(of: Data(secret)) != nil }
        }
        for name in ["replaced", "deleted"] {
            try await store.write { transaction in
                try transaction.setNodeState(name, to: secret + Array(repeating: 0x2e, count: length))
            }
        }
        #expect(try isThere())
        try await store.write { transaction in
            try transaction.setNodeState("replaced", to: [1])
            try transaction.run("DELETE FROM node_state WHERE name = $1", [.text("deleted")])
        }
        try await store.eraseTraces()
        #expect(try !isThere())
        #expect(try await store.read { try $0.nodeState("replaced") } == [1])
        try store.close()
    }

    @Test("somebody who reads for long holds nobody up, and traces go at the next round")
    func tracesLater() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "a.sqlite").path
        let store = try SQLiteStore(path: path)
        func logged() throws -> Int { try Data(contentsOf: URL(filePath: "\(path)-wal")).count }
        try await store.write { try $0.setNodeState("name", to: [1]) }
        let reader = try SQLiteStore(reading: path)
        let (began, begin) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let reading = Task.detached {
            try await reader.read { transaction in
                let kept = try transaction.nodeState("name")
                begin.finish()
                gate.wait()
                return kept
            }
        }
        for await _ in began {}
        try await store.write { try $0.setNodeState("name", to: [2]) }
        try await store.eraseTraces()
        #expect(try logged() > 0)
        gate.signal()
        #expect(try await reading.value == [1])
        try await store.eraseTraces()
        #expect(try logged() == 0)
        try store.close()
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
