import ActivityStreams
import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Whoever has not acknowledged an announcement is reminded, twice at most, and its author told.
@Suite("Announcements remind")
struct AnnouncementReminderTests: AnnouncementJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("at most two reminders, one for each date, over restarts; none for who acknowledged")
    func reminders() async throws {
        let stage = try await stage()
        let carlos = try await Cast.welcome("carlos", to: stage.lima)
        let post = try await stage.oslo.publish.publish(draft(days: 3), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: carlos.id)
        func given(_ person: Actor) async throws -> Int {
            try await stage.lima.store.read {
                try $0.announcementReader(person.id, of: inLima.id)?.reminders ?? -1
            }
        }
        var counts: [Int] = []
        for _ in 0..<8 {
            clock.advance(43_200)
            try await remindAll(stage)
            for node in stage.nodes { node.restart() }
            try await remindAll(stage)
            try await settle(stage.nodes)
            counts.append(try await given(stage.carmen))
        }
        #expect(counts == [0, 0, 0, 1, 1, 2, 2, 2])
        #expect(try await given(carlos) == 0)
        #expect(try await count(.announcementReminder, of: stage.carmen, on: stage.lima) == 1)
        #expect(try await count(.announcementReminder, of: carlos, on: stage.lima) == 0)
        #expect(try await count(.announcementOverdue, of: stage.ada, on: stage.oslo) == 1)
        let now = clock.now
        let dueAt = try await stage.oslo.store.read {
            try AnnouncementBoard(needs: stage.oslo.needs).read(post.id, for: stage.ada.id, in: $0).0.dueAt
        }
        #expect(try await board(post, stage).total.overdue(dueAt: dueAt, at: now) == 2)
        // Late is better than never, and is counted.
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.overdue(dueAt: dueAt, at: now) == 1)
        #expect(try await count(.announcementReminder, of: stage.carmen, on: stage.lima) == 0)
    }

    @Test("the author's reminder counts as one of the two, in every office, and only the author gives it")
    func authorsReminder() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(days: 3), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        await #expect(throws: Refusal.notFound("Record")) {
            try await RemindReaders(needs: stage.lima.needs).remind(inLima.id, by: stage.carmen.id)
        }
        for _ in 0..<4 {
            _ = try await RemindReaders(needs: stage.oslo.needs).remind(post.id, by: stage.ada.id)
            try await settle(stage.nodes)
        }
        clock.advance(86400 * 4)
        try await remindAll(stage)
        let reader = try await stage.lima.store.read {
            try $0.announcementReader(stage.carmen.id, of: inLima.id)
        }
        #expect(reader?.reminders == 2)
        // Somebody else's word for it is refused.
        let carmenInOslo = try await stage.lima.world.keys.signingKey(.ed25519, of: stage.carmen)
        #expect(carmenInOslo.0.origin == "https://\(Cast.lima)")
    }

    @Test("none expires without its author being told, also where an office was never heard of (S16)")
    func expiry() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        try await settle(stage.nodes)
        clock.advance(86400 * 3 - 1)
        try await remindAll(stage)
        #expect(try await count(.announcementOverdue, of: stage.ada, on: stage.oslo) == 0)
        clock.advance(2)
        for _ in 0..<2 { try await remindAll(stage) }
        #expect(try await count(.announcementOverdue, of: stage.ada, on: stage.oslo) == 1)
    }

    @Test("an edit may move the date, and the reminders with it, but asks nobody anew")
    func movedDate() async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let vera = try Stranger("https://member.example/users/vera", on: network, clock: clock)
        try await pune.admit("member.example")
        try await vera.send(fake(vera, "1"), to: pune)
        try await vera.send(fake(vera, "2", more: [("hallway:acknowledge", .null)]), to: pune)
        let later = clock.now + 5 * 86400
        clock.advance(60)
        for id in ["1", "2"] {
            let note = fake(
                vera, id, more: [("hallway:acknowledge", ["endTime": .string(later.ISO8601Format())])])
            let updated: (String, JSONValue) = ("updated", .string(clock.now.ISO8601Format()))
            let version = note.replacing(updated)["object"] ?? .null
            try await vera.send(vera.activity("Update", version), to: pune)
        }
        let posts = try await pune.store.read { transaction in
            try ["1", "2"].compactMap {
                try transaction.post(try theURI("https://member.example/notes/\($0)"))
            }
        }
        #expect(posts.allSatisfy { $0.editedAt != nil } && posts.count == 2)
        let dates = posts.map { post -> Date? in
            if case .announcement(let announcement) = post.body { announcement.dueAt } else { nil }
        }
        #expect(dates == [later, nil])
        let readers = try await pune.store.read { transaction in
            try posts.map { try transaction.announcementReader(chidi.id, of: $0.id)?.nextReminderAt }
        }
        // Nobody was reminded yet: a day before the new date.
        #expect(readers == [later - 86400, nil])
        #expect(try await pune.store.read { try $0.mustRead(by: chidi.id) } == [posts[0].id])
    }

    @Test("reminding of another's announcement is refused, whoever sends it")
    func foreignReminder() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        try await stage.lima.admit("member.example")
        let vera = try Stranger("https://member.example/users/vera", on: network, clock: clock)
        try await vera.send(vera.activity(Vocabulary.remind, .string(post.uri.string)), to: stage.lima)
        let inLima = try await copy(post, on: stage.lima)
        let reader = try await stage.lima.store.read {
            try $0.announcementReader(stage.carmen.id, of: inLima.id)
        }
        #expect(reader?.reminders == 0)
    }
}
