import Domain
@testable import Federation
import Testing

@Suite("Lanes of the inbox")
struct LaneBookTests {
    /// Signers by number, of a node each unless they are of the same.
    func start(
        _ numbers: ClosedRange<Int64>, of host: String? = nil, in book: inout LaneBook
    ) -> [LaneBook.Turn] {
        numbers.map { book.start(ActorID($0), of: host ?? "\($0).example") }
    }

    func count(_ turn: LaneBook.Turn, _ turns: [LaneBook.Turn]) -> Int { turns.count { $0 == turn } }

    @Test("when all lanes are taken the others are looked past, and whoever waits longest is next")
    func turns() {
        var book = LaneBook()
        let (first, next) = (start(1...16, in: &book), start(17...18, in: &book))
        #expect(count(.started, first) == 16 && next == [.passed, .passed])
        let all: [Int64] = Array(1...18)
        #expect(Set(book.signers) == Set(all.map { ActorID($0) }))
        let isAgain = book.lookAgain()
        #expect(!isAgain)
        book.end(ActorID(3))
        let others: [Int64] = (1...18).filter { $0 != 3 && $0 != 17 }
        #expect(Set(book.signers) == Set(others.map { ActorID($0) }))
        let turn = book.start(ActorID(17), of: "17.example")
        #expect(turn == .started)
    }

    @Test("the people of one node take half of the lanes, and no more")
    func oneNode() {
        var book = LaneBook()
        let turns = start(1...200, of: "slow.example", in: &book)
        let (started, passed) = (count(.started, turns), count(.passed, turns))
        #expect(started == LaneBook.lanesPerNode && passed == 192)
        let other = book.start(ActorID(300), of: "other.example")
        #expect(other == .started)
        // Nobody of that node, who would only wait again.
        book.end(ActorID(300))
        let isAgain = book.lookAgain()
        #expect(book.signers.count == 200 && !isAgain)
    }

    @Test("who is looked past is bounded, and forgotten where nothing else is due and a lane is free")
    func bounds() {
        var book = LaneBook()
        let turns = start(1...2000, in: &book)
        let passed = count(.passed, turns)
        #expect(passed == LaneBook.mostPassed && turns.last == .full)
        // Each end makes room for one.
        for number: Int64 in 1...16 { book.end(ActorID(number)) }
        #expect(book.signers.count == LaneBook.mostPassed - 16)
        let isAgain = book.lookAgain()
        #expect(isAgain && book.signers.isEmpty)
    }
}
