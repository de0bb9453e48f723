import Testing

@Suite("Questions on a real node", .serialized)
struct QuestionPagesTests {
    @Test("asking, answering and accepting need no script")
    func pages() async throws { try await playStory("pages", of: "questions") }

    @Test("a client asks, votes, accepts and finds what is like it")
    func client() async throws { try await playStory("client", of: "questions") }
}
