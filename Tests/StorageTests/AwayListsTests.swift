import Domain
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Being away in storage")
struct AwayListsTests {
    let clock = TestClock()

    @Test("when somebody was here is kept as it was", arguments: Engine.atHand)
    func kept(engine: Engine) async throws {
        let (store, date) = (try TestStore(engine), clock.now)
        let person = ActorID(1)
        #expect(try await store.read { try $0.away(person) } == nil)
        for away in [Away(seenAt: date), Away(seenAt: date + 5, since: date, returnedAt: date + 5)] {
            try await store.write { try $0.save(away, of: person) }
            #expect(try await store.read { try $0.away(person) } == away)
        }
        #expect(try await store.read { try $0.away(ActorID(2)) } == nil)
    }

    @Test("each post is missed once, in the part that it fits first, and counted", arguments: Engine.atHand)
    func parts(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: FakeNetwork(), clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        _ = try await FollowActor(needs: node.needs).follow(boris.id, by: ada.id)
        let own = try await node.publish.publish(Draft(text: "Mine", audience: .node), by: ada.id)
        _ = try await node.publish.publish(Draft(text: "Before @ada", audience: .node), by: boris.id)
        try await settle([node])
        clock.advance(60)
        let since = clock.now
        clock.advance(60)
        func write(_ text: String, _ audience: Audience = .node, replyTo: PostID? = nil) async throws
            -> PostID
        {
            clock.advance(1)
            return try await node.publish.publish(
                Draft(text: text, audience: audience, replyTo: replyTo), by: boris.id
            ).id
        }
        let quiet = try await write("Quiet")
        let loud = try await write("Loud")
        let named = try await write("Hello @ada")
        let answer = try await write("An answer", replyTo: own.id)
        // Only to those whom it names, of whom Ada is none.
        _ = try await write("Secret @boris", .direct)
        _ = try await LikePost(needs: node.needs).like(loud, by: ada.id)
        _ = try await node.publish.publish(Draft(text: "Mine too", audience: .node), by: ada.id)
        try await settle([node])
        func missed(_ part: Away.Part, limit: Int = 10, most: Int = 1000) async throws -> Missed {
            try await node.store.read {
                try $0.missed(part, by: ada.id, since: since, limit: limit, most: most)
            }
        }
        #expect(try await missed(.mentions).posts.map(\.id) == [answer, named])
        #expect(try await missed(.posts).posts.map(\.id) == [loud, quiet])
        #expect(try await missed(.announcements) == Missed())
        let one = try await missed(.posts, limit: 1)
        #expect(one.posts.map(\.id) == [loud] && one.found == Found(count: 2, isExact: true))
        #expect(try await missed(.posts, most: 1).found == Found(count: 1, isExact: false))
        #expect(try await missed(.mentions, most: 2).found == Found(count: 2, isExact: true))

        // Whom she does not want to hear is not counted either.
        try await node.store.write {
            try $0.saveMute(ada.id, boris.id, notifications: true, until: nil, at: clock.now)
        }
        for part in Away.Part.allCases { #expect(try await missed(part) == Missed()) }
    }

    @Test(
        "where a home does not reach back to the moment, the number is said to be more",
        arguments: Engine.atHand)
    func trimmed(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: FakeNetwork(), clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let since = clock.now
        clock.advance(60)
        let post = try await node.publish.publish(Draft(text: "x", audience: .node), by: boris.id)
        func found() async throws -> Found {
            try await node.store.read { try $0.missed(.posts, by: ada.id, since: since).found }
        }
        try await node.store.write { transaction in
            try transaction.insertHome(post.id, shown: post.id, person: ada.id)
            for number in 1...Int64(Transaction.homeLimit - 2) {
                let id = PostID(post.id.raw + number)
                try transaction.insertHome(id, shown: id, person: ada.id)
            }
        }
        #expect(try await found() == Found(count: 1, isExact: true))
        try await node.store.write { transaction in
            let id = PostID(post.id.raw + 100_000)
            try transaction.insertHome(id, shown: id, person: ada.id)
        }
        #expect(try await found() == Found(count: 1, isExact: false))
        try await node.store.write { try $0.insertHome(PostID(1), shown: PostID(1), person: ada.id) }
        #expect(try await found() == Found(count: 1, isExact: true))
    }
}
