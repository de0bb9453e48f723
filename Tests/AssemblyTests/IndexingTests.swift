@testable import Assembly
import Domain
import Foundation
@testable import Storage
import Support
import Testing

@Suite("Indexing")
struct IndexingTests {
    static let words = ["sauna", "loud", "frogner", "kayak", "posted"]
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(
        "polls, surveys and events that an earlier release has kept are found by all their words",
        arguments: Engine.atHand)
    func earlier(engine: Engine) async throws {
        let store = try await office(engine)
        let before = try await found(in: store)
        #expect(before == [0, 0, 0, 0, 64])
        // The second time there is nothing to do.
        for _ in 1...2 {
            try await Indexing(store: store).indexBodies()
            let (after, isLeft) = (
                try await found(in: store), try await store.read { try $0.hasBodiesToIndex() }
            )
            #expect(after == [1, 1, 1, 60, 64] && !isLeft)
        }
    }

    @Test(
        "a process that is to stop does so between two slices, and the next one goes on",
        arguments: Engine.atHand)
    func stops(engine: Engine) async throws {
        let store = try await office(engine)
        try await store.write { try $0.indexBodies(limit: Indexing.slice) }
        let indexing = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await Indexing(store: store).indexBodies()
        }
        await #expect(throws: CancellationError.self) { try await indexing.value }
        let some = try await found(in: store)
        #expect(some == [1, 1, 1, 47, 64])
        try await Indexing(store: store).indexBodies()
        let all = try await found(in: store)
        #expect(all == [1, 1, 1, 60, 64])
    }

    /// How many posts each of the words finds.
    private func found(in store: TestStore) async throws -> [Int] {
        try await store.read { transaction in
            try Self.words.map { word in
                try transaction.searchPosts(SearchQuery(word), for: .nobody, Page(limit: 100)).count
            }
        }
    }

    /// One whose posts are in the index by their texts alone.
    private func office(_ engine: Engine) async throws -> TestStore {
        let store = try TestStore(engine)
        let uri = try theURI("https://\(Cast.oslo)/actors/1")
        let kayaks = PostBody.poll(Poll(options: [Poll.Option("Kayak"), Poll.Option("Canoe")]))
        var bodies: [PostBody] = [
            .poll(Poll(options: [Poll.Option("Walk"), Poll.Option("Sauna")])),
            .survey(Survey(questions: [Survey.Item("How loud is it?", .scale)], closesAt: date + 60)),
            .gathering(Gathering(title: "Party", startsAt: date, place: "Frogner")), .note,
        ]
        bodies += Array(repeating: kayaks, count: 60)
        try await store.write { [bodies] transaction in
            try transaction.save(
                Actor(
                    id: ActorID(1), uri: uri, kind: .person, name: "ada", host: nil,
                    endpoints: .init(inbox: uri.sibling("/actors/1/inbox")), createdAt: date))
            for (offset, body) in bodies.enumerated() {
                let id = PostID(Int64(offset + 1))
                var post = Post(
                    id: id, uri: uri.sibling("/posts/\(id)"), author: ActorID(1), body: body,
                    content: "<p>posted</p>", audience: .anyone, createdAt: date)
                try transaction.insert(post, recipients: [], isLocal: true)
                post.body = .note
                try transaction.removeFromIndex(id)
                try transaction.index(post)
            }
        }
        return store
    }
}
