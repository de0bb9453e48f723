import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ada writes in Oslo; Carmen in Lima and people elsewhere give it an emoji.
@Suite("Reactions travel")
struct ReactionJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (
        oslo: TestNode, lima: TestNode, ada: Actor, carmen: Actor, post: Post, copy: PostID
    ) {
        let (oslo, lima, ada, carmen) = try await twoOffices()
        let post = try await oslo.post("We won", by: ada, for: .anyone)
        try await settle([oslo, lima])
        return (oslo, lima, ada, carmen, post, try await id(post, on: lima))
    }

    func react(_ node: TestNode) -> React { React(needs: node.needs, emoji: Reaction.usual) }

    func tallies(_ post: PostID, on node: TestNode, for person: ActorID) async throws -> [Reaction.Tally] {
        try await node.store.read { try $0.reactions(of: [post], for: person)[post] ?? [] }
    }

    @Test(
        "one of each kind from each person, beside the like, and taken back one by one",
        arguments: [false, true])
    func travel(restarts: Bool) async throws {
        let stage = try await stage()
        func settleAll() async throws {
            try await settle([stage.oslo, stage.lima]) { if restarts { $0.restart() } }
        }
        for emoji in ["🎉", "❤️", "🎉", "❤"] {
            _ = try await react(stage.lima).react(emoji, to: stage.copy, by: stage.carmen.id)
        }
        _ = try await react(stage.oslo).react("🎉", to: stage.post.id, by: stage.ada.id)
        _ = try await LikePost(needs: stage.lima.needs).like(stage.copy, by: stage.carmen.id)
        try await settleAll()
        let given = try await tallies(stage.post.id, on: stage.oslo, for: stage.ada.id)
        #expect(
            given == [
                Reaction.Tally(emoji: "🎉", count: 2, isMine: true),
                Reaction.Tally(emoji: "❤", count: 1, isMine: false),
            ])
        #expect(try await stage.oslo.store.read { try $0.post(stage.post.id)?.counts.likes } == 1)
        let kinds = try await stage.oslo.store.read {
            try $0.notifications(of: stage.ada.id, Page(limit: 40)).map(\.kind)
        }
        #expect(kinds.filter { $0 == .reaction }.count == 1 && kinds.filter { $0 == .like }.count == 1)
        let who = try await stage.oslo.store.read { transaction in
            try transaction.actors(transaction.reactors("❤️", of: stage.post.id)).map(\.uri)
        }
        #expect(who == [stage.carmen.uri])

        _ = try await react(stage.lima).unreact("🎉", to: stage.copy, by: stage.carmen.id)
        _ = try await LikePost(needs: stage.lima.needs).unlike(stage.copy, by: stage.carmen.id)
        try await settleAll()
        let left = try await tallies(stage.post.id, on: stage.oslo, for: stage.ada.id)
        #expect(left.map(\.emoji) == ["🎉", "❤"] || left.map(\.emoji) == ["❤", "🎉"])
        #expect(left.allSatisfy { $0.count == 1 })
        #expect(try await stage.oslo.store.read { try $0.post(stage.post.id)?.counts.likes } == 0)
        // Everything that was sent to Oslo is sent again.
        for request in network.sent where request.method == "POST" && request.url.authority == Cast.oslo {
            _ = try await network.send(request)
        }
        try await settleAll()
        #expect(try await tallies(stage.post.id, on: stage.oslo, for: stage.ada.id) == left)
    }

    @Test("an EmojiReact of other software counts once, also under another id, and only its giver ends it")
    func strangers() async throws {
        let stage = try await stage()
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let walt = try Stranger("https://bad.example/users/walt", on: network, clock: clock)
        let target = JSONValue.string(stage.post.uri.string)
        let first = vera.activity("EmojiReact", target, id: "1", more: [("content", "💡")])
        try await vera.send(first, to: stage.oslo)
        try await vera.send(
            vera.activity("EmojiReact", target, id: "2", more: [("content", "💡")]), to: stage.oslo)
        try await vera.send(vera.activity("Like", target, id: "3", more: [("content", "x")]), to: stage.oslo)
        func now() async throws -> [Reaction.Tally] {
            try await tallies(stage.post.id, on: stage.oslo, for: stage.ada.id)
        }
        #expect(try await now() == [Reaction.Tally(emoji: "💡", count: 1, isMine: false)])
        #expect(try await stage.oslo.store.read { try $0.post(stage.post.id)?.counts.likes } == 1)
        try await walt.send(walt.activity("Undo", first), to: stage.oslo)
        #expect(try await now().count == 1)
        try await vera.send(vera.activity("Undo", first), to: stage.oslo)
        #expect(try await now().isEmpty)
        #expect(try await stage.oslo.store.read { try $0.post(stage.post.id)?.counts.likes } == 1)
    }

    @Test(
        "an emoji that the node does not offer, too many, or for what cannot be seen: refused, nothing changed"
    )
    func refused() async throws {
        let stage = try await stage()
        await #expect(throws: Refusal.invalid(field: "Emoji", because: "is not one of 👍 ❤️ 🎉 💡 😂")) {
            try await react(stage.oslo).react("💩", to: stage.post.id, by: stage.ada.id)
        }
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let target = JSONValue.string(stage.post.uri.string)
        for emoji in ["😀", "😁", "😃", "😄", "😅", "😆", "😇", "😈", "😉", "😊", "😋", "😌"] {
            try await vera.send(
                vera.activity("EmojiReact", target, more: [("content", .string(emoji))]), to: stage.oslo)
        }
        #expect(
            try await tallies(stage.post.id, on: stage.oslo, for: stage.ada.id).count == Reaction.limit)
        let secret = try await stage.oslo.post("Quiet", by: stage.ada, for: .node)
        try await vera.send(
            vera.activity("EmojiReact", .string(secret.uri.string), more: [("content", "🎉")]), to: stage.oslo)
        #expect(try await tallies(secret.id, on: stage.oslo, for: stage.ada.id).isEmpty)
    }

    @Test(
        "what is an emoji",
        arguments: [
            ("👍", true), ("❤️", true), ("❤", true), ("👩‍🚀", true), ("🇳🇴", true), ("a", false), ("1", false),
            ("#", false),
            ("👍👍", false), ("", false), (":blob:", false),
        ])
    func emoji(text: String, isOne: Bool) { #expect(Reaction.isEmoji(text) == isOne) }
}
