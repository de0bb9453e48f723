import Testing

@Suite("Guidelines, knowledge and being away on a real node", .serialized)
struct GuidePagesTests {
    @Test("nobody writes, by page or client, before they have accepted the guidelines")
    func guidelines() async throws { try await playStory("guidelines", of: "guide") }
}
