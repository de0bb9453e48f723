import Domain
@testable import Storage
import Support
import Testing

@Suite("Events")
struct EventsTests {
    @Test(
        "what comes before an event of a later release is read, and that it is the next is said",
        arguments: Engine.atHand)
    func later(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { transaction in
            try transaction.append(.published(PostID(1)))
            try transaction.run("INSERT INTO event (kind, subject) VALUES (9999, 1)")
            try transaction.append(.published(PostID(2)))
        }
        let events = try await store.read { try $0.events(after: 0) }
        let expected: [Event] = [.published(PostID(1))]
        #expect(events.map(\.event) == expected)
        let last = try #require(events.last).position
        await #expect(throws: UnknownEvent.self) { try await store.read { try $0.events(after: last) } }
    }

    @Test(
        "damaged rows of known kinds are left out, however many there are in a row",
        arguments: Engine.atHand)
    func damaged(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { transaction in
            // Likes without the URI that belongs to them.
            for number in 0..<450 {
                try transaction.run(
                    "INSERT INTO event (kind, subject, other) VALUES (4, 1, $1)", [.number(number)])
            }
        }
        #expect(try await store.read { try $0.events(after: 0).isEmpty })
        try await store.write { try $0.append(.published(PostID(2))) }
        let events = try await store.read { try $0.events(after: 0) }
        let expected: [Event] = [.published(PostID(2))]
        #expect(events.map(\.event) == expected)
    }

    @Test("a kind is known whether or not its rows are whole")
    func kinds() async throws {
        let store = try TestStore(.sqlite)
        let kinds = try await store.write { transaction in
            var kinds: (whole: Set<Int>, damaged: Set<Int>) = ([], [])
            for kind in 1...300 {
                if try transaction.knows(kind, uri: "https://\(Cast.lima)/x") { kinds.whole.insert(kind) }
                if try transaction.knows(kind, uri: nil) { kinds.damaged.insert(kind) }
            }
            return kinds
        }
        #expect(kinds.whole.count > 50)
        #expect(kinds.whole == kinds.damaged)
    }
}

extension Transaction {
    /// Adds a row of a kind; whether it is read as one of this release.
    fileprivate func knows(_ kind: Int, uri: String?) throws -> Bool {
        let last = try number("SELECT COALESCE(MAX(position), 0) FROM event")
        try run(
            """
            INSERT INTO event (kind, subject, other, uri, note)
            VALUES ($1, 1, 1, $2, 'https://lima.example/y')
            """, [.number(kind), .string(uri)])
        do {
            _ = try events(after: Int64(last))
            return true
        } catch is UnknownEvent {
            return false
        }
    }
}
