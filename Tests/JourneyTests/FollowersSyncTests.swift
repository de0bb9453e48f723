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
