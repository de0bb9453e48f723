import Domain
import Social
import Storage
import Support
import Testing

/// What is written for a group and kept for later.
@Suite("Groups: drafts")
struct GroupDraftTests {
    @Test("an answer in a group's thread that is made a post of its own stays in the group")
    func unanswering() async throws {
        let stage = try await GroupStage(.secret)
        let question = try await stage.post("Which loom?", by: stage.ada, on: stage.oslo)
        let door = try FrontDoor(stage.oslo)
        let ada = try await door.signIn(stage.ada)
        let written = Draft(text: "The old one", replyTo: question.id)
        let draft = KeptDraft(
            written, id: stage.oslo.needs.ids.next(), by: stage.ada.id, at: stage.clock.now)
        let verb = KeepDraft(needs: stage.oslo.needs, publish: stage.oslo.publish)
        let kept = try await verb.keep(draft)
        let done = try await door.ask(
            "/drafts/\(kept.id)", "POST", as: ada, form: "text=The+old+one&unanswering=1&do=publish")
        #expect((300..<400).contains(done.code), "\(done.body)")
        let posts = try await stage.oslo.store.read { [stage] in try $0.livingPosts(of: stage.ada.id) }
        let post = try #require(posts.first { $0.content.contains("The old one") })
        #expect(post.reply == nil && post.group == stage.group.id)
        // Boris works in the same office, and is no member.
        let boris = try await door.signIn(stage.boris)
        #expect(try await door.ask("/posts/\(post.id)", as: boris).code == 404)
        #expect(try await !door.ask("/everyone", as: boris).body.contains("The old one"))
    }
}
