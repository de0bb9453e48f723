import Domain
import Foundation
import Storage
import Support
import Testing

@Suite("Guidelines in storage")
struct GuidelinesTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let ada = ActorID(1)
    let boris = ActorID(2)

    func put(_ version: Int, isRequired: Bool, _ store: TestStore) async throws {
        let guideline = Guideline(
            version: version, text: "# \(version)", content: "<p># \(version)</p>", change: "c\(version)",
            isRequired: isRequired, publishedAt: date)
        try await store.write { try $0.insert(guideline) }
    }

    func accept(_ version: Int, _ person: ActorID, _ store: TestStore, later: Double = 0) async throws {
        let acceptance = Guideline.Acceptance(person: person, version: version, at: date + later)
        try await store.write { try $0.insert(acceptance) }
    }

    func must(_ person: ActorID, _ store: TestStore) async throws -> Bool {
        try await store.read { try $0.mustAccept(person) }
    }

    @Test("versions are read as they were written, the latest first, page by page", arguments: Engine.atHand)
    func versions(engine: Engine) async throws {
        let store = try TestStore(engine)
        #expect(try await store.read { try $0.guideline() } == nil)
        for version in 1...3 { try await put(version, isRequired: version != 2, store) }
        let all = try await store.read { try $0.guidelines() }
        #expect(all.map(\.version) == [3, 2, 1] && all.map(\.isRequired) == [true, false, true])
        #expect(all[0].text == "# 3" && all[0].content == "<p># 3</p>" && all[0].change == "c3")
        #expect(all[0].publishedAt == date)
        #expect(try await store.read { try $0.guideline()?.version } == 3)
        #expect(try await store.read { try $0.guidelines(before: 3, limit: 1).map(\.version) } == [2])
    }

    @Test(
        "who accepted the latest version that must be, or a later one, need not again",
        arguments: Engine.atHand)
    func acceptances(engine: Engine) async throws {
        let store = try TestStore(engine)
        #expect(try await !must(ada, store))
        try await put(1, isRequired: false, store)
        #expect(try await !must(ada, store))
        try await put(2, isRequired: true, store)
        #expect(try await must(ada, store))
        try await accept(2, ada, store)
        #expect(try await !must(ada, store))
        #expect(try await must(boris, store))
        try await put(3, isRequired: false, store)
        #expect(try await !must(ada, store))
        try await accept(3, boris, store)
        #expect(try await !must(boris, store))
        try await put(4, isRequired: true, store)
        #expect(try await must(ada, store))
        #expect(try await must(boris, store))
        // The first time counts.
        try await accept(2, ada, store, later: 60)
        #expect(
            try await store.read { try $0.acceptance(of: ada) }
                == Guideline.Acceptance(person: ada, version: 2, at: date))
        #expect(try await store.read { try $0.countAcceptances(of: 2) } == 1)
        #expect(try await store.read { try $0.countAcceptances(of: 4) } == 0)
    }
}
