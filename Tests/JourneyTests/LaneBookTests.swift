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
        // For each node that is looked past as a whole, another signer is alone.
        #expect(passed == LaneBook.mostPassed + LaneBook.mostNodes && turns.last == .full)
        #expect(book.nodes.count == LaneBook.mostNodes)
        // Each end makes room for one, by turns for one of a node that was looked past and for whoever waits longest.
        for number: Int64 in 1...16 { book.end(ActorID(number)) }
        #expect(book.signers.count == LaneBook.mostPassed - 8 && book.nodes.count == LaneBook.mostNodes - 8)
        let isAgain = book.lookAgain()
        #expect(isAgain && book.signers.isEmpty && book.nodes.isEmpty)
    }

    @Test("of a node of which very many wait the rest is looked past as a whole until they had their turn")
    func wholeNode() {
        var book = LaneBook()
        let turns = start(1...1200, of: "slow.example", in: &book)
        let (started, passed) = (count(.started, turns), count(.passed, turns))
        // The one by whom it is noted is counted too.
        #expect(started == LaneBook.lanesPerNode && passed == LaneBook.mostPassedPerNode + 1)
        #expect(book.nodes == ["slow.example"])
        let others = start(2001...2011, in: &book)
        let (othersStarted, othersPassed) = (count(.started, others), count(.passed, others))
        #expect(othersStarted == 8 && othersPassed == 3)
        var again: [LaneBook.Turn] = []
        for number: Int64 in 9...508 {
            book.end(ActorID(number - 8))
            again.append(book.start(ActorID(number), of: "slow.example"))
        }
        let isStarted = again.allSatisfy { $0 == .started }
        #expect(isStarted && book.nodes == ["slow.example"])
        book.end(ActorID(501))
        #expect(book.nodes.isEmpty && book.signers.count == 15 + 3)
    }

    @Test("where there is no room for more, it is taken from the node of which most wait")
    func largest() {
        var book = LaneBook()
        _ = start(1...300, of: "some.example", in: &book)
        _ = start(301...700, of: "most.example", in: &book)
        let others = start(1001...1400, in: &book)
        #expect(count(.passed, others) == 400 && book.nodes == ["most.example"])
        let kept: Set<ActorID> = [ActorID(9), ActorID(300), ActorID(1001), ActorID(1400)]
        #expect(kept.isSubset(of: book.signers) && !book.signers.contains(ActorID(700)))
    }

    @Test("a node that made room waits for no flood of others")
    func evicted() {
        var book = LaneBook()
        _ = start(1...308, of: "y.example", in: &book)
        _ = start(10_001...10_298, of: "z.example", in: &book)
        _ = start(20_001...20_400, of: "x.example", in: &book)
        _ = start(30_001...30_011, in: &book)
        #expect(book.nodes.contains("x.example"))
        // There is always somebody of the others who comes first.
        for number: Int64 in 1...4 {
            book.end(ActorID(number))
            _ = start(number + 8...number + 8, of: "y.example", in: &book)
        }
        #expect(!book.nodes.contains("x.example"))
    }
}
