import Testing

@Suite("Guidelines, knowledge and being away on a real node", .serialized)
struct GuidePagesTests {
    @Test("nobody writes, by page or client, before they have accepted the guidelines")
    func guidelines() async throws { try await playStory("guidelines", of: "guide") }

    @Test("an article is promoted, marked, handed over and taken out, by page and client")
    func knowledge() async throws { try await playStory("knowledge", of: "guide") }

    @Test("who comes back is shown what they missed, and can say that they have caught up")
    func away() async throws { try await playStory("away", of: "guide") }
}
