import Domain
import Foundation
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

    func verb(_ node: TestNode) -> KeepDraft { KeepDraft(needs: node.needs, publish: node.publish) }

    /// Something for a group of Oslo, in ten minutes.
    func scheduled(_ stage: GroupStage, by person: Actor, in group: ActorID) -> KeptDraft {
        var draft = KeptDraft(
            id: stage.oslo.needs.ids.next(), person: person.id, text: "At ten",
            dueAt: stage.clock.now + 600, createdAt: stage.clock.now)
        draft.group = group
        return draft
    }

    @Test("what may not be written in a group is not kept for a moment either, with the same reason")
    func refusedAtOnce() async throws {
        func expectRefused(_ stage: GroupStage, in group: ActorID, _ refusal: Refusal) async throws {
            let draft = scheduled(stage, by: stage.boris, in: group)
            await #expect(throws: refusal) { _ = try await verb(stage.oslo).keep(draft) }
            let left = try await stage.oslo.store.read { try $0.draft(draft.id, of: stage.boris.id) }
            #expect(left == nil)
        }
        let secret = try await GroupStage(.secret)
        try await expectRefused(secret, in: secret.group.id, .notFound("Record"))
        try await expectRefused(secret, in: ActorID(12345), .notFound("Record"))
        let closed = try await GroupStage(.closed)
        let reason = Refusal.notAllowed(because: "Only members write in this group")
        try await expectRefused(closed, in: closed.group.id, reason)
        try await closed.join(closed.boris, on: closed.oslo)
        try await closed.decide(.approve, about: closed.boris, by: closed.ada)
        _ = try await verb(closed.oslo).keep(scheduled(closed, by: closed.boris, in: closed.group.id))
        try await closed.decide(.ban, about: closed.boris, by: closed.ada)
        let banned = Refusal.notAllowed(because: "You are banned from this group")
        try await expectRefused(closed, in: closed.group.id, banned)
    }

    @Test("whoever is no member any more when the moment comes is told so, and may publish it elsewhere")
    func lostGroup() async throws {
        let stage = try await GroupStage(.secret)
        try await stage.decide(.invite, about: stage.boris, by: stage.ada)
        try await stage.join(stage.boris, on: stage.oslo)
        let kept = try await verb(stage.oslo).keep(
            scheduled(stage, by: stage.boris, in: stage.group.id))
        let door = try FrontDoor(stage.oslo)
        let boris = try await door.signIn(stage.boris)
        let before = try await door.ask("/drafts", as: boris).body
        #expect(before.contains(" selected>Group: Designers<"))
        try await stage.decide(.remove, about: stage.boris, by: stage.ada)
        stage.clock.advance(600)
        try await verb(stage.oslo).publishDue()
        let left = try await stage.oslo.store.read { try $0.draft(kept.id, of: stage.boris.id) }
        let reason = "Its group is gone, or you do not belong to it any more"
        #expect(left?.refusal == reason)
        // Nothing goes elsewhere unasked.
        let page = try await door.ask("/drafts", as: boris).body
        #expect(page.contains(reason) && page.contains(" selected>Its group<"))
        #expect(!page.contains("Designers"))
        let path = "/drafts/\(kept.id)"
        let unasked = try await door.ask(
            path, "POST", as: boris, form: "text=At+ten&audience=&do=publish")
        #expect(unasked.code == 404)
        let done = try await door.ask(
            path, "POST", as: boris, form: "text=At+ten&audience=node&do=publish")
        #expect((300..<400).contains(done.code), "\(done.body)")
        let posts = try await stage.oslo.store.read { try $0.livingPosts(of: stage.boris.id) }
        #expect(posts.count == 1 && posts.first?.group == nil && posts.first?.audience == .node)
    }
}
