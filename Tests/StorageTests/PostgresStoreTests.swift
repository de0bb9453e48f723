import Domain
import Foundation
import PostgresStorage
@testable import Storage
import Support
import Testing

@Suite("PostgresStore", .enabled(if: Engine.atHand.contains(.postgres)))
struct PostgresStoreTests {
    @Test("what is acknowledged survives a power cut: synchronous_commit is on")
    func synchronous() async throws {
        let store = try TestStore(.postgres)
        let setting = try await store.write { transaction in
            try transaction.first("SELECT current_setting('synchronous_commit')") { $0.text(0) }
        }
        #expect(setting == "on")
    }

    @Test("two processes' events are committed in the order of their positions")
    func eventOrder() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        let seen = try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let store: any Store = number % 2 == 0 ? first : second
                    try await store.write { try $0.append(.published(PostID(Int64(number)))) }
                }
            }
            // A drain that reads meanwhile must never find a position behind its cursor later.
            var seen: [Int64] = []
            while seen.count < 200 {
                let after = seen.last ?? 0
                seen += try await first.read { try $0.events(after: after) }.map(\.position)
            }
            try await group.waitForAll()
            return seen
        }
        let all = try await second.read { try $0.events(after: 0, limit: 500) }
        #expect(all.map(\.position) == seen)
        #expect(all.count == 200)
        try second.close()
    }

    @Test("what one process reads in a write, no other changes before it commits")
    func readThenWrite() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let store: any Store = number % 2 == 0 ? first : second
                    try await store.write { transaction in
                        let cursor = try transaction.cursor("count")
                        try transaction.setCursor("count", to: cursor + 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await first.read { try $0.cursor("count") } == 100)
        try second.close()
    }

    @Test("a lane belongs to one process until it is given back, or its process ends")
    func claims() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        let elsewhere = try TestStore(.postgres)
        #expect(try await first.claim("lima.example"))
        #expect(try await first.claim("lima.example"))
        #expect(try await !second.claim("lima.example"))
        #expect(try await second.claim("pune.example"))
        #expect(try await elsewhere.claim("lima.example"))
        await first.release("lima.example")
        #expect(try await second.claim("lima.example"))
        await first.release("pune.example")
        #expect(try await !first.claim("pune.example"))
        try second.close()
        // As soon as the server has seen that the session is over.
        try await eventually { try await first.claim("pune.example") }
    }

    @Test("a process whose session is cut loses its lanes, and may claim them again")
    func lostClaims() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        #expect(try await first.claim("lima.example"))
        try first.cut(onlyListening: true)
        try await eventually { try await second.claim("lima.example") }
        await second.release("lima.example")
        try await eventually { await (try? first.claim("lima.example")) == true }
        try second.close()
    }

    @Test(
        "a process whose number is still another session's when it comes back asks until it has it",
        .timeLimit(.minutes(10)))
    func lostNumber() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        #expect(try await first.claim("process 3"))
        try first.cut(onlyListening: true)
        // In the place of the session before, of which the server has not noticed that it is over.
        try await eventually { try await second.claim("process 3") }
        try await eventually { await (try? first.claim("lima.example")) == true }
        await second.release("process 3")
        try await eventually {
            let isFree = try await second.claim("process 3")
            await second.release("process 3")
            return !isFree
        }
        try second.close()
    }

    @Test("what one process commits or tells, the others hear, and it does not hear itself")
    func news() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        var heard = first.news().makeAsyncIterator()
        var own = second.news().makeAsyncIterator()
        #expect(await heard.next() == StoreWord.begun)
        #expect(await own.next() == StoreWord.begun)
        try await second.write { transaction in
            try transaction.append(.published(PostID(1)))
            try transaction.tell("look")
        }
        #expect(await heard.next() == "look")
        #expect(await heard.next() == "")
        try await first.write { try $0.tell("back") }
        #expect(await own.next() == "back")
        #expect(throws: Never.self) { try second.close() }
    }

    @Test("what is undone is told to nobody")
    func noNews() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        var heard = first.news().makeAsyncIterator()
        #expect(await heard.next() == StoreWord.begun)
        await #expect(throws: Refusal.self) {
            try await second.write { transaction in
                try transaction.tell("never")
                throw Refusal.notFound("it")
            }
        }
        try await second.write { try $0.tell("now") }
        #expect(await heard.next() == "now")
        try second.close()
    }

    @Test("who listens is told that they may have missed something when the session was cut")
    func newsAfterLoss() async throws {
        let first = try TestStore(.postgres)
        var heard = first.news().makeAsyncIterator()
        #expect(await heard.next() == StoreWord.begun)
        try first.cut(onlyListening: true)
        #expect(await heard.next() == StoreWord.begun)
        let second = try first.another()
        try await second.write { try $0.tell("again") }
        var word = await heard.next()
        while word == "" { word = await heard.next() }
        #expect(word == "again")
        try second.close()
    }

    @Test("whoever falls too far behind is let go, and may listen anew", .timeLimit(.minutes(10)))
    func newsTooFast() async throws {
        let first = try TestStore(.postgres)
        let second = try first.another()
        var slow = first.news().makeAsyncIterator()
        var quick = first.news().makeAsyncIterator()
        #expect(await slow.next() == StoreWord.begun)
        #expect(await quick.next() == StoreWord.begun)
        try await second.write { transaction in
            for number in 1...1100 { try transaction.tell("word \(number)") }
        }
        // Both are told each word; whoever reads meanwhile hears the last, or was let go as well.
        while let word = await quick.next(), word != "word 1100" {}
        var count = 0
        while await slow.next() != nil { count += 1 }
        #expect(count == 1000)
        slow = first.news().makeAsyncIterator()
        #expect(await slow.next() == StoreWord.begun)
        try second.close()
    }

    @Test("a server's process that is killed in the middle of a write undoes it, and the next write works")
    func killedBackend() async throws {
        let store = try TestStore(.postgres)
        for _ in 0..<3 {
            do {
                try await store.write { transaction in
                    try transaction.setNodeState("lost", to: [1])
                    _ = try transaction.run("SELECT pg_terminate_backend(pg_backend_pid())")
                }
                Issue.record("it was kept")
            } catch StorageError.unavailable {
            }
            try await store.write { try $0.setNodeState("kept", to: [1]) }
            #expect(try await store.read { try $0.nodeState("lost") } == nil)
            #expect(try await store.read { try $0.nodeState("kept") } == [1])
        }
    }

    @Test("sessions that were cut while nobody used them are not noticed")
    func cutWhileIdle() async throws {
        let store = try TestStore(.postgres)
        try await store.write { try $0.setNodeState("a", to: [1]) }
        _ = try await store.read { try $0.nodeState("a") }
        try store.cut(onlyListening: false)
        try await store.write { try $0.setNodeState("b", to: [2]) }
        #expect(try await store.read { try $0.nodeState("b") } == [2])
        try store.cut(onlyListening: false)
        #expect(try await store.read { try $0.nodeState("b") } == [2])
    }

    @Test("a server that cannot be reached is named as such, without the password in its address")
    func unreachable() {
        do {
            _ = try PostgresStore(url: "postgres://ada:secret@127.0.0.1:1/none")
            Issue.record("it was reached")
        } catch {
            guard case StorageError.unavailable(let message) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!message.contains("secret"))
        }
        #expect(throws: StorageError.self) { try PostgresStore(url: "postgres://ada:secret@[::1/none") }
    }

    @Test("a database of a later release is refused")
    func newer() async throws {
        let store = try TestStore(.postgres)
        try await store.write { _ = try $0.run("INSERT INTO schema_version VALUES (99)") }
        #expect(throws: StorageError.newer(version: 99, known: Migrations.steps.count)) {
            try store.another()
        }
    }

    @Test(
        "a schema in which another program keeps something is refused, and nothing in it changes",
        arguments: foreignSchemas)
    func foreign(statements: [String]) async throws {
        let store = try TestStore(.postgres)
        let before = try await store.write { transaction in
            try transaction.empty()
            for statement in statements { try transaction.run(statement) }
            return try transaction.all(transaction.dialect.tables) { $0.text(0) }
        }
        #expect(throws: StorageError.foreign) { try store.another() }
        try await store.read { (transaction: Transaction) throws in
            #expect(try transaction.all(transaction.dialect.tables) { $0.text(0) } == before)
            #expect(
                try !transaction.exists(
                    "SELECT 1 FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"))
        }
    }

    @Test("what was begun and broken off before the first step is taken up again")
    func begun() async throws {
        let store = try TestStore(.postgres)
        try await store.write { transaction in
            try transaction.empty()
            try transaction.run("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        }
        try store.another().close()
        #expect(
            try await store.read { try $0.number("SELECT MAX(version) FROM schema_version") }
                == Migrations.steps.count)
    }

    @Test("several processes may start at once on an empty database")
    func concurrentStart() async throws {
        let first = try TestStore(.postgres)
        try await first.write { try $0.empty() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try first.another().close() } }
            try await group.waitForAll()
        }
        #expect(
            try await first.read { try $0.number("SELECT COUNT(*) FROM schema_version") }
                == Migrations.steps.count)
    }

    @Test("a character that the server does not take does not stop what holds it")
    func noughts() async throws {
        let store = try TestStore(.postgres)
        try await store.write { try $0.setNodeState("a\0b", to: [0]) }
        #expect(try await store.read { try $0.nodeState("a\0b") } == [0])
    }

    @Test(
        "the home timeline, the inbox, the lanes and the log are read by their keys",
        arguments: [
            (
                "SELECT p.id FROM post p JOIN home h ON h.entry = p.id WHERE h.person = 1 AND h.entry < 9 ORDER BY h.entry DESC LIMIT 20",
                "home_pkey"
            ),
            ("SELECT position FROM event WHERE position > 1 ORDER BY position LIMIT 200", "event_pkey"),
            ("SELECT id FROM inbox WHERE fault IS NULL AND next_at <= 1", "inbox_due"),
            (
                "SELECT MIN(id) FROM delivery WHERE host = 'x' AND state = 0 GROUP BY actor, inbox",
                "delivery_order"
            ),
            ("SELECT id FROM post_search s WHERE s.words @@ prefix_query('cafe')", "post_search_words"),
            ("SELECT tag FROM hashtag WHERE tag >= 'a' AND tag < 'b'", "hashtag_pkey"),
        ])
    func plans(sql: String, index: String) async throws {
        let store = try TestStore(.postgres)
        let plan = try await store.read { transaction in
            // An empty table is read whole, whatever there is.
            try transaction.run("SET LOCAL enable_seqscan = off")
            return try transaction.all("EXPLAIN \(sql)") { $0.text(0) }
        }
        #expect(plan.contains { $0.contains(index) }, "\(plan)")
    }
}
