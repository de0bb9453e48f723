import Domain
import Foundation
import Testing

@Suite("Leaderboard")
struct LeaderboardTests {
    let ada = ActorID(1)
    let boris = ActorID(2)
    /// 2027-01-15.
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    var today: Int { Standing.day(of: now) }

    func merits(_ lines: [(giver: Int64, daysAgo: Int, points: Int)]) -> [Merit] {
        lines.map {
            Merit(person: ada, giver: ActorID($0.giver), day: today - $0.daysAgo, points: $0.points)
        }
    }

    @Test("one giver brings ten points a day at most, all givers together thirty")
    func dayLimits() {
        #expect(Standing.count(merits([(9, 0, 400)]), at: now).first?.month == 10)
        #expect(Standing.count(merits([(9, 0, 4), (9, 0, 4), (9, 0, 4)]), at: now).first?.month == 10)
        let crowd = merits((10..<60).map { ($0, 0, 7) })
        #expect(Standing.count(crowd, at: now) == [Standing(person: ada, month: 30, total: 30)])
        #expect(Standing.count(crowd.shuffled(), at: now) == Standing.count(crowd, at: now))
    }

    @Test("two who thank each other every day bring twenty points a month, and each month anew")
    func monthLimit() {
        let daily = merits((0..<15).map { (9, $0, 10) })
        #expect(Standing.count(daily, at: now) == [Standing(person: ada, month: 20, total: 20)])
        // The 31st of December is fifteen days before.
        let earlier = merits((0..<40).map { (9, $0, 10) })
        #expect(Standing.count(earlier, at: now) == [Standing(person: ada, month: 20, total: 40)])
    }

    @Test("points stay when nothing comes any more, and what is of tomorrow does not count yet")
    func absence() {
        let old = merits([(9, 400, 5)])
        #expect(Standing.count(old, at: now) == [Standing(person: ada, month: 0, total: 5)])
        #expect(Standing.count(merits([(9, -1, 5)]), at: now).isEmpty)
    }

    @Test("equals have one rank, nobody without points has any, and at most half of a team is shown")
    func ranks() throws {
        let team = Leaderboard.Team.department("Research")
        func board(_ points: [Int]) -> [String]? {
            Leaderboard(
                team, .all, points: points.enumerated().map { (ActorID(Int64($0.offset) + 1), $0.element) })?
                .lines.map { "\($0.rank) \($0.person.raw) \($0.points)" }
        }
        #expect(board([9, 9, 9, 9]) == nil)
        #expect(board([0, 0, 0, 0, 0])?.isEmpty == true)
        #expect(board([1, 2, 3, 4, 5]) == ["1 5 5", "2 4 4"])
        #expect(board([3, 7, 7, 0, 0, 0, 1, 0]) == ["1 2 7", "1 3 7", "3 1 3", "4 7 1"])
        #expect(board(Array(repeating: 2, count: 100))?.count == 10)
    }
}

@Suite("Badge")
struct BadgeTests {
    @Test("five accepted answers are a badge only when three people asked")
    func answers() {
        var evidence = Badge.Evidence()
        #expect(Badge.earned(by: evidence, values: ["Care", "Craft"]).isEmpty)
        (evidence.acceptedAnswers, evidence.askers) = (50, 2)
        #expect(Badge.earned(by: evidence, values: []) == [.answer])
        (evidence.acceptedAnswers, evidence.askers) = (5, 3)
        #expect(Badge.earned(by: evidence, values: []) == [.answer, .answers])
    }

    @Test("for every value, from three offices, as a newcomer")
    func others() {
        var evidence = Badge.Evidence()
        evidence.values = ["Care", "Craft", "Old"]
        #expect(Badge.earned(by: evidence, values: ["Care", "Craft"]) == [.values])
        #expect(Badge.earned(by: evidence, values: ["Care", "Craft", "Courage"]).isEmpty)
        (evidence.values, evidence.offices, evidence.wasWelcomed) = ([], 3, true)
        #expect(Badge.earned(by: evidence, values: []) == [.offices, .welcome])
    }
}
