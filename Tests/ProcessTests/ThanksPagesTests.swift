import Testing

@Suite("Thanks over two real offices", .serialized)
struct ThanksPagesTests {
    @Test("thanks to a colleague elsewhere, by form and client, are shown and counted alike in both offices")
    func giving() async throws { try await playStory("giving", of: "thanks") }

    @Test("who was thanked hides it, a moderator removes it and the giver withdraws it, without scripts")
    func taking() async throws { try await playStory("taking", of: "thanks") }
}
