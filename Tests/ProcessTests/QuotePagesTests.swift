import Testing

@Suite("Quotes on real nodes", .serialized)
struct QuotePagesTests {
    @Test("quoting, and taking one's own post out of a quote, need no script")
    func pages() async throws { try await playStory("pages", of: "quotes") }

    @Test("a client quotes, is asked for consent, lists and revokes, in one office and across two")
    func client() async throws { try await playStory("client", of: "quotes") }
}
