import Testing

@Suite("Leaderboards on a real node", .serialized)
struct LeaderboardPagesTests {
    @Test(
        "boards, badges, milestones and challenges are read and chosen without scripts, and switched off by a setting"
    )
    func pages() async throws { try await playStory("pages", of: "leaderboards") }

    @Test("a colleague of another office stands on the board with her own office's points until she opts out")
    func offices() async throws { try await playStory("offices", of: "leaderboards") }
}
