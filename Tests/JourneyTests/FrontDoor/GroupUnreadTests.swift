import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Whoever belongs to a group no more is told of no end and no change in it.
@Suite("Groups: what those who left are told")
struct GroupUnreadTests {
    func unread(_ door: FrontDoor, _ caller: FrontDoor.Caller) async throws -> [Int64?] {
        var counts: [Int64?] = []
        for version in ["v1", "v2"] {
            let reply = try await door.ask("/api/\(version)/notifications/unread_count", as: caller)
            #expect(reply.isGood, "\(reply)")
            counts.append(try JSONParser.parse(Array(reply.body.utf8))["count"]?.int)
        }
        return counts
    }

    func publish(_ body: PostBody, _ stage: GroupStage) async throws -> Post {
        var draft = Draft(text: "What do you say?")
        draft.group = stage.group.id
        draft.body = body
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await stage.settleAll()
        return post
    }

    @Test(
        "a poll that ends and an event that moves leave the number of unread as it was, here and elsewhere",
        arguments: [false, true])
    func ends(isElsewhere: Bool) async throws {
        let stage = try await GroupStage(.secret)
        // Cesar stays, so that Lima is told what happens.
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.carmen, stage.lima), (stage.cesar, stage.lima),
        ] {
            try await stage.decide(.invite, about: person, by: stage.ada)
            try await stage.settleAll()
            try await stage.join(person, on: node)
            try await stage.settleAll()
        }
        let (person, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.boris, stage.oslo)
        let poll = try await publish(
            .poll(
                Poll(options: [Poll.Option("Tea"), Poll.Option("Coffee")], closesAt: stage.clock.now + 3600)),
            stage)
        var gathering = Gathering(title: "Loom party", startsAt: stage.clock.now + 3 * 86400)
        let event = try await publish(.gathering(gathering), stage)
        let eventID = try await stage.id(event, on: node)
        for person in isElsewhere ? [stage.carmen, stage.cesar] : [stage.boris] {
            let pollID = try await stage.id(poll, on: node)
            _ = try await VoteInPoll(needs: node.needs).vote(pollID, for: [0], by: person.id)
            _ = try await Attend(needs: node.needs).answer(eventID, .maybe, by: person.id)
        }
        try await stage.settleAll()
        try await stage.decide(.remove, about: person, by: stage.ada)
        try await stage.settleAll()
        let state = try await node.store.read { try $0.attendance(person.id, of: eventID)?.state }
        #expect(state == .declined)
        let door = try FrontDoor(node)
        let caller = try await door.signIn(person)
        let before = try await unread(door, caller)

        stage.clock.advance(60)
        gathering.startsAt += 86400
        _ = try await Organise(needs: stage.oslo.needs).change(event.id, to: gathering, by: stage.ada.id)
        try await stage.settleAll()
        stage.clock.advance(3600)
        try await stage.settleAll()
        #expect(try await unread(door, caller) == before)
        guard isElsewhere else { return }
        // Whoever stays hears of both.
        let kinds = try await node.store.read { transaction in
            try transaction.notifications(of: stage.cesar.id, Page(limit: 40)).map(\.kind)
        }
        #expect(kinds.contains(.pollClosed) && kinds.contains(.gatheringChanged), "\(kinds)")
    }
}
