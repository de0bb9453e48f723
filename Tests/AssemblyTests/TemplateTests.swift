import Testing
@testable import WebUI

@Suite("Templates")
struct TemplateTests {
    @Test("every template is well formed")
    func wellFormed() throws { try Templates.check() }
}
