import Domain
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Questions")
struct QuestionsTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let ada = ActorID(1)
    let boris = ActorID(2)

    @Test("each list holds what it says, page by page", arguments: Engine.atHand)
    func lists(engine: Engine) async throws {
        let store = try await store(engine)
        try await ask(10, "What is Rust good for?", store)
        try await ask(11, "Who repairs doors?", store)
        try await ask(12, "Where is the lift?", store)
        try await answer(20, to: 11, store)
        try await settle(11, accepted: 20, store)
        try await settle(12, duplicateOf: 10, store)
        #expect(try await list(.all, store) == [12, 11, 10])
        #expect(try await list(.unanswered, store) == [10])
        #expect(try await list(.accepted, store) == [11])
        #expect(try await list(.mine, store) == [12, 11, 10])
        #expect(try await list(.all, store, Page(before: 12, limit: 1)) == [11])
        #expect(try await list(.all, store, Page(since: 10)) == [12, 11])
        #expect(try await list(.all, store, Page(after: 10, limit: 1)) == [11])
        // An answer that goes leaves its question open; one that answers something else was never accepted.
        try await store.write { transaction in
            if let answer = try transaction.post(PostID(20)) { try transaction.bury(answer, at: date) }
        }
        #expect(try await list(.unanswered, store) == [11, 10])
        #expect(try await store.read { try $0.question(PostID(11))?.accepted } == nil)
        try await settle(10, accepted: 12, store)
        #expect(try await list(.unanswered, store) == [11, 10])
        #expect(try await list(.accepted, store).isEmpty)
    }

    @Test(
        "an answer that is accepted before it arrives counts, and is found when it does",
        arguments: Engine.atHand)
    func late(engine: Engine) async throws {
        let store = try await store(engine)
        try await ask(10, "Why?", store)
        try await settle(10, accepted: 20, store)
        let before = try await store.read { try $0.question(PostID(10))?.accepted }
        #expect(before?.uri == (try uri(20)) && before?.post == nil)
        #expect(try await list(.accepted, store) == [10])
        try await answer(20, to: 10, store)
        #expect(try await store.read { try $0.question(PostID(10))?.accepted?.post } == PostID(20))
    }

    @Test("questions for a reader name one of their skills as a whole", arguments: Engine.atHand)
    func forMe(engine: Engine) async throws {
        let store = try await store(engine)
        try await ask(10, "Is Rust safe?", store)
        try await ask(11, "How do rusty doors open?", store)
        try await ask(12, "Learning a machine's name", store)
        try await ask(13, "Machine learning or not?", store)
        try await ask(14, "Anything", store, text: "<p>#MachineLearning</p>")
        try await ask(15, "C++ \"or\" c?", store)
        func found(_ skills: [String]) async throws -> [Int64] {
            try await store.read {
                try $0.questions(.forMe, skills: skills, for: .person(boris), Page()).map(\.id.raw)
            }
        }
        #expect(try await found(["Rust"]) == [10])
        #expect(try await found(["Machine Learning", "rust"]) == [14, 13, 10])
        #expect(try await found(["C"]) == [15])
        #expect(try await found(["\" NEAR *", "Sailing"]).isEmpty)
        #expect(try await found([]).isEmpty)
        // Nobody is asked by themself.
        #expect(
            try await store.read {
                try $0.questions(.forMe, skills: ["Rust"], for: .person(ada), Page()).isEmpty
            })
    }

    @Test("the question that shares the rarest words is the most similar", arguments: Engine.atHand)
    func similar(engine: Engine) async throws {
        let store = try await store(engine)
        try await ask(10, "Where is the printer on the third floor?", store)
        try await ask(11, "Where is the canteen?", store)
        try await ask(12, "Where is the garage?", store)
        try await ask(13, "Secret printer", store, audience: .direct)
        func found(_ text: String) async throws -> [Int64] {
            try await store.read { try $0.similarQuestions(text, for: .person(boris)).map(\.id.raw) }
        }
        #expect(try await found("Where is a printer").first == 10)
        #expect(try await found("PRINTERS are broken; printer!") == [10])
        #expect(try await found("where?") == [12, 11, 10])
        #expect(try await found("\"*) OR (").isEmpty)
        #expect(try await found("is a").isEmpty)
    }

    @Test("who may know is found by skill, with the reason, and never oneself", arguments: Engine.atHand)
    func experts(engine: Engine) async throws {
        let store = try await store(engine)
        func found(_ text: String, for person: ActorID) async throws -> [[String]] {
            try await store.read {
                try $0.experts(text, for: person).map { [$0.person.name] + $0.skills }
            }
        }
        #expect(
            try await found("Is Rust for machine learning?", for: ada) == [
                ["boris", "Rust", "Machine learning"]
            ])
        #expect(try await found("Is Rust for machine learning?", for: boris) == [["ada", "Rust"]])
        // A name or a title is no skill, and neither is the beginning of one.
        #expect(try await found("boris trust rus", for: ada).isEmpty)
    }

    @Test("votes are taken by the latest word, and of another node alone", arguments: Engine.atHand)
    func votes(engine: Engine) async throws {
        let store = try await store(engine)
        try await ask(10, "Why?", store)
        try await answer(20, to: 10, store)
        try await answer(21, to: 10, store, isLocal: false)
        func counts() async throws -> [Int] {
            try await store.read { try $0.posts([PostID(20), PostID(21)]).map(\.counts.likes) }
        }
        try await store.write { transaction in
            for answer in [PostID(20), PostID(21)] { try transaction.countVotes(3, for: answer, at: date) }
        }
        #expect(try await counts() == [0, 3])
        try await store.write { try $0.countVotes(1, for: PostID(21), at: date.addingTimeInterval(-1)) }
        #expect(try await counts() == [0, 3])
        let ranked = try await store.read { transaction in
            let question = try #require(try transaction.post(PostID(10)))
            return try transaction.answers(to: question, for: .person(ada)).map(\.id.raw)
        }
        #expect(ranked == [21, 20])
    }

    private func list(_ filter: Question.Filter, _ store: TestStore, _ page: Page = Page()) async throws
        -> [Int64]
    {
        try await store.read { try $0.questions(filter, for: .person(ada), page).map(\.id.raw) }
    }

    private func uri(_ id: Int64) throws -> ObjectURI { try theURI("https://\(Cast.oslo)/posts/\(id)") }

    private func ask(
        _ id: Int64, _ title: String, _ store: TestStore, text: String = "",
        audience: Audience = .organisation
    ) async throws {
        let post = Post(
            id: PostID(id), uri: try uri(id), author: ada, body: .question(Question(title: title)),
            content: text, audience: audience, createdAt: date)
        try await store.write { try $0.insert(post, recipients: [], isLocal: true) }
    }

    private func answer(_ id: Int64, to question: Int64, _ store: TestStore, isLocal: Bool = true)
        async throws
    {
        try await store.write { transaction in
            var post = Post(
                id: PostID(id), uri: try uri(id), author: boris, body: .note, content: "",
                audience: .organisation, createdAt: date)
            post.answer(try #require(try transaction.post(PostID(question))))
            try transaction.insert(post, recipients: [], isLocal: isLocal)
        }
    }

    private func settle(
        _ id: Int64, accepted: Int64? = nil, duplicateOf: Int64? = nil, _ store: TestStore
    ) async throws {
        var question = Question(title: "")
        question.accepted = try accepted.map { Question.Link(uri: try uri($0)) }
        question.duplicateOf = try duplicateOf.map { Question.Link(uri: try uri($0)) }
        question.settledAt = date
        try await store.write { [question] in try $0.settle(question, of: PostID(id)) }
    }

    private func store(_ engine: Engine) async throws -> TestStore {
        let store = try TestStore(engine)
        try await store.write { transaction in
            for (id, skills) in [(ada, ["Rust"]), (boris, ["Rust", "Machine learning"])] {
                let uri = try theURI("https://\(Cast.oslo)/actors/\(id)")
                var actor = Actor(
                    id: id, uri: uri, kind: .person, name: id == ada ? "ada" : "boris", host: nil,
                    endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date)
                actor.work.skills = skills
                try transaction.save(actor)
            }
        }
        return store
    }
}
