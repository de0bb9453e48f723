import Domain
import Foundation
import Testing

@Suite("Poll")
struct PollTests {
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    func poll(_ options: [String], for seconds: Double? = nil) -> Poll {
        Poll(options: options.map { Poll.Option($0) }, closesAt: seconds.map { now + $0 })
    }

    @Test("a poll offers 2 to 20 answers, none of them blank, long, invisible or twice")
    func options() throws {
        let long = String(repeating: "x", count: 201)
        for options in [
            [], ["A"], (0...20).map(String.init), ["A", " "], ["A", "A"], ["A", long], ["A", "A\u{202e}"],
        ] {
            #expect(throws: Refusal.self) { try poll(options).check(at: now) }
        }
        try poll(["A", "B"]).check(at: now)
        try poll((1...20).map { "Answer \($0)" }).check(at: now)
        try poll(["A", String(repeating: "x", count: 200)]).check(at: now)
    }

    @Test("it is open for five minutes to a year, or for ever", arguments: [0, 298, 31_536_002, -5])
    func duration(seconds: Double) throws {
        #expect(throws: Refusal.self) { try poll(["A", "B"], for: seconds).check(at: now) }
        for seconds: Double? in [nil, 300, 31_536_000] { try poll(["A", "B"], for: seconds).check(at: now) }
    }

    @Test("one is chosen, or several different ones where that is asked")
    func choices() throws {
        var poll = poll(["A", "B"])
        try poll.check([1])
        for choices in [[], [2], [-1], [0, 1], [0, 0]] {
            #expect(throws: Refusal.self) { try poll.check(choices) }
        }
        poll.isMultiple = true
        try poll.check([0, 1])
        #expect(throws: Refusal.self) { try poll.check([0, 0]) }
    }

    @Test("hidden totals are for those who voted, and for all once it is over")
    func hidden() {
        var poll = poll(["A", "B"], for: 300)
        #expect(poll.showsTotals(to: nil, at: now))
        poll.hidesTotals = true
        #expect(!poll.showsTotals(to: nil, at: now))
        #expect(poll.showsTotals(to: Ballot(), at: now))
        #expect(poll.showsTotals(to: nil, at: now + 300))
    }

    @Test("a tally adds up and never shrinks")
    func tallies() {
        var poll = poll(["A", "B"])
        #expect(Tally(voters: 3, votes: [1, 2]).fits(poll))
        for tally in [
            Tally(voters: 3, votes: [1, 1]), Tally(voters: 3, votes: [4, -1]), Tally(voters: 1, votes: [1]),
            Tally(voters: Int.max, votes: [Int.max, 0]),
        ] {
            #expect(!tally.fits(poll))
        }
        poll.isMultiple = true
        #expect(Tally(voters: 3, votes: [3, 2]).fits(poll))
        #expect(!Tally(voters: 3, votes: [4, 0]).fits(poll))
        #expect(!Tally(voters: 3, votes: [1, 1]).fits(poll))
        #expect(Tally(voters: 3, votes: [2, 1]).mayFollow(Tally(voters: 2, votes: [1, 1])))
        #expect(!Tally(voters: 3, votes: [0, 3]).mayFollow(Tally(voters: 2, votes: [1, 1])))
    }
}
