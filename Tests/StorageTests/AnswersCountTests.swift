import Domain
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Answers that count")
struct AnswersCountTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let boris = ActorID(1)
    let ana = ActorID(2)
    /// What an answer to Boris is for, and whether it counts below what everyone of the organisation may read, what is for a
    /// group, a unit, his followers, and himself and others by name.
    static let cases: [(answer: Audience, counts: [Bool])] = [
        (.anyone, [true, true, true, true, true]), (.organisation, [true, true, true, true, true]),
        (.node, [true, true, true, true, true]), (.group(ActorID(9)), [false, true, false, false, false]),
        (.group(ActorID(8)), [false, false, false, false, false]),
        (.unit("Sales"), [false, false, true, false, false]),
        (.unit("Research"), [false, false, false, false, false]),
        (.followers, [false, false, false, false, false]), (.direct, [false, false, false, false, false]),
    ]
    static let parents: [Audience] = [
        .organisation, .group(ActorID(9)), .unit("Sales"), .followers, .direct,
    ]

    @Test(
        "an answer counts where whoever reads the post may read it, and is taken away as it was counted",
        arguments: Engine.atHand)
    func counted(engine: Engine) async throws {
        let store = try await store(engine)
        try await store.write { (transaction: Transaction) throws in
            for (place, parent) in Self.parents.enumerated() {
                let post = try self.post(Int64(place + 1) * 1000, by: boris, for: parent)
                try transaction.insert(post, recipients: [ana], isLocal: true)
                for (row, one) in Self.cases.enumerated() {
                    var answer = try self.post(post.id.raw + Int64(row) + 1, by: ana, for: one.answer)
                    answer.answer(post)
                    let before = try replies(post.id, transaction)
                    try transaction.insert(answer, recipients: [], isLocal: true)
                    let added = try replies(post.id, transaction) - before
                    #expect(added == (one.counts[place] ? 1 : 0), "\(one.answer) to \(parent)")
                    guard row.isMultiple(of: 2) else { continue }
                    try transaction.bury(answer, at: date)
                    #expect(try replies(post.id, transaction) == before)
                }
            }
            // What goes on below one's own words to one's followers is for the same.
            var more = try post(4900, by: boris, for: .followers)
            more.answer(try #require(try transaction.post(PostID(4000))))
            let before = try replies(PostID(4000), transaction)
            try transaction.insert(more, recipients: [], isLocal: true)
            #expect(try replies(PostID(4000), transaction) == before + 1)
        }
    }

    @Test(
        "the same holds for answers that came before what they answer, and those that are gone do not count",
        arguments: Engine.atHand)
    func orphans(engine: Engine) async throws {
        let store = try await store(engine)
        let early: [(id: Int64, audience: Audience)] = [
            (1, .organisation), (2, .direct), (3, .group(ActorID(9))), (4, .anyone), (5, .organisation),
        ]
        try await store.write { (transaction: Transaction) throws in
            let post = try self.post(1000, by: boris, for: .organisation)
            for (id, audience) in early {
                var answer = try self.post(id, by: ana, for: audience)
                answer.reply = Post.Reply(uri: post.uri)
                try transaction.insert(answer, recipients: [], isLocal: true)
                if id == 4 { try transaction.bury(answer, at: date) }
            }
            try transaction.insert(post, recipients: [], isLocal: true)
            #expect(try replies(post.id, transaction) == 2)
            for id in [PostID(2), PostID(5)] {
                try transaction.bury(try #require(try transaction.post(id)), at: date)
            }
            #expect(try replies(post.id, transaction) == 1)
        }
    }

    private func replies(_ id: PostID, _ transaction: Transaction) throws -> Int {
        try #require(try transaction.post(id)).counts.replies
    }

    private func post(_ id: Int64, by author: ActorID, for audience: Audience) throws -> Post {
        Post(
            id: PostID(id), uri: try theURI("https://\(Cast.oslo)/posts/\(id)"), author: author, body: .note,
            content: "", audience: audience, createdAt: date)
    }

    private func store(_ engine: Engine) async throws -> TestStore {
        let store = try TestStore(engine)
        try await store.write { transaction in
            for (id, name) in [(boris, "boris"), (ana, "ana")] {
                let uri = try theURI("https://\(Cast.oslo)/actors/\(id)")
                try transaction.save(
                    Actor(
                        id: id, uri: uri, kind: .person, name: name, host: nil,
                        endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date))
            }
        }
        return store
    }
}
