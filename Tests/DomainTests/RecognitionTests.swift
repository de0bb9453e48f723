import Domain
import Foundation
import Testing

@Suite("Recognition")
struct RecognitionTests {
    let ada = ActorID(1)
    let boris = ActorID(2)

    @Test("it names one to ten people", arguments: [0, 11])
    func numberOfRecipients(count: Int) {
        let recognition = Recognition(recipients: (0..<count).map { ActorID(Int64($0) + 5) }, value: "Craft")
        #expect(throws: Refusal.invalid(field: "Recipients", because: "must be one to 10 people")) {
            try recognition.check(by: ada)
        }
    }

    @Test("it never names its giver, nor anyone twice")
    func names() throws {
        #expect(throws: Refusal.notAllowed(because: "Nobody can thank themself")) {
            try Recognition(recipients: [boris, ada], value: "Craft").check(by: ada)
        }
        #expect(throws: Refusal.self) {
            try Recognition(recipients: [boris, boris], value: "Craft").check(by: ada)
        }
        try Recognition(recipients: [boris], value: "Craft", points: 1000, allowance: 0).check(by: ada)
    }

    @Test("points and allowances are bounded", arguments: [-1, 1001, Int.max, Int.min])
    func bounds(number: Int) {
        #expect(throws: Refusal.self) {
            try Recognition(recipients: [boris], value: "Craft", points: number).check(by: ada)
        }
        #expect(throws: Refusal.self) {
            try Recognition(recipients: [boris], value: "Craft", allowance: number).check(by: ada)
        }
    }

    @Test("what is left of the month may be spent, and not a point more")
    func spending() throws {
        try Recognition.checkSpending(40, spent: 60, allowance: 100)
        #expect(throws: Refusal.self) { try Recognition.checkSpending(41, spent: 60, allowance: 100) }
        #expect(throws: Refusal.self) { try Recognition.checkSpending(1, spent: 500, allowance: 100) }
    }

    @Test("a month is of the calendar, in UTC")
    func months() throws {
        let last = try Date("2027-01-31T23:59:59Z", strategy: .iso8601)
        #expect(Recognition.month(of: last) == "2027-01")
        #expect(Recognition.month(of: last + 1) == "2027-02")
    }

    @Test("books agree when each side received what the other gave")
    func ledgers() {
        var here = RecognitionLedger(node: "lima.example")
        var there = RecognitionLedger(node: "oslo.example")
        here.given = RecognitionTally(count: 2, points: 20)
        #expect(!here.agrees(with: there))
        there.received = here.given
        #expect(here.agrees(with: there) && (here.given - there.received) == RecognitionTally())
    }
}
