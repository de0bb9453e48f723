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

    /// When letters come, by the reader's clock, to whoever chose some habits and, at a moment, others. They are looked for
    /// every minute; the last one before was at `start`.
    func letters(
        _ first: NotificationHabits, _ other: NotificationHabits, from turn: Date, since start: Date,
        until end: Date
    ) -> [String] {
        var (now, last, found) = (start, start, [String]())
        while now < end {
            let habits = now < turn ? first : other
            if let due = habits.dueDigest(at: now, last: last, joined: start) {
                found.append(String(habits.wallClock(now).dropFirst(8).prefix(8)))
                last = due
            }
            now += 60
        }
        return found
    }

    @Test(
        "a letter comes once a day at the hour that was chosen, also when clocks are changed",
        arguments: [
            (480, "2026-10-23T20:00:00Z", ["24 08:00", "25 08:00", "26 08:00", "27 08:00"]),
            (480, "2027-03-26T20:00:00Z", ["27 08:00", "28 08:00", "29 08:00", "30 08:00"]),
            // What the clock shows twice, and what it leaves out.
            (150, "2026-10-23T20:00:00Z", ["24 02:30", "25 02:30", "26 02:30", "27 02:30"]),
            (150, "2027-03-26T20:00:00Z", ["27 02:30", "28 03:30", "29 02:30", "30 02:30"]),
            (1439, "2026-10-23T20:00:00Z", ["24 23:59", "25 23:59", "26 23:59", "27 23:59"]),
            (0, "2027-03-26T20:00:00Z", ["27 00:00", "28 00:00", "29 00:00", "30 00:00"]),
        ])
    func clockChange(digestAt: Int, from: String, expected: [String]) throws {
        let (habits, start) = (NotificationHabits(zone: "Europe/Oslo", digestAt: digestAt), try date(from))
        let found = letters(habits, habits, from: start, since: start, until: start + 5 * 86400)
        #expect(Array(found.prefix(4)) == expected)
    }

    @Test(
        "it comes at another hour, or by another clock, from when that is chosen, and once a day all the same",
        arguments: [
            // Later on a day that had its letter, before and after the new hour.
            (480, 1080, "UTC", 33, ["20 08:00", "21 18:00", "22 18:00"]),
            (480, 1080, "UTC", 44, ["20 08:00", "21 18:00", "22 18:00"]),
            // On a day that had none yet.
            (480, 1080, "UTC", 31, ["20 18:00", "21 18:00", "22 18:00"]),
            // Earlier: the hour that is over brings none.
            (1080, 480, "UTC", 58, ["20 18:00", "22 08:00"]),
            (1080, 480, "UTC", 44, ["20 18:00", "21 08:00", "22 08:00"]),
            // Five hours behind, and five and a half ahead.
            (480, 480, "America/Lima", 33, ["20 08:00", "21 08:00", "22 08:00"]),
            (480, 480, "Asia/Kolkata", 33, ["20 08:00", "21 08:00", "22 08:00"]),
        ])
    func otherHour(first: Int, second: Int, zone: String, hours: Int, expected: [String]) throws {
        let start = try date("2026-11-19T00:00:00Z")
        let turn = start + Double(hours) * 3600
        var other = NotificationHabits(zone: zone, digestAt: second)
        other.digestSince = turn
        let found = letters(
            NotificationHabits(digestAt: first), other, from: turn, since: start, until: start + 4 * 86400)
        #expect(found == expected)
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
        #expect(groups[0].examples.map(\.id.raw) == [9, 7] && groups[1].examples.map(\.id.raw) == [8])
        // What is left out is older than everything that is kept.
        let few = NotificationGroup.fold(page, threads: threads, limit: 2)
        #expect(few.map(\.count) == [2, 2] && few.map(\.oldest.raw).min() == 6)
        let one = NotificationGroup.fold(page, threads: threads, limit: 1)
        #expect(one.map(\.count) == [1] && one.map(\.oldest.raw) == [9])
    }
}
