import Testing
@testable import WebUI

@Suite("Templates")
struct TemplateTests {
    @Test("every template is well formed")
    func wellFormed() throws { try Templates.check() }

    @Test("what was typed ends no attribute, whatever marks it is written with")
    func escapes() {
        let page = Templates().render(
            "new_question", ["title": "Why\"\u{301} autofocus x=\"", "here": "/'\u{308}<b>"])
        let bytes = Array(page.utf8)
        #expect(page.contains("Why&quot;\u{301} autofocus x=&quot;"), "\(page.prefix(3000))")
        for typed in ["\"\u{301}", "'\u{308}"] {
            #expect(bytes.firstRange(of: Array(typed.utf8)) == nil)
        }
    }
}
