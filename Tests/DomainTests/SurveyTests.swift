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
