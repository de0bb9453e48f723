import Domain
import Foundation
import Testing

@Suite("Guidelines")
struct GuidelineTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    func guideline(_ text: String, version: Int = 1, change: String = "") -> Guideline {
        Guideline(version: version, text: text, content: "", change: change, publishedAt: date)
    }

    @Test(
        "a text says something and has an end",
        arguments: ["", " \n ", String(repeating: "x", count: 50_001)])
    func text(text: String) {
        #expect(throws: Refusal.self) { try guideline(text).check() }
        #expect(throws: Never.self) { try guideline(String(repeating: "x", count: 50_000)).check() }
        #expect(throws: Refusal.self) {
            try guideline("x", change: String(repeating: "x", count: 1001)).check()
        }
    }

    @Test("the version in force is accepted, and no other", arguments: [-1, 0, 1, 3, Int.max])
    func accepting(version: Int) {
        let current = guideline("x", version: 2)
        #expect(throws: Refusal.self) { try Guideline.check(accepting: version, current: current) }
        #expect(throws: Refusal.notFound("Record")) { try Guideline.check(accepting: version, current: nil) }
        #expect(throws: Never.self) { try Guideline.check(accepting: 2, current: current) }
    }

    @Test("items of lists are rules, and nothing else is")
    func rules() {
        let text = """
            Be kind.
            - No customer data
              * Not before the *announcement*
            12. Ask first
            1.5 people is no rule
            -not this
            . nor this
            -
            """
        #expect(
            guideline(text).rules == ["No customer data", "Not before the *announcement*", "Ask first"])
        let many = String(repeating: "- x\n", count: 60)
        #expect(guideline(many).rules.count == Guideline.ruleLimit)
    }
}
