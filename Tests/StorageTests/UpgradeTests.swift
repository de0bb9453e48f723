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

    @Test(
        "of the schema before, answers that few may read, or that are gone, are counted no more",
        arguments: Engine.atHand)
    func twentyThree(engine: Engine) async throws {
        let earlier = try EarlierSchema(engine)
        /// An answer: what it is for, in which group, by whom, and whether it is gone.
        let answers: [(audience: Int, group: Int?, author: Int, isGone: Bool)] = [
            (6, nil, 2, false), (5, nil, 2, false), (4, nil, 2, false), (5, nil, 2, true), (0, nil, 2, false),
            (1, nil, 2, false), (1, nil, 1, false), (2, 9, 2, false), (2, 8, 2, false),
        ]
        let parents: [(audience: Int, group: Int?)] = [(5, nil), (2, 9), (1, nil), (0, nil)]
        try await earlier.store.write { (transaction: Transaction) throws in
            try transaction.make(version: 22)
            func insert(
                _ id: Int, _ audience: Int, _ group: Int?, by author: Int, to: Int? = nil,
                isGone: Bool = false
            ) throws {
                try transaction.run(
                    """
                    INSERT INTO post (id, uri, author, body, content, summary, is_sensitive, audience, audience_actor,
                        reply_post, thread, url, created_at, deleted_at, reply_count, is_local)
                    VALUES (\(placeholders(16)))
                    """,
                    [
                        .number(id), .text("https://oslo.example/posts/\(id)"), .number(author), .number(0),
                        .text(""), .text(""), .number(0), .number(audience), .number(group), .number(to),
                        .number(id), .text(""), .number(1), isGone ? .number(2) : .null,
                        .number(to == nil ? answers.count : 0), .number(1),
                    ])
            }
            for (place, parent) in parents.enumerated() {
                let id = (place + 1) * 100
                try insert(id, parent.audience, parent.group, by: 1)
                for (row, answer) in answers.enumerated() {
                    try insert(
                        id + row + 1, answer.audience, answer.group, by: answer.author, to: id,
                        isGone: answer.isGone)
                }
            }
        }
        if engine == .sqlite { try earlier.store.close() }
        let store = try earlier.open()
        let counts = try await store.read { transaction in
            try transaction.all(
                "SELECT reply_count FROM post WHERE reply_post IS NULL ORDER BY id"
            ) { $0.number(0) }
        }
        #expect(counts == [3, 4, 4, 3])
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
