import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Ada in Oslo writes for later; Carmen in Lima reads.
@Suite("Drafts and moments")
struct DraftJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    func verb(_ node: TestNode) -> KeepDraft { KeepDraft(needs: node.needs, publish: node.publish) }

    func draft(_ text: String, by person: Actor, on node: TestNode, in seconds: Double? = nil) -> KeptDraft {
        var draft = KeptDraft(
            id: node.needs.ids.next(), person: person.id, text: text,
            dueAt: seconds.map { clock.now.addingTimeInterval($0) }, createdAt: clock.now)
        draft.audience = .anyone
        return draft
    }

    @Test("a post with a moment is published then, not before, and once, whatever stops in between")
    func once() async throws {
        let stage = try await twoOffices()
        let kept = try await verb(stage.oslo).keep(draft("At ten", by: stage.ada, on: stage.oslo, in: 600))
        clock.advance(599)
        try await verb(stage.oslo).publishDue()
        try await settle([stage.oslo, stage.lima])
        #expect(try await texts(of: stage.carmen, on: stage.lima).isEmpty)
        stage.oslo.restart()
        clock.advance(1)
        // Two processes find it at once.
        async let first: Void = verb(stage.oslo).publishDue()
        async let second: Void = verb(stage.oslo).publishDue()
        _ = try await (first, second)
        // One dies after publishing and before it has crossed it off.
        try await stage.oslo.store.write { try $0.save(kept) }
        try await verb(stage.oslo).publishDue()
        try await settle([stage.oslo, stage.lima])
        #expect(try await texts(of: stage.carmen, on: stage.lima) == ["<p>At ten</p>"])
        #expect(try await texts(of: stage.ada, on: stage.oslo) == ["<p>At ten</p>"])
        #expect(try await stage.oslo.store.read { try $0.dueDrafts(at: clock.now).isEmpty })
    }

    @Test("a moment can be moved, and what was deleted is not published")
    func moved() async throws {
        let stage = try await twoOffices()
        let verb = verb(stage.oslo)
        let one = try await verb.keep(draft("One", by: stage.ada, on: stage.oslo, in: 600))
        let two = try await verb.keep(draft("Two", by: stage.ada, on: stage.oslo, in: 600))
        _ = try await verb.move(one.id, to: clock.now.addingTimeInterval(7200), by: stage.ada.id)
        try await verb.delete(two.id, by: stage.ada.id)
        clock.advance(3600)
        try await verb.publishDue()
        #expect(try await texts(of: stage.ada, on: stage.oslo).isEmpty)
        clock.advance(3600)
        try await verb.publishDue()
        #expect(try await texts(of: stage.ada, on: stage.oslo) == ["<p>One</p>"])
    }

    @Test("what a rule forbids when its moment comes becomes a draft again")
    func forbidden() async throws {
        let stage = try await twoOffices()
        let post = try await stage.oslo.publish.publish(Draft(text: "Soon gone"), by: stage.ada.id)
        var reply = draft("Too late", by: stage.ada, on: stage.oslo, in: 600)
        reply.replyTo = post.id
        _ = try await verb(stage.oslo).keep(reply)
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
        clock.advance(600)
        try await verb(stage.oslo).publishDue()
        let drafts = try await stage.oslo.store.read {
            try $0.drafts(of: stage.ada.id, isScheduled: false, Page())
        }
        #expect(drafts.map(\.text) == ["Too late"])
        #expect(try await texts(of: stage.ada, on: stage.oslo).isEmpty)
    }

    @Test(
        "what is deleted while it is being published is not published, and what is changed is published as changed",
        arguments: [false, true])
    func meanwhile(isDeleted: Bool) async throws {
        let stage = try await twoOffices()
        let (oslo, ada) = (stage.oslo, stage.ada.id)
        let verb = verb(oslo)
        let kept = try await verb.keep(
            draft("Old words, @nobody@far.example", by: stage.ada, on: oslo, in: 600))
        var changed = kept
        changed.text = "New words"
        let other = changed
        // Whom a text names is asked for over the network, which takes a while.
        let slow = Publish(needs: oslo.needs) { _ in
            do {
                if isDeleted {
                    try await verb.delete(kept.id, by: ada)
                } else {
                    try await oslo.store.write { try $0.save(other) }
                }
            } catch {
                Issue.record(error)
            }
            return nil
        }
        clock.advance(600)
        try await KeepDraft(needs: oslo.needs, publish: slow).publishDue()
        #expect(try await texts(of: stage.ada, on: oslo).isEmpty)
        #expect(try await oslo.store.read { try $0.draft(kept.id, of: ada) } == (isDeleted ? nil : other))
        try await verb.publishDue()
        try await settle([oslo, stage.lima])
        #expect(try await texts(of: stage.carmen, on: stage.lima) == (isDeleted ? [] : ["<p>New words</p>"]))
    }

    @Test("what is published is not kept once more: words that come too late are not lost in silence")
    func tooLate() async throws {
        let stage = try await twoOffices()
        let verb = verb(stage.oslo)
        var kept = try await verb.keep(draft("Words", by: stage.ada, on: stage.oslo))
        _ = try await verb.publish(kept.id, by: stage.ada.id)
        kept.text = "Better words"
        let late = kept
        await #expect(throws: Refusal.notFound("Record")) { _ = try await verb.keep(late) }
        #expect(try await stage.oslo.store.read { try $0.draft(late.id, of: stage.ada.id) } == nil)
    }

    @Test("a moment that is near or past, an empty text, another's draft: refused, nothing changed")
    func refused() async throws {
        let stage = try await twoOffices()
        let verb = verb(stage.oslo)
        for seconds in [-60.0, 0, 299, 1e12] {
            await #expect(throws: Refusal.self) {
                try await verb.keep(draft("x", by: stage.ada, on: stage.oslo, in: seconds))
            }
        }
        await #expect(throws: Refusal.invalid(field: "Text", because: "can't be blank")) {
            try await verb.keep(draft(" ", by: stage.ada, on: stage.oslo, in: 600))
        }
        #expect(
            try await stage.oslo.store.read { try $0.countDrafts(of: stage.ada.id, isScheduled: true) } == 0)
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let kept = try await verb.keep(draft("Mine", by: stage.ada, on: stage.oslo))
        await #expect(throws: Refusal.notFound("Record")) { try await verb.publish(kept.id, by: astrid.id) }
        await #expect(throws: Refusal.notFound("Record")) { try await verb.delete(kept.id, by: astrid.id) }
        let post = try await verb.publish(kept.id, by: stage.ada.id)
        #expect(post.content == "<p>Mine</p>")
        #expect(try await stage.oslo.store.read { try $0.draft(kept.id, of: stage.ada.id) } == nil)
    }

    @Test("an answer to a post that is gone can be changed and kept, and published as a post of its own")
    func orphaned() async throws {
        let stage = try await twoOffices()
        let verb = verb(stage.oslo)
        let post = try await stage.oslo.publish.publish(Draft(text: "Soon gone"), by: stage.ada.id)
        var reply = draft("First words", by: stage.ada, on: stage.oslo)
        reply.replyTo = post.id
        reply = try await verb.keep(reply)
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
        reply.text = "Better words"
        _ = try await verb.keep(reply)
        let id = reply.id
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await verb.publish(id, by: stage.ada.id)
        }
        reply.dueAt = clock.now + 600
        let later = reply
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await verb.keep(later)
        }
        reply.dueAt = nil
        reply.replyTo = nil
        _ = try await verb.keep(reply)
        let published = try await verb.publish(id, by: stage.ada.id)
        #expect(published.content == "<p>Better words</p>")
    }
}
