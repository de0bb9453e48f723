import Domain
import Foundation
import Social
import Storage
import Support
import Testing

@Suite("Followed hashtags")
struct TagJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "posts with a followed hashtag stand at home once, wherever they were written, as far as they are for the reader"
    )
    func home() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let boris = try await Cast.welcome("boris", to: oslo)
        let astrid = try await Cast.welcome("astrid", to: oslo)
        let carmen = try await Cast.welcome("carmen", to: lima)
        let carmenInOslo = try #require(await oslo.find(try theHandle("carmen@\(Cast.lima)")))
        // Boris follows Carmen, so that her posts come to Oslo; Ada follows hashtags and Astrid.
        _ = try await FollowActor(needs: oslo.needs).follow(carmenInOslo.id, by: boris.id)
        _ = try await FollowActor(needs: oslo.needs).follow(astrid.id, by: ada.id)
        let verb = FollowTag(needs: oslo.needs)
        #expect(try await verb.follow("#Tea", by: ada.id) == "tea")
        for tag in ["tea", "milk"] { _ = try await verb.follow(tag, by: ada.id) }
        try await settle([oslo, lima])
        func publish(_ text: String, by person: Actor, on node: TestNode, _ audience: Audience = .anyone)
            async throws
        {
            try await node.post(text, by: person, for: audience)
            try await settle([oslo, lima])
        }
        try await publish("One #tea #milk", by: carmen, on: lima)
        try await publish("Two #Tea", by: astrid, on: oslo)
        try await publish("Three #tea", by: boris, on: oslo, .followers)
        try await publish("Four #coffee", by: boris, on: oslo)
        try await publish("Five #milk", by: boris, on: oslo)
        func texts() async throws -> [String] {
            try await oslo.store.read {
                try $0.timeline(.home, for: .person(ada.id), Page(limit: 40))
                    .map { String($0.content.dropFirst(3).prefix { $0 != " " }) }
            }
        }
        #expect(try await texts() == ["Five", "Two", "One"])
        let list = try await oslo.store.read { try $0.followedTags(of: ada.id, Page()).map(\.tag) }
        #expect(list == ["milk", "tea"])
        // What stood there for the hashtag alone goes with it.
        _ = try await verb.unfollow("milk", by: ada.id)
        #expect(try await texts() == ["Two", "One"])
        _ = try await verb.unfollow("tea", by: ada.id)
        #expect(try await texts() == ["Two"])
        // Whoever is muted or blocked is not brought back by a hashtag.
        _ = try await verb.follow("tea", by: ada.id)
        _ = try await BlockActor(needs: oslo.needs).block(boris.id, by: ada.id)
        try await publish("Six #tea", by: boris, on: oslo)
        #expect(try await texts() == ["Two"])
    }

    @Test(
        "what is no hashtag is refused",
        arguments: ["", "#", "a b", "a-b", String(repeating: "x", count: 201)])
    func refused(text: String) {
        #expect(throws: Refusal.self) { try FollowTag.check(text) }
    }
}
