import Testing

@Suite("Search in two real offices", .serialized)
struct FindingPagesTests {
    @Test("operators narrow a search alike on the page and for clients, with honest counts, in both offices")
    func operators() async throws { try await playStory("operators", of: "finding") }

    @Test("what is for others is neither found nor counted; groups and people stand in parts of their own")
    func sight() async throws { try await playStory("sight", of: "finding") }
}
