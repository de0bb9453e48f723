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
}
