import Domain
import Foundation
@testable import Storage
import Support
import Testing

/// What other nodes report, and what calendars read, on every engine.
@Suite("Announcements and gatherings")
struct AnnouncementsTests {
    let post = PostID(3)
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    func progress(_ sequence: Int64, _ acknowledged: Int) -> AnnouncementProgress {
        AnnouncementProgress(
            node: Cast.lima, sequence: sequence, targeted: 9, reached: 9, acknowledged: acknowledged,
            units: [.init(name: "Sales", targeted: 6, acknowledged: min(6, acknowledged))])
    }

    @Test("a newer report replaces an older one, whichever comes first", arguments: Engine.atHand)
    func order(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { (transaction: Transaction) throws in
            #expect(try transaction.save(progress(2, 4), of: post))
            #expect(try !transaction.save(progress(1, 3), of: post))
            #expect(try !transaction.save(progress(2, 9), of: post))
            #expect(try transaction.reportedProgress(of: post) == [progress(2, 4)])
            #expect(try transaction.save(progress(7, 5), of: post))
            #expect(try transaction.reportedProgress(of: post) == [progress(7, 5)])
        }
    }

    @Test("changes are numbered upwards, also with a clock that stands", arguments: Engine.atHand)
    func numbering(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { (transaction: Transaction) throws in
            try transaction.insert(Announcement(title: "x", dueAt: date), of: post)
            let first = try transaction.countChange(of: post, at: date)
            let second = try transaction.countChange(of: post, at: date)
            let third = try transaction.countChange(of: post, at: date + 60)
            let fourth = try transaction.countChange(of: post, at: date)
            #expect(first == 1_800_000_000_000 && second == first + 1)
            #expect(third == first + 60_000 && fourth == third + 1)
        }
    }

    @Test("an acknowledgement is kept once, and outlives the announcement", arguments: Engine.atHand)
    func acknowledgement(engine: Engine) async throws {
        let store = try TestStore(engine)
        let ada = ActorID(1)
        try await store.write { (transaction: Transaction) throws in
            try transaction.insert(Announcement(title: "x", dueAt: date), of: post)
            try transaction.insert(
                AnnouncementReader(person: ada, unit: "Sales", broughtAt: date, nextReminderAt: date),
                of: post)
            #expect(try transaction.mustRead(by: ada) == [post])
            #expect(try transaction.dueReminders(at: date).count == 1)
            #expect(try transaction.acknowledge(post, by: ada, at: date))
            #expect(try !transaction.acknowledge(post, by: ada, at: date + 60))
            #expect(try transaction.mustRead(by: ada).isEmpty)
            #expect(try transaction.dueReminders(at: date).isEmpty)
            try transaction.deleteAnnouncement(of: post)
            #expect(try transaction.announcementReader(ada, of: post)?.acknowledgedAt == date)
        }
    }

    @Test("nothing is read of an empty database", arguments: Engine.atHand)
    func reads(engine: Engine) async throws {
        let store = try TestStore(engine)
        let ada = ActorID(1)
        try await store.read { (transaction: Transaction) throws in
            #expect(try transaction.announcements(for: ada, Page(before: 9, since: 1)).isEmpty)
            #expect(try transaction.announcements(for: ada, Page(after: 1)).isEmpty)
            #expect(try transaction.targets(of: Announcement(title: "x")).isEmpty)
            #expect(try transaction.missingReaders(of: post).isEmpty)
            #expect(try transaction.expiredAnnouncements(at: date).isEmpty)
            #expect(try transaction.announcementsCounting(ada).isEmpty)
            #expect(try transaction.acknowledgers(of: post, includesOwn: true).isEmpty)
            #expect(try transaction.upcoming(for: ada, at: date).isEmpty)
            #expect(try transaction.upcoming(for: ada, at: date, isMine: true, after: post).isEmpty)
            #expect(try transaction.calendar(of: ada, since: date).isEmpty)
            #expect(try transaction.localAttendees(of: post).isEmpty)
            #expect(try transaction.dueAttendances(at: date).isEmpty)
            #expect(try transaction.personOfCalendar(hash: [1]) == nil)
        }
    }

    @Test("whoever asks anew stands behind all who asked before", arguments: Engine.atHand)
    func positions(engine: Engine) async throws {
        let store = try TestStore(engine)
        @Sendable func uri(_ number: Int) throws -> ObjectURI { try theURI("https://\(Cast.oslo)/\(number)") }
        try await store.write { (transaction: Transaction) throws in
            for number in 1...3 {
                try transaction.save(
                    Attendance(actor: ActorID(Int64(number)), state: .waiting, uri: uri(number)), of: post,
                    reminderAt: nil)
            }
            // The same wish keeps its place, another does not.
            try transaction.save(
                Attendance(actor: ActorID(2), state: .waiting, uri: uri(2)), of: post, reminderAt: nil)
            try transaction.save(
                Attendance(actor: ActorID(1), state: .waiting, uri: uri(9)), of: post, reminderAt: nil)
            let order = try transaction.attendances(to: post, in: .waiting).map(\.actor.raw)
            #expect(order == [2, 3, 1])
        }
    }
}
