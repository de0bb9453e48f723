import Domain
import Foundation
import Testing

@Suite("Announcement")
struct AnnouncementTests {
    typealias Unit = AnnouncementProgress.Unit

    @Test("a target narrows by every word it has, in any case")
    func target() {
        var work = WorkProfile()
        work.department = "Sales"
        work.office = "Lima"
        typealias Target = Announcement.Target
        #expect(Target().includes(work, reads: nil))
        #expect(Target(unit: "sales", office: "LIMA").includes(work, reads: "en"))
        #expect(!Target(unit: "sales", office: "Oslo").includes(work, reads: "en"))
        #expect(!Target(unit: "Sale").includes(work, reads: nil))
        #expect(Target(language: "es").includes(work, reads: "es-PE"))
        #expect(!Target(language: "es").includes(work, reads: "et"))
        // Who chose no language is not left out.
        #expect(Target(language: "es").includes(work, reads: nil))
    }

    @Test(
        "small units are not told, and cannot be found by subtraction",
        arguments: [
            ([3, 8, 9], [9]), ([2, 4, 9], [9]), ([5, 6], [5, 6]), ([4], []), ([1, 5], []), ([4, 4, 5], [5]),
            ([], []), ([0, 7], [7]),
        ])
    func suppression(sizes: [Int], shown: [Int]) {
        let units = sizes.enumerated().map {
            Unit(name: "u\($0.offset)", targeted: $0.element, acknowledged: 0)
        }
        let told = AnnouncementProgress.shown(units)
        #expect(told.map(\.targeted).sorted() == shown)
        let hidden = sizes.reduce(0, +) - told.reduce(0) { $0 + $1.targeted }
        #expect(hidden == 0 || hidden >= AnnouncementProgress.smallestUnit || told.isEmpty)
    }

    @Test(
        "totals that contradict each other are refused",
        arguments: [(5, 6, 0), (5, 4, 5), (-1, -1, -1), (20_000_000, 1, 1)])
    func contradictions(targeted: Int, reached: Int, acknowledged: Int) {
        let progress = AnnouncementProgress(
            node: "x", sequence: 1, targeted: targeted, reached: reached, acknowledged: acknowledged)
        #expect(throws: Refusal.self) { try progress.check() }
    }

    @Test("the first reminder is a day before the date, or at it")
    func reminder() {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(
            Announcement(title: "x", dueAt: now + 3 * 86400).firstReminder(after: now) == now + 2 * 86400)
        #expect(Announcement(title: "x", dueAt: now + 3600).firstReminder(after: now) == now + 3600)
        #expect(Announcement(title: "x").firstReminder(after: now) == nil)
    }

    @Test("those who attend are reminded a day before, then an hour before")
    func gathering() {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        func next(_ seconds: Double) -> Double? {
            Gathering(title: "x", startsAt: now + seconds).nextReminder(after: now).map {
                (now + seconds).timeIntervalSince($0)
            }
        }
        #expect(next(90_000) == 86400 && next(86_400) == 3600 && next(3600) == nil)
    }
}
