import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// Whoever belongs to a group no more reads nothing of it, also where a post named them while they did.
@Suite("Groups: those who belong no more")
struct GroupLeaversTests {
    /// How somebody comes to be out of a group.
    enum End: CaseIterable {
        case left, removed, banned, bannedFromLima
    }

    /// A secret group of Oslo with Boris, Carmen of Lima, and Cesar of Lima, who moderates.
    func stage() async throws -> GroupStage {
        let stage = try await GroupStage(.secret)
        try await enter(stage.cesar, stage.lima, stage)
        try await stage.decide(.role(.moderator), about: stage.cesar, by: stage.ada)
        try await stage.settleAll()
        try await enter(stage.boris, stage.oslo, stage)
        try await enter(stage.carmen, stage.lima, stage)
        return stage
    }

    func enter(_ person: Actor, _ node: TestNode, _ stage: GroupStage) async throws {
        try await stage.decide(.invite, about: person, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(person, on: node)
        try await stage.settleAll()
    }

    func end(_ end: End, _ person: Actor, _ node: TestNode, _ stage: GroupStage) async throws {
        switch end {
        case .left: try await stage.roster(node).leave(try await stage.group(on: node), by: person.id)
        case .removed: try await stage.decide(.remove, about: person, by: stage.ada)
        case .banned: try await stage.decide(.ban, about: person, by: stage.ada)
        case .bannedFromLima:
            let group = try await stage.group(on: stage.lima)
            let known = try #require(try await stage.lima.store.read { try $0.actorID(person.uri) })
            try await stage.roster(stage.lima).decide(.ban, about: known, in: group, by: stage.cesar.id)
        }
        try await stage.settleAll()
    }

    /// Ada names Boris and Carmen.
    func publish(_ body: PostBody, _ stage: GroupStage) async throws -> Post {
        var draft = Draft(text: "A merger, @boris and @carmen@\(Cast.lima)?")
        draft.group = stage.group.id
        draft.body = body
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await stage.settleAll()
        return post
    }

    /// How many of the posts, and of what is found by a word in them, a person is shown by a node.
    func shown(_ posts: [Post], to person: Actor, of home: TestNode, by node: TestNode) async throws -> Int {
        try await node.store.read { transaction -> Int in
            guard let id = try transaction.actorID(person.uri) else { return 0 }
            let viewer: Viewer =
                node.authority == home.authority
                ? .person(id) : .remote(id, authority: home.authority, isOfOrganisation: true)
            var count = try transaction.searchPosts(SearchQuery("merger"), for: viewer).count
            for post in posts {
                guard let known = try transaction.post(post.uri) else { continue }
                if try transaction.maySee(known, viewer) { count += 1 }
            }
            return count
        }
    }

    @Test(
        "whoever is out of a group finds, votes in and comes to nothing of it that named them, on any node",
        arguments: End.allCases, [false, true])
    func named(way: End, isElsewhere: Bool) async throws {
        let stage = try await stage()
        let (person, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.boris, stage.oslo)
        let poll = try await publish(
            .poll(
                Poll(options: [Poll.Option("Yes"), Poll.Option("No")], closesAt: stage.clock.now + 3600)),
            stage)
        let event = try await publish(
            .gathering(Gathering(title: "Loom party", startsAt: stage.clock.now + 86400)), stage)
        #expect(try await shown([poll, event], to: person, of: node, by: node) == 4)
        try await end(way, person, node, stage)
        for other in [stage.oslo, stage.lima] {
            let count = try await shown([poll, event], to: person, of: node, by: other)
            #expect(count == 0, "\(other.authority)")
        }
        let pollID = try await stage.id(poll, on: node)
        let eventID = try await stage.id(event, on: node)
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await VoteInPoll(needs: node.needs).vote(pollID, for: [0], by: person.id)
        }
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await Attend(needs: node.needs).answer(eventID, .yes, by: person.id)
        }
        // What they were told of it is gone, and a later edit that names them is not told.
        stage.clock.advance(60)
        _ = try await stage.oslo.edit.edit(
            poll.id, to: Draft(text: "The merger, @boris and @carmen@\(Cast.lima)!"), by: stage.ada.id)
        try await stage.settleAll()
        #expect(try await shown([poll, event], to: person, of: node, by: node) == 0)
        let told = try await node.store.read { transaction in
            try transaction.notifications(of: person.id, Page(limit: 40)).compactMap(\.post)
        }
        #expect(told.isEmpty, "\(told)")
        // Whom it does not concern reads on.
        let (other, place) = isElsewhere ? (stage.boris, stage.oslo) : (stage.carmen, stage.lima)
        #expect(try await shown([poll, event], to: other, of: place, by: place) == 4)
    }

    @Test(
        "whoever is out of a group that only members read is quoted in it no more, in any office",
        arguments: End.allCases, [false, true])
    func quoted(way: End, isElsewhere: Bool) async throws {
        let stage = try await stage()
        let (person, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.boris, stage.oslo)
        let original = try await node.post("The lifts are in, @ada@\(Cast.oslo)", by: person, for: .anyone)
        try await stage.settleAll()
        var draft = Draft(text: "Look at this")
        draft.group = stage.group.id
        draft.quote = try await stage.id(original, on: stage.oslo)
        let quoting = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        // Among what everybody may read it stays.
        draft.group = nil
        draft.audience = .anyone
        let open = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await stage.settleAll()
        let before = try await states(quoting, stage)
        #expect(before == [.accepted, .accepted])
        try await end(way, person, node, stage)
        let after = try await states(quoting, stage)
        #expect(after == [.withdrawn, .withdrawn])
        #expect(try await stage.copy(open, on: node).quote?.state == .accepted)
        let consents = try await node.store.read { transaction in
            [
                try transaction.consent(to: quoting.uri, of: original.id)?.withdrawnAt != nil,
                try transaction.consent(to: open.uri, of: original.id)?.withdrawnAt != nil,
            ]
        }
        #expect(consents == [true, false])
    }

    func states(_ post: Post, _ stage: GroupStage) async throws -> [Quote.State?] {
        var states: [Quote.State?] = []
        for node in [stage.oslo, stage.lima] {
            states.append(try await stage.copy(post, on: node).quote?.state)
        }
        return states
    }

    @Test("thanks stay with whoever was thanked, in the group or out of it")
    func thanks() async throws {
        let stage = try await stage()
        let value = try #require(stage.oslo.needs.recognition.values.first)
        let thanks = try await publish(
            .recognition(Recognition(recipients: [stage.boris.id], value: value, points: 5)), stage)
        try await end(.banned, stage.boris, stage.oslo, stage)
        #expect(try await stage.sees(stage.boris, thanks.uri, on: stage.oslo))
        #expect(try await stage.kinds(stage.boris, on: stage.oslo).contains(.recognition))
    }
}
