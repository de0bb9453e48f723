import Domain
import Foundation
@testable import Storage
import Support
import Testing

/// What every engine must do alike.
@Suite("Store")
struct StoreTests {
    @Test("of many writes in one commit only the one that fails is undone", arguments: Engine.atHand)
    func groupCommit(engine: Engine) async throws {
        let store = try TestStore(engine)
        let kept = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await store.write { transaction in
                            try transaction.setNodeState("\(number)", to: [1])
                            if number % 7 == 0 { throw Refusal.notFound("seven") }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(kept == 171)
        let stored = try await store.read { transaction in
            try (0..<200).filter { try transaction.nodeState("\($0)") != nil }.count
        }
        #expect(stored == 171)
    }

    @Test("a row that would repeat another is named as such", arguments: Engine.atHand)
    func duplicate(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { try Self.invite($0, 1) }
        do {
            try await store.write { try Self.invite($0, 1) }
            Issue.record("it was kept twice")
        } catch StorageError.duplicate {
        }
        try await store.write { try Self.invite($0, 2) }
        #expect(try await store.read { try $0.number("SELECT COUNT(*) FROM invitation") } == 2)
    }

    @Test(
        "a write may go on after a row that was there already, alone or among others",
        arguments: Engine.atHand)
    func nestedDuplicates(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { try Self.invite($0, 0) }
        let refused = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await store.write { transaction in
                        var refused = 0
                        for hash in [UInt8(number), 0, UInt8(number) + 100] {
                            do { try Self.invite(transaction, hash) } catch StorageError.duplicate {
                                refused += 1
                            }
                        }
                        return refused
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        // Each meets the one that was there; the first meets it twice.
        #expect(refused == 41)
        #expect(try await store.read { try $0.number("SELECT COUNT(*) FROM invitation") } == 80)
    }

    @Test("every value comes back as it went in", arguments: Engine.atHand)
    func values(engine: Engine) async throws {
        let store = try TestStore(engine)
        let numbers: [Int64] = [0, -1, .min, .max]
        let texts = ["", "é", "日本 🎈", "a'b\"c\\d", String(repeating: "x", count: 100_000)]
        let blobs: [[UInt8]] = [[], [0, 255, 0], Array(repeating: 7, count: 100_000)]
        for (index, number) in numbers.enumerated() {
            let (text, blob) = (texts[index], blobs[index % 3])
            try await store.write { transaction in
                _ = try transaction.run(
                    "INSERT INTO register_entry (log, position, hash, document) VALUES ($1, $2, $3, $4)",
                    [.text(text), .int(number), .blob(blob), .blob([UInt8(index)])])
            }
            let row = try await store.read { transaction in
                try transaction.first(
                    "SELECT log, position, hash, NULL, 1.5 FROM register_entry WHERE document = $1",
                    [.blob([UInt8(index)])]
                ) { ($0.text(0), $0.int(1), $0.bytes(2), $0.optionalText(3)) }
            }
            let found = try #require(row)
            #expect(found == (text, number, blob, nil))
        }
    }

    @Test("text is ordered by its bytes", arguments: Engine.atHand)
    func order(engine: Engine) async throws {
        let store = try TestStore(engine)
        let words = ["Zebra", "apple", "_x", "éclair", "a-b", "ab", "日"]
        try await store.write { transaction in
            for word in words { try transaction.setNodeState(word, to: []) }
        }
        let found = try await store.read {
            try $0.all("SELECT name FROM node_state ORDER BY name") { $0.text(0) }
        }
        #expect(found == words.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    @Test("a reader sees one state of things, whatever is written meanwhile", arguments: Engine.atHand)
    func consistentView(engine: Engine) async throws {
        let store = try TestStore(engine)
        for number in 0..<20 {
            async let written: Void = store.write { transaction in
                try transaction.setNodeState("a", to: [UInt8(number)])
                try transaction.setNodeState("b", to: [UInt8(number)])
            }
            let isOne = try await store.read { try $0.nodeState("a") == $0.nodeState("b") }
            #expect(isOne)
            try await written
        }
    }

    private static func invite(_ transaction: Transaction, _ hash: UInt8) throws {
        try transaction.insertInvitation(
            hash: [hash], createdAt: Date(timeIntervalSince1970: 0), expiresAt: Date(timeIntervalSince1970: 1)
        )
    }
}
