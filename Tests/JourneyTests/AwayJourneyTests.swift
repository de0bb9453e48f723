import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Carmen of Lima is away; Ada in Oslo and Chidi in Pune go on.
@Suite("Since somebody was away")
struct AwayJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()
    let day: Double = 86400

    struct Stage: OfficeStage {
        let offices: Offices
        let note: NoteAway

        /// Carmen looks at her home, and that is written.
        func look() async throws -> Away {
            let away = try await note.note(offices.carmen.id)
            try await note.drain()
            return away
        }
    }

    /// Carmen follows Ada and Chidi, and is here. That the offices belong together must be said again after a day.
    func stage() async throws -> Stage {
        let offices = try await threeOffices()
        for handle in ["ada@\(Cast.oslo)", "chidi@\(Cast.pune)"] {
            try await offices.lima.follow(handle, by: offices.carmen)
        }
        try await settle(offices.nodes)
        let stage = Stage(offices: offices, note: NoteAway(needs: offices.lima.needs))
        #expect(try await stage.look() == Away(seenAt: clock.now))
        try await stage.offices.admitAll()
        return stage
    }

    /// What Carmen is shown: texts and numbers.
    struct Reading: Equatable {
        var mustRead: [String] = []
        var mentions: [String] = []
        var announcements: [String] = []
        var posts: [String] = []
        var counts: [Int] = [0, 0, 0, 0]
    }

    func read(_ stage: Stage, limit: Int = 10) async throws -> Reading {
        let away = try await stage.look()
        return try await stage.lima.store.read { transaction in
            let sight = try AwaySight(away, of: stage.carmen.id, limit: limit, in: transaction)
            func texts(_ missed: Missed?) -> [String] {
                missed?.posts.map { $0.body.title ?? String($0.content.dropFirst(3).dropLast(4)) } ?? []
            }
            let lists = [sight.mustRead] + Away.Part.allCases.map { sight.parts[$0] ?? Missed() }
            for list in lists { #expect(list.found.isExact) }
            return Reading(
                mustRead: texts(lists[0]), mentions: texts(lists[1]), announcements: texts(lists[2]),
                posts: texts(lists[3]), counts: lists.map(\.found.count))
        }
    }

    func announce(_ title: String, dueIn seconds: Double?, on stage: Stage) async throws {
        var announcement = Announcement(title: title)
        announcement.dueAt = seconds.map { clock.now + $0 }
        var draft = Draft(text: "x", audience: .organisation)
        draft.body = .announcement(announcement)
        _ = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
    }

    @Test(
        "exactly what came in between, each once, from every office, also when the node was away itself",
        arguments: [false, true])
    func missed(isDown: Bool) async throws {
        let stage = try await stage()
        try await stage.oslo.people.permitAnnouncements(true, to: stage.ada.id)
        try await stage.oslo.post("Before", by: stage.ada, for: .anyone)
        try await settle(stage.nodes)
        try await stage.lima.post("Mine", by: stage.carmen, for: .anyone)
        let inOslo = try await stage.lima.post("@ada@\(Cast.oslo) Mine too", by: stage.carmen, for: .anyone)
        try await settle(stage.nodes)
        clock.advance(1000)
        #expect(try await stage.look().since == nil)

        clock.advance(3 * day)
        try await stage.offices.admitAll()
        if isDown { network.setDown(true, Cast.lima) }
        try await announce("Acknowledge me", dueIn: 7 * day, on: stage)
        try await announce("Only news", dueIn: nil, on: stage)
        try await stage.oslo.post("Quiet", by: stage.ada, for: .anyone)
        let loud = try await stage.pune.post("Loud", by: stage.chidi, for: .anyone)
        let known = try await id(inOslo, on: stage.oslo)
        try await stage.oslo.post("Yes", by: stage.ada, for: .anyone, answering: known)
        try await settle(stage.nodes)
        if isDown {
            network.setDown(false, Cast.lima)
            clock.advance(day)
            try await stage.offices.admitAll()
            try await settle(stage.nodes) { $0.restart() }
        }
        let inLima = try await id(loud, on: stage.lima)
        let lars = try await Cast.welcome("lars", to: stage.lima)
        _ = try await LikePost(needs: stage.lima.needs).like(inLima, by: lars.id)

        let away = try await stage.look()
        #expect(away.isNotable)
        let expected = Reading(
            mustRead: ["Acknowledge me"], mentions: ["Yes"], announcements: ["Only news"],
            posts: ["Loud", "Quiet"],
            counts: [1, 1, 1, 2])
        #expect(try await read(stage) == expected)
        // Neither does a process that ends before it has written that she came.
        let lost = try await NoteAway(needs: stage.lima.needs).note(stage.carmen.id)
        #expect(lost == away)
        // A break and a restart change nothing while she has not caught up.
        clock.advance(7200)
        stage.lima.restart()
        #expect(try await read(stage) == expected)
        let few = try await read(stage, limit: 1)
        #expect(few.posts == ["Loud"] && few.counts == expected.counts)

        try await stage.note.catchUp(stage.carmen.id)
        // What waits for her word waits all the same; nothing was acknowledged by looking.
        #expect(try await read(stage) == Reading(mustRead: ["Acknowledge me"], counts: [1, 0, 0, 0]))
        let waiting = try #require(
            try await stage.lima.store.read { try $0.mustRead(by: stage.carmen.id).first })
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(waiting, by: stage.carmen.id)
        #expect(try await read(stage) == Reading())
    }

    @Test("what is not for them, was deleted, or is by those they do not want to hear, was not missed")
    func hidden() async throws {
        let stage = try await stage()
        clock.advance(2 * day)
        let gone = try await stage.oslo.post("Gone", by: stage.ada, for: .anyone)
        try await stage.oslo.post("Only Oslo", by: stage.ada, for: .node)
        try await stage.pune.post("Noise", by: stage.chidi, for: .anyone)
        let lars = try await Cast.welcome("lars", to: stage.lima)
        try await stage.lima.post("Secret", by: lars, for: .direct)
        try await settle(stage.nodes)
        #expect(try await read(stage).counts == [0, 0, 0, 2])
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(gone.id, by: stage.ada.id)
        try await settle(stage.nodes)
        let chidi = try #require(await stage.lima.find(try theHandle("chidi@\(Cast.pune)")))
        try await stage.lima.store.write {
            try $0.saveMute(stage.carmen.id, chidi.id, notifications: true, until: nil, at: clock.now)
        }
        #expect(try await read(stage) == Reading())
    }
}
