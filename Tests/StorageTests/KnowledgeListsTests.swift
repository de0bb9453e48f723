import Domain
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Knowledge in storage")
struct KnowledgeListsTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let ada = ActorID(1)
    let boris = ActorID(2)

    func uri(_ id: Int64) throws -> ObjectURI { try theURI("https://\(Cast.oslo)/posts/\(id)") }

    func store(_ engine: Engine) async throws -> TestStore {
        let store = try TestStore(engine)
        try await store.write { transaction in
            for (id, name) in [(ada, "ada"), (boris, "boris")] {
                let uri = try theURI("https://\(Cast.oslo)/actors/\(id)")
                try transaction.save(
                    Actor(
                        id: id, uri: uri, kind: .person, name: name, host: nil,
                        endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date))
            }
        }
        return store
    }

    /// A question of Ada with an answer that she accepted, whose id is larger by one.
    func settled(
        _ id: Int64, _ title: String, answer: String, _ store: TestStore, audience: Audience = .organisation,
        accepted: Bool = true
    ) async throws {
        try await store.write { transaction in
            var body = Question(title: title)
            if accepted { body.accepted = Question.Link(uri: try uri(id + 1)) }
            let question = Post(
                id: PostID(id), uri: try uri(id), author: ada, body: .question(body), content: "",
                audience: audience, createdAt: date)
            try transaction.insert(question, recipients: [], isLocal: true)
            var reply = Post(
                id: PostID(id + 1), uri: try uri(id + 1), author: boris, body: .note,
                content: "<p>\(answer)</p>",
                audience: audience, createdAt: date)
            reply.answer(question)
            try transaction.insert(reply, recipients: [], isLocal: true)
        }
    }

    func promote(
        _ post: Int64, as id: Int64, _ title: String, owner: ActorID, in seconds: Double, _ store: TestStore
    ) async throws {
        let article = Knowledge(
            id: KnowledgeID(id), post: PostID(post), title: title, owner: owner, reviewAt: date + seconds,
            promotedBy: owner, promotedAt: date)
        try await store.write { try $0.save(article) }
    }

    func list(
        _ filter: Knowledge.Filter = .all, _ words: String = "", _ viewer: ActorID, _ store: TestStore,
        _ page: Page = Page()
    ) async throws -> [Int64] {
        try await store.read {
            try $0.knowledge(filter, words: words, at: date, for: .person(viewer), page).map(\.id.raw)
        }
    }

    @Test("each list holds what it says, page by page", arguments: Engine.atHand)
    func lists(engine: Engine) async throws {
        let store = try await store(engine)
        try await settled(10, "Who repairs lifts?", answer: "The state", store)
        try await settled(20, "Where is the key?", answer: "At the desk", store)
        try await settled(30, "When is lunch?", answer: "At noon", store, accepted: false)
        try await promote(10, as: 103, "Lifts", owner: ada, in: 60, store)
        try await promote(20, as: 102, "Keys", owner: boris, in: 0, store)
        try await promote(30, as: 101, "Lunch", owner: ada, in: 60, store)
        #expect(try await list(.all, "", boris, store) == [103, 102, 101])
        #expect(try await list(.mine, "", ada, store) == [103, 101])
        // Past its date, or without an accepted answer.
        #expect(try await list(.outdated, "", ada, store) == [102, 101])
        #expect(try await list(.all, "", ada, store, Page(before: 103, limit: 1)) == [102])
        #expect(try await list(.all, "", ada, store, Page(since: 101)) == [103, 102])
        #expect(try await list(.all, "", ada, store, Page(after: 101, limit: 1)) == [102])
        #expect(
            try await store.read { try $0.knowledge(of: [PostID(10), PostID(11)]).keys.map(\.raw) } == [10])
        try await store.write { try $0.delete(KnowledgeID(103)) }
        #expect(try await store.read { try $0.knowledge(KnowledgeID(103)) } == nil)
        #expect(try await list(.all, "", ada, store) == [102, 101])
        // What is deleted is no article any more.
        try await store.write { transaction in
            try transaction.bury(try #require(try transaction.post(PostID(20))), at: date)
        }
        #expect(try await store.read { try $0.knowledge(KnowledgeID(102)) } == nil)
    }

    @Test("words are found in the question, its accepted answer and the title", arguments: Engine.atHand)
    func search(engine: Engine) async throws {
        let store = try await store(engine)
        try await settled(10, "Who repairs lifts?", answer: "Ask the state inspector", store)
        try await settled(20, "Where is the key?", answer: "At the inspector", store, accepted: false)
        try await settled(30, "Secret", answer: "inspector", store, audience: .followers)
        try await promote(10, as: 101, "Hoists & Ärger", owner: ada, in: 60, store)
        try await promote(20, as: 102, "Keys", owner: ada, in: 60, store)
        try await promote(30, as: 103, "Hidden", owner: ada, in: 60, store)
        #expect(try await list(.all, "repairs lift", boris, store) == [101])
        #expect(try await list(.all, "INSPECTOR", boris, store) == [101])
        #expect(try await list(.all, "hoists ärger", boris, store) == [101])
        #expect(try await list(.all, "key", boris, store) == [102])
        #expect(try await list(.all, "%", boris, store).isEmpty)
        #expect(try await list(.all, "\" OR x' --", boris, store).isEmpty)
        #expect(try await list(.all, "hidden", boris, store).isEmpty)
        #expect(try await list(.all, "hidden", ada, store) == [103])
        func find(_ text: String) async throws -> [Int64] {
            try await store.read { try $0.searchPosts(SearchQuery(text), for: .person(boris)).map(\.id.raw) }
        }
        #expect(try await find("type:knowledge") == [20, 10])
        #expect(try await find("lifts type:knowledge") == [10])
    }

    @Test(
        "what is due is due until its owner was told, and again after another date", arguments: Engine.atHand)
    func due(engine: Engine) async throws {
        let store = try await store(engine)
        try await settled(10, "Why?", answer: "So", store)
        try await promote(10, as: 101, "Why", owner: ada, in: 60, store)
        func due(_ seconds: Double) async throws -> [Int64] {
            try await store.read { try $0.dueKnowledge(at: date + seconds).map(\.id.raw) }
        }
        #expect(try await due(59).isEmpty)
        #expect(try await due(60) == [101])
        var article = try #require(try await store.read { try $0.knowledge(KnowledgeID(101)) })
        try await store.write { [article] in try $0.save(article, toldAt: date + 60) }
        #expect(try await due(120).isEmpty)
        article.reviewAt = date + 100
        article.owner = boris
        try await store.write { [article] in try $0.save(article) }
        #expect(try await due(120) == [101])
        #expect(try await store.read { try $0.knowledge(KnowledgeID(101)) } == article)
        #expect(try await store.read { try $0.nodeModerators() }.isEmpty)
    }
}
