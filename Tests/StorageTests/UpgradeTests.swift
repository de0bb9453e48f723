import Domain
import Foundation
@testable import Storage
import Support
import Testing

/// Databases as earlier releases left them, under `Spec/vectors/upgrade`, without their secrets.
@Suite("Upgrades")
struct UpgradeTests {
    @Test(
        "a database of an earlier release is brought up to date, and everything in it is there",
        arguments: ["0.1.0"])
    func upgrade(release: String) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(try Vectors.bytes("upgrade/\(release).sqlite")).write(to: URL(filePath: path))
        for _ in 1...2 {
            // The second time there is nothing left to do.
            let store = try SQLiteStore(path: path)
            try await store.read { transaction in
                #expect(
                    try transaction.number("SELECT MAX(version) FROM schema_version")
                        == Migrations.steps.count)
                let ada = try #require(try transaction.localActor(named: "ada"))
                #expect(ada.displayName == "Ada Lovelace")
                let home = try transaction.timeline(.home, for: .person(ada.id), Page(limit: 10))
                #expect(
                    home.map(\.source) == (1...3).reversed().map { "Written before the upgrade, \($0) #old" })
                #expect(try transaction.searchPosts(SearchQuery("upgrade"), for: .person(ada.id)).count == 3)
                #expect(try transaction.cursor("outbox") > 0)
                #expect(try transaction.orphans().isEmpty && transaction.integrityFault() == nil)
            }
            try await store.write { try $0.save([.takesBatches], of: Cast.lima) }
            #expect(try await store.read { try $0.capabilities(of: Cast.lima) } == [.takesBatches])
            try store.close()
        }
    }

    @Test(
        "what any earlier schema held is there after the upgrade, row for row, on either engine",
        arguments: Engine.atHand, Array(1..<Migrations.steps.count))
    func everyStep(engine: Engine, version: Int) async throws {
        let earlier = try EarlierSchema(engine)
        let tables = Tables.made(by: Array(Migrations.steps.prefix(version)))
        let before = try await earlier.store.write { transaction in
            try transaction.make(version: version)
            try transaction.fill(tables)
            return try Self.sums(tables, transaction)
        }
        #expect(before.count == tables.count && before.values.allSatisfy { $0.rows == 3 })
        if engine == .sqlite { try earlier.store.close() }
        for _ in 1...2 {
            // The second time there is nothing left to do.
            let store = try earlier.open()
            let (after, now, steps) = try await store.read { transaction in
                (
                    try Self.sums(tables, transaction), try Self.sums(Tables.all, transaction),
                    try transaction.all("SELECT version FROM schema_version ORDER BY version") {
                        $0.number(0)
                    }
                )
            }
            #expect(after == before)
            #expect(Set(now.keys) == Set(Tables.all.map(\.name)))
            #expect(steps == Array(1...Migrations.steps.count))
            try store.close()
        }
    }

    @Test("an event and its answers of the schema before are no challenge", arguments: Engine.atHand)
    func seventeen(engine: Engine) async throws {
        let earlier = try EarlierSchema(engine)
        try await earlier.store.write { transaction in
            try transaction.make(version: 16)
            try transaction.fill(Tables.made(by: Array(Migrations.steps.prefix(16))))
        }
        if engine == .sqlite { try earlier.store.close() }
        let store = try earlier.open()
        try await store.read { (transaction: Transaction) throws in
            #expect(
                try transaction.number("SELECT COUNT(*) FROM gathering WHERE goal IS NULL AND reported = 0")
                    == 3)
            #expect(
                try transaction.number(
                    "SELECT COUNT(*) FROM attendance WHERE amount = 0 AND amount_sequence = 0") == 3)
        }
        try store.close()
    }

    private static func sums(
        _ tables: [Tables.Table], _ transaction: Transaction
    ) throws -> [String: TableSum] {
        var sums: [String: TableSum] = [:]
        for table in tables { sums[table.name] = try DatabaseCopy.sum(table, in: transaction) }
        return sums
    }
}
