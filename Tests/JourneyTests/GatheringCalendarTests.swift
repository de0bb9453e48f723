import Domain
import Foundation
import Signatures
@testable import Social
import Storage
import Support
import Testing

/// Gatherings are not forgotten: reminders, and the calendar of those who come.
@Suite("Gatherings stand in calendars")
struct GatheringCalendarTests: GatheringJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("reminders come a day and an hour before, once each, and not to who declined")
    func reminders() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(days: 2), stage)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        try await answer(.no, post, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        var ids: Set<NotificationID> = []
        var counts: [Int] = []
        for _ in 0..<50 {
            clock.advance(3600)
            for node in stage.nodes {
                node.restart()
                try await node.remind()
            }
            ids.formUnion(
                try await stage.lima.store.read {
                    try $0.notifications(
                        of: stage.carmen.id, kinds: [.gatheringReminder], Page(limit: 9)
                    ).map(\.id)
                })
            counts.append(ids.count)
        }
        #expect(counts[22] == 0 && counts[23] == 1 && counts[45] == 1 && counts[46] == 2 && counts[49] == 2)
        #expect(try await count(.gatheringReminder, of: stage.chidi, on: stage.pune) == 0)
    }

    @Test("a calendar holds what its person goes to, until its link is revoked")
    func calendar() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(), stage)
        let calendar = GatheringCalendar(needs: stage.lima.needs)
        let (person, hash, now) = (stage.carmen.id, Digest.sha256("secret".utf8), clock.now)
        try await stage.lima.store.write { try $0.saveCalendarLink(of: person, hash: hash, at: now) }
        #expect(try await !calendar.read(hash: hash).contains("VEVENT"))
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        var text = try await calendar.read(hash: hash)
        #expect(text.contains("\r\nUID:\(post.uri)\r\n") && text.contains("\r\nSTATUS:CONFIRMED\r\n"))
        #expect(text.contains("\r\nSEQUENCE:0\r\n") && text.contains("\r\nDTSTART:20270118T080000Z\r\n"))
        clock.advance(60)
        _ = try await Organise(needs: stage.oslo.needs).cancel(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        text = try await calendar.read(hash: hash)
        #expect(text.contains("\r\nSTATUS:CANCELLED\r\n") && text.contains("\r\nSEQUENCE:1\r\n"))
        // Gone for the person, gone from the calendar.
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await !calendar.read(hash: hash).contains("VEVENT"))
        try await stage.lima.store.write { try $0.deleteCalendarLink(of: person) }
        await #expect(throws: Refusal.notFound("Calendar")) { try await calendar.read(hash: hash) }
    }

    @Test("what goes on for months stays in the calendar until a month after its end")
    func long() async throws {
        let stage = try await stage()
        var long = Gathering(
            title: "Cycle to work", startsAt: clock.now + 86400, endsAt: clock.now + 81 * 86400)
        long.challenge = Challenge(goal: "1,000 km")
        let post = try await publish(long, stage)
        let calendar = GatheringCalendar(needs: stage.lima.needs)
        let (person, hash, now) = (stage.carmen.id, Digest.sha256("secret".utf8), clock.now)
        try await stage.lima.store.write { try $0.saveCalendarLink(of: person, hash: hash, at: now) }
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        for (days, isThere) in [(40.0, true), (41, true), (30, true), (2, false)] {
            clock.advance(days * 86400)
            let text = try await calendar.read(hash: hash)
            #expect(text.contains("\r\nUID:\(post.uri)\r\n") == isThere, "\(days)")
        }
    }

    @Test("a leaver's calendar is closed")
    func leaver() async throws {
        let stage = try await stage()
        let (person, hash, now) = (stage.carmen.id, Digest.sha256("secret".utf8), clock.now)
        try await stage.lima.store.write { try $0.saveCalendarLink(of: person, hash: hash, at: now) }
        try await stage.lima.people.dismiss(person, as: .left)
        await #expect(throws: Refusal.notFound("Calendar")) {
            try await GatheringCalendar(needs: stage.lima.needs).read(hash: hash)
        }
    }

    @Test("calendar lines are escaped, and folded at 75 octets without cutting a character (RFC 5545)")
    func lines() {
        #expect(GatheringCalendar.escape("a;b,c\\d\ne\r\u{7}") == "a\\;b\\,c\\\\d\\ne")
        let folded = GatheringCalendar.fold("SUMMARY:" + String(repeating: "é日", count: 60))
        let parts = folded.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(parts.count > 3 && parts.allSatisfy { $0.utf8.count <= 75 })
        #expect(parts.dropFirst().allSatisfy { $0.hasPrefix(" ") })
        #expect(folded.replacing("\r\n ", with: "") == "SUMMARY:" + String(repeating: "é日", count: 60))
    }
}
