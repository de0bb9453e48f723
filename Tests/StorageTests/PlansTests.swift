import Domain
@testable import Storage
@testable import Support
import Testing

/// How statements are gone about: every test that has rows looks at it (``Plans``); here, that it would be seen.
@Suite("Plans")
struct PlansTests {
    @Test(
        "a statement that reads a large table whole is refused, whatever it calls it",
        .enabled(if: !Plans.onlyLists, "HALLWAY_TEST_PLANS=list refuses nothing"))
    func refused() async throws {
        for sql in [
            "SELECT id FROM post WHERE content = $1", "SELECT p.id FROM post AS p WHERE p.content = $1",
            "SELECT x.id FROM actor x LEFT JOIN post p ON p.author = x.id WHERE x.summary = $1",
            "DELETE FROM delivery WHERE answer = $1",
            "UPDATE notification SET kind = 1 WHERE created_at = $1",
            "SELECT COUNT(*) FROM home WHERE shown = $1",
        ] {
            let store = try TestStore(.sqlite)
            await #expect(throws: ReadsWholeTable.self, "\(sql)") {
                try await store.write { _ = try $0.all(sql, [.number(1)]) { $0.number(0) } }
            }
        }
    }

    @Test("what may read one is in a short list, each with a reason")
    func allowed() {
        #expect((1...40).contains(Plans.allowed.count))
        for (part, reason) in Plans.allowed {
            #expect(part.count >= 8 && reason.split(separator: " ").count >= 3, "\(part)")
        }
    }

    @Test("one that has an index for it is not")
    func taken() async throws {
        let store = try TestStore(.sqlite)
        let before = Plans.count
        _ = try await store.read { transaction in
            try transaction.all("SELECT p.id AS plan FROM post p WHERE p.author = $1", [.number(1)]) {
                $0.number(0)
            }
        }
        #expect(Plans.count > before)
    }
}
