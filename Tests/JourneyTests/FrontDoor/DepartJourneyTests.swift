import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// Carmen of Lima leaves the organisation (Spec/features/directory.md §7).
@Suite("Somebody leaves")
struct DepartJourneyTests {
    /// Which word of it comes first.
    enum Order: CaseIterable {
        /// The register's, long before her own node hears of it.
        case registerFirst
        /// Her own node's.
        case registerLast
        /// Her own node's, while Oslo is down, which then reads the register before anything else.
        case whileDown
    }

    struct Stage {
        let offices: GroupStage
        let register: RegisterStage
        /// Of Pune, where she is a member alone.
        let club: Actor
        /// In Oslo, with one place, which is hers; Chidi of Pune waits.
        let party: Post

        var nodes: [TestNode] { offices.nodes }

        func id(_ uri: ObjectURI, on node: TestNode) async throws -> ActorID {
            if let known = try await node.store.read({ try $0.actorID(uri) }) { return known }
            return try #require(await node.findActor(uri)).id
        }

        /// What a node has of her: how she stands to groups, her answers to events, her follows and followers.
        func bonds(on node: TestNode) async throws -> [String] {
            try await node.store.read { [uri = offices.carmen.uri, party] transaction in
                guard let carmen = try transaction.actorID(uri) else { return [] }
                var found: [String] = []
                for membership in try transaction.memberships(of: carmen) {
                    found.append("is \(membership.role) \(membership.state)")
                }
                if let post = try transaction.postID(party.uri),
                    let attendance = try transaction.attendance(carmen, of: post), attendance.state.isIn
                {
                    found.append("has a place")
                }
                for state in [Follow.State.accepted, .asked] {
                    found += try transaction.followers(of: carmen, state: state).map { "followed by \($0)" }
                }
                return found + (try transaction.everyoneFollowed(by: carmen).map { "follows \($0)" })
            }
        }

        /// Everything that ends has ended on these nodes, and others have what was hers.
        func expectEnd(on nodes: [TestNode], _ moment: String) async throws {
            for node in nodes {
                #expect(try await bonds(on: node).isEmpty, "\(moment), \(node.authority)")
                let carmen = try await node.store.read { try $0.actor(offices.carmen.uri) }
                #expect(carmen?.state != .active, "\(moment), \(node.authority)")
            }
            let owner = try await offices.membership(offices.ada, on: offices.oslo)
            #expect(owner?.role == .owner, "\(moment)")
            let (members, going) = try await offices.oslo.store.read { [offices, party] transaction in
                (try transaction.countMembers(of: offices.group.id), try transaction.countGoing(to: party.id))
            }
            #expect(members == 2 && going == 1, "\(moment)")
            let (chidi, club) = (offices.chidi, club)
            let inPune = try await offices.pune.store.read { [party] transaction in
                let post = try #require(try transaction.postID(party.uri))
                return (
                    try transaction.attendance(chidi.id, of: post)?.state,
                    try transaction.countMembers(of: club.id)
                )
            }
            #expect(inPune.0 == .going && inPune.1 == 1, "\(moment)")
        }
    }

    /// Carmen owns the group of Oslo, where Ada moderates and Devi is a member; she is in Pune's club, comes to Oslo's party,
    /// follows Ada and Chidi, and is followed by Boris of Oslo, Chidi of Pune and Cesar of Lima.
    func stage() async throws -> Stage {
        let offices = try await GroupStage(.open)
        let register = try await RegisterStage(network: offices.network, clock: offices.clock)
        try await register.found(offices.nodes)
        var wish = RunGroup.Wish()
        wish.displayName = "Club"
        let club = try await RunGroup(people: offices.pune.people).found("club", wish, by: offices.chidi.id)
        try await offices.join(offices.carmen, on: offices.lima)
        try await offices.join(offices.devi, on: offices.pune)
        let inLima = try #require(await offices.lima.find(try theHandle("club@\(Cast.pune)"))).id
        _ = try await offices.roster(offices.lima).join(inLima, by: offices.carmen.id)
        try await offices.settleAll()
        try await offices.decide(.role(.owner), about: offices.carmen, by: offices.ada)

        for (person, node, others) in [
            (offices.carmen, offices.lima, [offices.ada, offices.chidi]),
            (offices.boris, offices.oslo, [offices.carmen]),
            (offices.chidi, offices.pune, [offices.carmen, offices.ada]),
            (offices.cesar, offices.lima, [offices.carmen]),
        ] {
            for other in others {
                var known = try await node.store.read { try $0.actorID(other.uri) }
                if known == nil { known = await node.findActor(other.uri)?.id }
                _ = try await FollowActor(needs: node.needs).follow(try #require(known), by: person.id)
            }
        }
        try await offices.settleAll()
        var draft = Draft(text: "Come!", audience: .organisation)
        draft.body = .gathering(
            Gathering(title: "Party", startsAt: offices.clock.now + 5 * 86400, capacity: 1))
        let party = try await offices.oslo.publish.publish(draft, by: offices.ada.id)
        try await offices.settleAll()
        for (person, node) in [(offices.carmen, offices.lima), (offices.chidi, offices.pune)] {
            let post = try #require(try await node.store.read { try $0.postID(party.uri) })
            _ = try await Attend(needs: node.needs).answer(post, .yes, by: person.id)
            try await offices.settleAll()
        }
        return Stage(offices: offices, register: register, club: club, party: party)
    }

    @Test(
        "whoever leaves is out of groups, events and follows on every node, whichever word of it comes first",
        arguments: Order.allCases)
    func leaves(order: Order) async throws {
        let stage = try await stage()
        let (offices, register) = (stage.offices, stage.register)
        for node in stage.nodes { #expect(try await !stage.bonds(on: node).isEmpty, "\(node.authority)") }
        #expect(try await offices.membership(offices.carmen, on: offices.oslo)?.role == .owner)
        let seen = offices.log.lines.count
        switch order {
        case .registerFirst:
            try await register.dismiss("carmen")
            for node in [offices.oslo, offices.pune] { try await register.synchronise(node) }
            // Lima has said nothing; what Oslo and Pune tell each other is enough.
            try await settle([offices.oslo, offices.pune])
            try await stage.expectEnd(on: [offices.oslo, offices.pune], "the register alone")
        case .registerLast:
            try await offices.lima.people.dismiss(offices.carmen.id, as: .left)
            try await offices.settleAll()
            try await stage.expectEnd(on: stage.nodes, "her node alone")
        case .whileDown:
            offices.network.setDown(true, Cast.oslo)
            try await offices.lima.people.dismiss(offices.carmen.id, as: .left)
            try await register.synchronise(offices.lima)
            try await settle([offices.lima, offices.pune])
            try await register.synchronise(offices.pune)
            offices.network.setDown(false, Cast.oslo)
            offices.oslo.restart()
            try await register.synchronise(offices.oslo)
            offices.clock.advance(3600)
        }
        for _ in 0..<2 {
            for node in stage.nodes { try await register.synchronise(node) }
            try await offices.settleAll()
        }
        try await stage.expectEnd(on: stage.nodes, "\(order)")
        for node in stage.nodes {
            let state = try await node.store.read { try $0.actor(offices.carmen.uri)?.state }
            #expect(state == .left, "\(node.authority)")
        }
        // The later word was no surprise to anybody.
        #expect(!offices.log.lines.dropFirst(seen).contains { $0.contains("suspended or gone") })
        let words = try await offices.oslo.store.read { [id = offices.group.id] in
            try $0.records(of: id).filter { ["owner", "left"].contains($0.word) }.map(\.word)
        }
        #expect(words.filter { $0 == "left" }.count == 1 && words.filter { $0 == "owner" }.count == 2)
    }

    @Test("a node of which they only followed somebody is told as well, and a suspension is told to nobody")
    func told() async throws {
        let (network, clock) = (FakeNetwork(), TestClock())
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let stranger = try Stranger("https://elsewhere.example/zoe", on: network, clock: clock)
        let zoe = try #require(await oslo.findActor(try theURI(stranger.uri)))
        _ = try await FollowActor(needs: oslo.needs).follow(zoe.id, by: ada.id)
        func deletes() async throws -> Int {
            try await oslo.store.read { transaction in
                try transaction.waiting(host: "elsewhere.example", limit: 100)
                    .count { String(decoding: $0.json, as: UTF8.self).contains("\"Delete\"") }
            }
        }
        // Taken back before anybody was told of anything.
        try await oslo.people.dismiss(ada.id, as: .suspended)
        try await oslo.people.dismiss(ada.id, as: .active)
        try await oslo.fillLedger()
        #expect(try await deletes() == 0)
        try await oslo.people.dismiss(ada.id, as: .left)
        try await oslo.fillLedger()
        #expect(try await deletes() == 1)
        await #expect(throws: Refusal.self) { try await oslo.people.dismiss(ada.id, as: .active) }
        #expect(try await oslo.store.read { try $0.actor(ada.id)?.state } == .left)
    }

    @Test("a leaver says nothing any more but goodbye, whatever their node sends (N113)")
    func silence() async throws {
        let stage = try await stage()
        let (offices, register) = (stage.offices, stage.register)
        try await register.dismiss("carmen")
        try await register.synchronise(offices.oslo)
        let post = try await offices.lima.publish.publish(
            Draft(text: "Still here", audience: .organisation), by: offices.carmen.id)
        let inLima = try await offices.group(on: offices.lima)
        let uri = try theURI("https://\(Cast.lima)/activities/77")
        try await offices.lima.store.write { [id = offices.carmen.id] in
            try $0.append(.joinAsked(id, group: inLima, uri: uri))
        }
        try await offices.settleAll()
        #expect(try await offices.oslo.store.read { try $0.post(post.uri) } == nil)
        #expect(try await offices.membership(offices.carmen, on: offices.oslo) == nil)
    }
}
