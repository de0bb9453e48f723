import Domain
@testable import Federation
import Foundation
import Signatures
import Social
import Storage
import Support
import Testing

@Suite("Followers synchronisation")
struct FollowersSyncTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("after a restore the two nodes agree again about who follows, both ways (FEP-8fcf)")
    func restored() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        var people: [Actor] = []
        for name in ["carmen", "boris", "diego"] { people.append(try await Cast.welcome(name, to: lima)) }
        let adaInLima = try #require(await lima.find(try theHandle("ada@\(Cast.oslo)")))
        for person in people {
            _ = try await FollowActor(needs: lima.needs).follow(adaInLima.id, by: person.id)
        }
        try await settle([oslo, lima])
        // Oslo comes back from a backup that does not know Boris; Lima from one in which Diego never followed.
        let (boris, diego) = (people[1], people[2])
        try await oslo.store.write { transaction in
            guard let boris = try transaction.actorID(boris.uri) else { return }
            try transaction.deleteFollow(boris, ada.id)
        }
        try await lima.store.write { _ = try $0.deleteFollow(diego.id, adaInLima.id) }

        clock.advance(3600)
        try await oslo.post("Good morning", by: ada, for: .anyone)
        try await settle([oslo, lima])
        try await lima.compareFollowers()
        try await settle([oslo, lima])
        let inOslo = Set(try await oslo.store.read { try $0.followers(of: ada.id, on: Cast.lima) })
        let inLima = Set(try await lima.store.read { try $0.ownFollowers(of: adaInLima.id) }.map(\.uri))
        #expect(inOslo == [people[0].uri])
        #expect(inLima == inOslo)
    }

    @Test("a node that hangs holds up nobody else's comparisons", .timeLimit(.minutes(10)))
    func hanging() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let carmen = try await Cast.welcome("carmen", to: lima)
        try await lima.follow("ada@\(Cast.oslo)", by: carmen)
        try await settle([oslo, lima])
        // Lima comes back from a backup in which Carmen never followed.
        let adaInLima = try #require(await lima.find(try theHandle("ada@\(Cast.oslo)")))
        try await lima.store.write { _ = try $0.deleteFollow(carmen.id, adaInLima.id) }
        clock.advance(3600)
        try await oslo.post("Good morning", by: ada, for: .anyone)
        try await settle([oslo, lima])
        let fields = network.sent.filter { $0.url.authority == Cast.lima }.compactMap { request in
            request.fields.first { $0.name == FollowersDigest.field }?.value
        }
        let field = try #require(fields.last)

        network.join("hanging.example") { _ in
            try? await Task.sleep(for: .seconds(3600))
            return Answer(code: 504, fields: [], body: [])
        }
        let sync = FollowersSync(world: lima.world)
        for number: Int64 in 1...20 {
            let claim = try hangingClaim(number, follower: carmen.uri)
            sync.heard(claim.field, from: claim.actor)
        }
        sync.heard(field, from: adaInLima)
        let running = Task { try await sync.run() }
        defer { running.cancel() }
        try await eventually { try await isRepaired(on: lima) }
        #expect(network.requests.count { $0.contains("hanging.example") } <= 1)
    }

    @Test("a node that took too long is left out for ten minutes, and one actor of a node is asked at a time")
    func leftOut() throws {
        var book = ComparisonBook()
        for number: Int64 in 1...3 { book.add(try hangingClaim(number, follower: nil), at: clock.now) }
        let (first, other) = (book.start(), book.start())
        #expect(first?.actor.id == ActorID(1))
        #expect(other?.actor.id == nil)
        book.end("hanging.example", isTooSlow: false, at: clock.now)
        let second = book.start()
        #expect(second?.actor.id == ActorID(2))
        book.end("hanging.example", isTooSlow: true, at: clock.now)
        book.add(try hangingClaim(4, follower: nil), at: clock.now)
        let third = book.start()
        #expect(third?.actor.id == nil)
        clock.advance(ComparisonBook.pause)
        book.add(try hangingClaim(5, follower: nil), at: clock.now)
        let last = book.start()
        #expect(last?.actor.id == ActorID(5))
    }

    /// What a node that never answers says of one of its people: that somebody follows.
    private func hangingClaim(_ number: Int64, follower: ObjectURI?) throws -> ComparisonBook.Claim {
        let uri = try theURI("https://hanging.example/users/\(number)")
        let followers = uri.sibling("/users/\(number)/followers")
        let actor = Actor(
            id: ActorID(number), uri: uri, kind: .person, name: "person\(number)", host: "hanging.example",
            endpoints: .init(inbox: uri.sibling("/inbox"), followers: followers), createdAt: clock.now)
        let digest = FollowersDigest(
            collection: followers, url: uri.sibling("/users/\(number)/sync"),
            followers: follower.map { [$0] } ?? [])
        return ComparisonBook.Claim(actor: actor, field: digest.text)
    }

    private func isRepaired(on node: TestNode) async throws -> Bool {
        try await node.store.read { try $0.events(after: 0) }.contains { logged in
            if case .unfollowed = logged.event { true } else { false }
        }
    }

    @Test("the digest is the XOR of what each id hashes to, in any order")
    func digest() throws {
        let one = try theURI("https://lima.example/actors/1")
        let two = try theURI("https://lima.example/actors/2")
        #expect(FollowersDigest.digest(of: [one]) == Digest.sha256(one.string.utf8).hex)
        #expect(FollowersDigest.digest(of: [one, two]) == FollowersDigest.digest(of: [two, one]))
        #expect(FollowersDigest.digest(of: [one, one]) == String(repeating: "0", count: 64))
        let field = FollowersDigest(collection: one, url: two, followers: [one])
        #expect(FollowersDigest(field.text) == field)
        #expect(FollowersDigest("nonsense") == nil)
    }
}
