import Testing

@Suite("Polls and surveys over two real offices", .serialized)
struct VotesPagesTests {
    @Test("totals are hidden until one has voted or it ends, a vote stands, and after the end there is none")
    func polls() async throws { try await playStory("polls", of: "votes") }

    @Test("several are chosen, and nobody can tell who chose what in an anonymous poll")
    func choices() async throws { try await playStory("choices", of: "votes") }

    @Test("of five people of two offices a survey shows what may be shown, of four nothing")
    func surveys() async throws { try await playStory("surveys", of: "votes") }

    @Test("what bears no name goes to no office that the directory does not list")
    func outsiders() async throws { try await playStory("outsiders", of: "votes") }
}
