import Domain
import Foundation
import Testing

@Suite("Survey")
struct SurveyTests {
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    func survey(_ kinds: [Survey.Kind]) -> Survey {
        Survey(questions: kinds.map { Survey.Item("How is it?", $0) }, closesAt: now + 3600)
    }

    @Test("a survey has 1 to 20 questions, choices are 2 to 10, and it closes")
    func rules() throws {
        try survey([.scale, .choice(["A", "B"]), .text]).check(at: now)
        for kinds: [Survey.Kind] in [
            [], Array(repeating: .text, count: 21), [.choice(["A"])], [.choice(["A", "A"])],
            [.choice((0...10).map(String.init))],
        ] {
            #expect(throws: Refusal.self) { try survey(kinds).check(at: now) }
        }
        var blank = survey([.scale])
        blank.questions[0].text = " "
        #expect(throws: Refusal.self) { try blank.check(at: now) }
        #expect(throws: Refusal.self) { try survey([.scale]).check(at: now + 3600) }
    }

    @Test("an answer is of its question's kind and in its list")
    func answers() throws {
        let survey = survey([.scale, .choice(["A", "B"]), .text])
        try survey.check([0: .cell(4), 1: .cell(1), 2: .text("Fine")])
        let wrong: [[Int: Survey.Answer]] = [
            [:], [0: .cell(5)], [0: .cell(-1)], [1: .cell(2)], [3: .cell(0)], [0: .text("x")], [2: .cell(0)],
            [2: .text("")], [2: .text(String(repeating: "x", count: 2001))],
        ]
        for answers in wrong { #expect(throws: Refusal.self) { try survey.check(answers) } }
    }

    /// What is shown of one question whose cells are these.
    func shown(_ cells: [Int]) -> [Int?] {
        let count = cells.reduce(0, +)
        let tally = SurveyTally(
            respondents: count, items: [SurveyTally.Item(answered: count, cells: cells)])
        return tally.shown { $0 }.items[0].cells
    }

    @Test("no cell of one to four is shown, nor what would tell it by subtraction")
    func cells() {
        #expect(shown([4, 0]) == [nil, nil])
        #expect(shown([5, 0]) == [5, 0])
        #expect(shown([5, 5]) == [5, 5])
        #expect(shown([9, 1, 7]) == [9, nil, nil])
        #expect(shown([9, 3, 4]) == [9, nil, nil])
        #expect(shown([20, 1, 0]) == [nil, nil, 0])
    }

    /// What is shown of the same question when these are its cells now, after others were shown.
    func shown(_ cells: [Int], after earlier: [Int]) -> [Int?] {
        func tally(_ cells: [Int]) -> SurveyTally {
            let count = cells.reduce(0, +)
            return SurveyTally(
                respondents: count, items: [SurveyTally.Item(answered: count, cells: cells)])
        }
        return tally(cells).shown(after: tally(earlier).shown { $0 }) { $0 }.items[0].cells
    }

    @Test("a cell stays as it was shown until it is other by five, and so does what would tell it")
    func laterCells() {
        #expect(shown([6, 5, 5], after: [6, 5, 0]) == [6, 5, 5])
        #expect(shown([11, 10, 0], after: [6, 5, 0]) == [11, 10, 0])
        #expect(shown([10, 6, 0], after: [6, 5, 0]) == [6, 5, 0])
        // Ten for the first and one for the second: that one is told by nothing.
        #expect(shown([16, 6, 0], after: [6, 5, 0]) == [6, 5, 0])
        #expect(shown([14, 1, 7], after: [9, 1, 7]) == [14, nil, nil])
        #expect(shown([9, 6, 7], after: [9, 1, 7]) == [9, 6, 7])
        // What was not shown at all is shown as if for the first time.
        #expect(shown([9, 1, 7], after: [3, 0, 0]) == [9, nil, nil])
    }

    @Test("a question that one to four more have answered stays as it was shown, until it is five")
    func laterQuestions() {
        func tally(_ cells: [Int], texts: Int) -> SurveyTally {
            let count = cells.reduce(0, +)
            return SurveyTally(
                respondents: max(count, texts),
                items: [
                    SurveyTally.Item(answered: count, cells: cells),
                    SurveyTally.Item(
                        answered: texts, cells: [], texts: (0..<texts).map { "Text \($0)" }),
                ])
        }
        let first = tally([6, 5], texts: 5).shown { $0 }
        let second = tally([6, 10], texts: 6).shown(after: first) { $0 }
        #expect(second.respondents == 16 && second.items[0].cells == [6, 10])
        #expect(second.items[1] == first.items[1])
        let third = tally([6, 15], texts: 10).shown(after: second) { $0 }
        #expect(third.items[1].answered == 10 && third.items[1].texts.count == 10)
        // What another node tells is held to the same.
        #expect(tally([6, 6], texts: 6).withoutFew(after: first) == first)
        #expect(tally([6, 15], texts: 10).withoutFew(after: second) == third)
    }

    @Test("texts of fewer than five are not shown")
    func texts() {
        func shown(_ count: Int) -> [String] {
            let texts = (0..<count).map { "Text \($0)" }
            return SurveyTally(
                respondents: 9, items: [SurveyTally.Item(answered: count, cells: [], texts: texts)]
            ).shown { $0 }.items[0].texts
        }
        #expect(shown(4).isEmpty)
        #expect(shown(5).count == 5)
    }
}
