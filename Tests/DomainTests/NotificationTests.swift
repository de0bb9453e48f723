import Domain
import Foundation
import Testing

@Suite("Notification habits")
struct NotificationTests {
    func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    @Test(
        "quiet hours are of the reader's own clock, also across midnight and when it changes",
        arguments: [
            ("UTC", "2026-11-24T18:59:59Z", false), ("UTC", "2026-11-24T19:00:00Z", true),
            ("UTC", "2026-11-25T06:59:59Z", true), ("UTC", "2026-11-25T07:00:00Z", false),
            ("Asia/Kolkata", "2026-11-24T13:30:00Z", true), ("Asia/Kolkata", "2026-11-24T13:29:00Z", false),
            ("America/Lima", "2026-11-24T11:59:00Z", true), ("America/Lima", "2026-11-24T12:00:00Z", false),
            // Oslo is two hours ahead in summer, one in winter.
            ("Europe/Oslo", "2026-10-24T17:00:00Z", true), ("Europe/Oslo", "2026-10-26T17:00:00Z", false),
            ("Europe/Oslo", "2026-10-26T18:00:00Z", true),
        ])
    func quiet(zone: String, moment: String, isQuiet: Bool) throws {
        let habits = NotificationHabits(zone: zone, quietFrom: 19 * 60, quietUntil: 7 * 60)
        #expect(habits.isQuiet(at: try date(moment)) == isQuiet)
        let never = NotificationHabits(zone: zone)
        #expect(try !never.isQuiet(at: date(moment)))
    }

    @Test("a letter is due at the reader's hour, once a day")
    func digest() throws {
        let habits = NotificationHabits(zone: "Asia/Kolkata", digestAt: 8 * 60)
        let due = try date("2026-11-24T02:30:00Z")
        for moment in ["2026-11-24T02:30:00Z", "2026-11-24T12:00:07Z", "2026-11-25T02:29:59Z"] {
            #expect(try habits.lastDigest(before: date(moment)) == due)
        }
        #expect(try habits.lastDigest(before: date("2026-11-25T02:30:00Z")) == due + 86400)
        #expect(NotificationHabits(digestAt: nil).lastDigest(before: due) == nil)
    }

    @Test("a moment is told by the reader's clock")
    func wallClock() throws {
        let moment = try date("2026-11-24T20:00:00Z")
        #expect(
            NotificationHabits(zone: "Asia/Kolkata").wallClock(moment) == "2026-11-25 01:30 (Asia/Kolkata)")
        #expect(
            NotificationHabits(zone: "America/Lima").wallClock(moment) == "2026-11-24 15:00 (America/Lima)")
        #expect(NotificationHabits().wallClock(moment) == "2026-11-24 20:00 (UTC)")
    }

    @Test(
        "habits name a zone and times that exist",
        arguments: [
            NotificationHabits(zone: "Oslo"), NotificationHabits(quietFrom: -1),
            NotificationHabits(quietUntil: 1440),
            NotificationHabits(digestAt: 1440),
        ])
    func rules(habits: NotificationHabits) {
        #expect(throws: Refusal.self) { try habits.check() }
        #expect(throws: Never.self) { try NotificationHabits(zone: "America/Lima").check() }
    }

    @Test("answers in one thread, and likes of one post, are one for the reader")
    func groups() throws {
        let (now, ada) = (try date("2026-11-24T12:00:00Z"), ActorID(1))
        func notification(_ id: Int64, _ kind: Domain.Notification.Kind, by actor: Int64, _ post: Int64?)
            -> Domain.Notification
        {
            Domain.Notification(
                id: NotificationID(id), person: ada, kind: kind, actor: ActorID(actor),
                post: post.map { PostID($0) },
                createdAt: now)
        }
        let page: [Domain.Notification] = [
            notification(9, .mention, by: 2, 21), notification(8, .like, by: 3, 5),
            notification(7, .mention, by: 4, 22),
            notification(6, .like, by: 2, 5), notification(5, .mention, by: 2, 30),
            notification(4, .like, by: 3, 6),
            notification(3, .follow, by: 4, nil), notification(2, .follow, by: 5, nil),
            notification(1, .followAsked, by: 6, nil),
        ]
        let threads: [PostID: PostID] = [
            PostID(21): PostID(20), PostID(22): PostID(20), PostID(30): PostID(30),
        ]
        let groups = NotificationGroup.fold(page, threads: threads)
        #expect(groups.map(\.count) == [2, 2, 1, 1, 2, 1])
        #expect(groups.map { $0.newest.id.raw } == [9, 8, 5, 4, 3, 1])
        #expect(groups[0].actors == [ActorID(2), ActorID(4)] && groups[0].oldest == NotificationID(7))
    }
}
