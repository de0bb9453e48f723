import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Nobody holds a place at what they do not see any more.
@Suite("Gatherings: places are given back")
struct GatheringPlacesTests: GatheringJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    /// How somebody comes to be out of a group.
    enum End: CaseIterable {
        case removed, banned, left
    }

    /// Who is of another office than the group.
    enum Afar: CaseIterable {
        case nobody, guest, organiser, both
    }

    func enter(_ person: Actor, _ node: TestNode, _ stage: GroupStage) async throws {
        try await stage.decide(.invite, about: person, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(person, on: node)
        try await stage.settleAll()
    }

    /// An event with one place in a closed group, which the guest has; Devi of Pune waits for it.
    func party(
        of organiser: Actor, on host: TestNode, for guest: Actor, on node: TestNode, _ stage: GroupStage
    ) async throws -> Post {
        for (person, node) in [(stage.cesar, stage.lima), (guest, node), (stage.devi, stage.pune)] {
            try await enter(person, node, stage)
        }
        var draft = Draft(text: "Come all!")
        draft.group = try await stage.group(on: host)
        draft.body = .gathering(
            Gathering(title: "Loom party", startsAt: stage.clock.now + 3 * 86400, capacity: 1))
        let post = try await host.publish.publish(draft, by: organiser.id)
        try await stage.settleAll()
        for (person, node) in [(guest, node), (stage.devi, stage.pune)] {
            try await answer(.yes, post, by: person, on: node)
            try await stage.settleAll()
        }
        #expect(try await state(guest, post, on: node) == .going)
        #expect(try await state(stage.devi, post, on: stage.pune) == .waiting)
        return post
    }

    /// How another node's person, or its own, stands to an event there.
    func known(_ person: Actor, _ post: Post, on node: TestNode) async throws -> Attendance.State? {
        try await node.store.read { transaction in
            guard let id = try transaction.actorID(person.uri), let post = try transaction.postID(post.uri)
            else { return nil }
            return try transaction.attendance(id, of: post)?.state
        }
    }

    @Test(
        "whoever is removed, banned or leaves gives back their place at the group's events, and the next moves up",
        arguments: End.allCases, Afar.allCases)
    func group(end: End, afar: Afar) async throws {
        let stage = try await GroupStage(.closed)
        let (guest, node) =
            [.guest, .both].contains(afar) ? (stage.carmen, stage.lima) : (stage.boris, stage.oslo)
        let (organiser, host) =
            [.organiser, .both].contains(afar) ? (stage.cesar, stage.lima) : (stage.ada, stage.oslo)
        let post = try await party(of: organiser, on: host, for: guest, on: node, stage)
        switch end {
        case .removed: try await stage.decide(.remove, about: guest, by: stage.ada)
        case .banned: try await stage.decide(.ban, about: guest, by: stage.ada)
        case .left: try await stage.roster(node).leave(try await stage.group(on: node), by: guest.id)
        }
        try await stage.settleAll()
        #expect(try await known(guest, post, on: node) == .declined)
        #expect(try await known(guest, post, on: host) == .declined)
        #expect(try await state(stage.devi, post, on: stage.pune) == .going)
        #expect(try await totals(post, on: host) == [1, 0])
        #expect(try await stage.count(.place, of: stage.devi, on: stage.pune) == 1)
    }

    @Test(
        "a block between organiser and guest frees the place, whoever blocks", arguments: [false, true],
        [false, true])
    func block(isByGuest: Bool, isElsewhere: Bool) async throws {
        let stage = try await stage()
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let (guest, node) = isElsewhere ? (stage.carmen, stage.lima) : (astrid, stage.oslo)
        let post = try await publish(gathering(capacity: 1), stage)
        let others = try await publish(gathering(capacity: 1, days: 4), stage)
        for (person, node) in [(guest, node), (stage.chidi, stage.pune)] {
            try await answer(.yes, post, by: person, on: node)
            try await settle(stage.nodes)
        }
        try await answer(.yes, others, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        #expect(try await state(stage.chidi, post, on: stage.pune) == .waiting)
        let (blocking, blocked, place) =
            isByGuest ? (guest, stage.ada, node) : (stage.ada, guest, stage.oslo)
        let target = try #require(try await place.store.read { try $0.actorID(blocked.uri) })
        _ = try await BlockActor(needs: place.needs).block(target, by: blocking.id)
        try await settle(stage.nodes)
        #expect(try await known(guest, post, on: node) == .declined)
        #expect(try await known(guest, post, on: stage.oslo) == .declined)
        #expect(try await state(stage.chidi, post, on: stage.pune) == .going)
        #expect(try await totals(post, on: stage.oslo) == [1, 0])
        // What is between others stays.
        #expect(try await state(stage.chidi, others, on: stage.pune) == .going)
    }

    @Test("a place is given back also by who does not see any more what it is for", arguments: [false, true])
    func unseen(isElsewhere: Bool) async throws {
        let stage = try await GroupStage(.closed)
        let (guest, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.boris, stage.oslo)
        let post = try await party(of: stage.ada, on: stage.oslo, for: guest, on: node, stage)
        // As it was left by those who went before places ended with membership.
        for node in [stage.oslo, stage.lima] {
            try await node.store.write { [group = stage.group.uri] transaction in
                guard let id = try transaction.actorID(guest.uri), let group = try transaction.actorID(group)
                else { return }
                try transaction.deleteMembership(of: id, in: group)
            }
        }
        await #expect(throws: Refusal.notFound("Record")) {
            try await answer(.maybe, post, by: guest, on: node)
        }
        let id = try await copy(post, on: node).id
        let door = try FrontDoor(node)
        let caller = try await door.signIn(guest)
        let path = "/api/hallway/v1/events/\(id)"
        #expect(try await door.ask(path, as: caller).code == 404)
        let reply = try await door.ask("\(path)/answer", "POST", as: caller, form: "answer=no")
        #expect(reply.isGood && !reply.body.contains("Loom party"), "\(reply)")
        try await stage.settleAll()
        #expect(try await known(guest, post, on: stage.oslo) == .declined)
        #expect(try await state(stage.devi, post, on: stage.pune) == .going)
        // Whoever never answered is told of nothing.
        let stranger = isElsewhere ? stage.boris : stage.carmen
        let other = isElsewhere ? stage.oslo : stage.lima
        await #expect(throws: Refusal.notFound("Record")) {
            try await answer(.no, post, by: stranger, on: other)
        }
    }
}
