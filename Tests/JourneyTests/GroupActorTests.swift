import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Groups as actors; what people do in them comes with the feature.
@Suite("Group actors")
struct GroupActorTests {
    @Test("a group is found, shows its keys, and is followed from another office")
    func followed() async throws {
        let (clock, network) = (TestClock(), FakeNetwork())
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let carmen = try await Cast.welcome("carmen", to: lima)
        let id: ActorID = oslo.needs.ids.next()
        let uri = oslo.needs.addresses.actor(id)
        let group = Actor(
            id: id, uri: uri, kind: .group, name: "designers", host: nil, displayName: "Designers",
            endpoints: oslo.needs.addresses.endpoints(of: uri), createdAt: clock.now)
        let keys = try oslo.keys.make(for: id, uri: uri)
        try await oslo.store.write { transaction in
            try transaction.save(group)
            for key in keys { try transaction.save(key) }
        }

        let document = try await Documents(world: oslo.world, version: "test").actor(group, for: .nobody)
        #expect(document["type"] == "Group")
        #expect(document["publicKey"]?["owner"]?.string == uri.string)
        #expect(document["assertionMethod"]?.array?.first?["type"] == "Multikey")

        let found = try #require(await lima.find(try theHandle("designers@\(Cast.oslo)")))
        #expect(found.kind == .group)
        _ = try await FollowActor(needs: lima.needs).follow(found.id, by: carmen.id)
        try await settle([oslo, lima])
        #expect(try await lima.store.read { try $0.isFollowing(carmen.id, found.id) })
        #expect(try await oslo.store.read { try $0.followers(of: id).count } == 1)
    }
}
