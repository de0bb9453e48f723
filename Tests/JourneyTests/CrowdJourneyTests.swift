import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// Many at once in two offices, and one office at a time.
@Suite("Crowds of two offices")
struct CrowdJourneyTests {
    @Test("fifty who ask at once, half of them in another office, never overbook (S61)")
    func fifty() async throws {
        let journey = GatheringJourneyTests()
        let stage = try await journey.stage()
        let post = try await journey.publish(journey.gathering(capacity: 7), stage)
        var people: [(Actor, TestNode)] = []
        for number in 0..<25 {
            people.append((try await Cast.welcome("o\(number)", to: stage.oslo), stage.oslo))
            people.append((try await Cast.welcome("l\(number)", to: stage.lima), stage.lima))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (person, node) in people {
                group.addTask { try await journey.answer(.yes, post, by: person, on: node) }
            }
            try await group.waitForAll()
        }
        try await settle(stage.nodes)
        for node in stage.nodes { #expect(try await journey.totals(post, on: node) == [7, 43]) }
        var states: [Attendance.State] = []
        for (person, node) in people {
            states.append(try #require(try await journey.state(person, post, on: node)))
        }
        #expect(states.count { $0 == .going } == 7 && states.count { $0 == .waiting } == 43)
    }

    @Test("what was given while the line was cut is spent: not one point more afterwards")
    func allowance() async throws {
        let journey = RecognitionJourneyTests()
        let stage = try await journey.thanksStage()
        _ = try await stage.id(stage.carmen, on: stage.oslo)
        journey.network.setDown(true, Cast.lima)
        try await journey.thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 60)
        try await settle([stage.oslo, stage.pune]) { $0.restart() }
        journey.network.setDown(false, Cast.lima)
        journey.clock.advance(3600)
        try await settle(stage.nodes) { $0.restart() }
        let reason = "41 are more than the 40 that are left of 100 this month"
        await #expect(throws: Refusal.invalid(field: "Points", because: reason)) {
            try await journey.thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 41)
        }
        func points() async throws -> RecognitionTally {
            try await settle(stage.nodes)
            return try await stage.lima.store.read {
                try $0.recognitionTally(of: stage.carmen.id, for: .person(stage.carmen.id))
            }
        }
        #expect(try await points() == RecognitionTally(count: 1, points: 60))
        try await journey.thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 40)
        #expect(try await points() == RecognitionTally(count: 2, points: 100))
        #expect(try await journey.differences(stage).isEmpty)
    }

    @Test("an announcement for one office asks its people alone, whichever node they are on")
    func office() async throws {
        let offices = try await GroupStage(.open)
        try await offices.oslo.people.permitAnnouncements(true, to: offices.ada.id)
        for (person, node, office) in [
            (offices.carmen, offices.lima, "Lima"), (offices.cesar, offices.lima, "Arequipa"),
            (offices.chidi, offices.pune, "lima"),
        ] {
            var changes = People.Changes()
            var work = WorkProfile()
            work.office = office
            changes.work = work
            _ = try await node.people.change(person.id, changes)
        }
        var draft = Draft(text: "The lift is out of order", audience: .organisation)
        draft.body = .announcement(
            Announcement(
                title: "Stairs", dueAt: offices.clock.now + 3 * 86400,
                target: Announcement.Target(office: "Lima")))
        let post = try await offices.oslo.publish.publish(draft, by: offices.ada.id)
        try await offices.settleAll()
        for (person, node) in [(offices.carmen, offices.lima), (offices.chidi, offices.pune)] {
            #expect(try await offices.home(person, on: node) == [post.uri], "\(person.name)")
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            _ = try await Acknowledge(needs: node.needs).acknowledge(id, by: person.id)
        }
        for (person, node) in [(offices.cesar, offices.lima), (offices.devi, offices.pune)] {
            #expect(try await offices.home(person, on: node).isEmpty, "\(person.name)")
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            await #expect(
                throws: Refusal.notAllowed(because: "This announcement does not ask you to acknowledge it")
            ) { try await Acknowledge(needs: node.needs).acknowledge(id, by: person.id) }
        }
    }
}
