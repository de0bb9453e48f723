import Foundation
@testable import Storage
import Support
import Testing

/// Copies of databases as earlier and later releases leave them.
@Suite("Copy")
struct CopyTests {
    @Test(
        "what is of an earlier schema is read and copied as it is, and the copy is upgraded",
        arguments: Engine.atHand, [1, Migrations.newest - 1])
    func earlier(engine: Engine, version: Int) async throws {
        let earlier = try EarlierSchema(engine)
        try await earlier.store.write { transaction in
            try transaction.make(version: version)
            try transaction.fill(Tables.made(by: Array(Migrations.steps.prefix(version))))
        }
        // The node that serves goes on meanwhile.
        let source = try earlier.read()
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sqlite").path
        defer {
            for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
        }
        let sums = try await DatabaseCopy.copy(from: source, to: SQLiteFile(path: path)) { _, _ in }
        #expect(sums.count > 10 && sums.values.allSatisfy { $0.rows == 3 })
        #expect(try await source.read { try $0.schemaVersion() } == version)
        let copy = try SQLiteStore(reading: path)
        #expect(try await copy.read { try $0.schemaVersion() } == version)
        #expect(try await DatabaseCopy.sums(of: copy) == sums)
        try copy.close()
        let upgraded = try SQLiteStore(path: path)
        #expect(try await upgraded.read { try $0.schemaVersion() } == Migrations.newest)
        #expect(try await upgraded.read { try $0.integrityFault() } == nil)
        try upgraded.close()
        try source.close()
    }

    @Test("what is of a later release is not read, and both versions are told", arguments: Engine.atHand)
    func later(engine: Engine) async throws {
        let later = try EarlierSchema(engine)
        try await later.store.write { _ = try $0.run("INSERT INTO schema_version VALUES (99)") }
        #expect(throws: StorageError.newer(version: 99, known: Migrations.newest)) { try later.read() }
    }
}
