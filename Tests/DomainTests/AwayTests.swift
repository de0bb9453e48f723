import Domain
import Foundation
import Testing

@Suite("Being away")
struct AwayTests {
    let start = Date(timeIntervalSince1970: 1_800_000_000)
    let hour: Double = 3600
    let day: Double = 86400

    @Test("an absence begins with the last sign and ends with the next, an hour or more later")
    func absence() {
        var away = Away(seenAt: start)
        away.see(at: start + hour - 1)
        #expect(away == Away(seenAt: start + hour - 1))
        away.see(at: start + 3 * hour)
        #expect(away == Away(seenAt: start + 3 * hour, since: start + hour - 1, returnedAt: start + 3 * hour))
        #expect(!away.isNotable)
    }

    @Test("from a day on it is worth speaking of")
    func notable() {
        for (silence, isNotable) in [(day - 1, false), (day, true), (30 * day, true)] {
            var away = Away(seenAt: start)
            away.see(at: start + silence)
            #expect(away.isNotable == isNotable)
        }
        #expect(!Away(seenAt: start).isNotable)
    }

    @Test("what was not caught up with stays for a day, through breaks; what was does not")
    func stays() {
        let back = start + 3 * day
        var away = Away(seenAt: start)
        away.see(at: back)
        away.see(at: back + 2 * hour)
        #expect(away.since == start && away.returnedAt == back)
        var later = away
        later.see(at: back + day - 1)
        #expect(later.since == start)
        later.see(at: back + day + hour)
        #expect(later.since == back + day - 1 && later.returnedAt == back + day + hour)
        away.catchUp()
        #expect(away == Away(seenAt: back + 2 * hour))
        away.see(at: back + 4 * hour)
        #expect(away.since == back + 2 * hour)
    }

    @Test("signs are kept every ten minutes, and a clock that was set back changes nothing")
    func signs() {
        var away = Away(seenAt: start)
        #expect(
            !away.isNews(at: start + 599) && away.isNews(at: start + 600) && !away.isNews(at: start - day))
        away.see(at: start - day)
        #expect(away == Away(seenAt: start))
    }
}
