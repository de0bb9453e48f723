import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Ada in Oslo writes for later; Carmen in Lima reads.
@Suite("Drafts and moments")
struct DraftJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (oslo: TestNode, lima: TestNode, ada: Actor, carmen: Actor) {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let carmen = try await Cast.welcome("carmen", to: lima)
        let found = try #require(await lima.find(try theHandle("ada@\(Cast.oslo)")))
        _ = try await FollowActor(needs: lima.needs).follow(found.id, by: carmen.id)
        try await settle([oslo, lima])
        return (oslo, lima, ada, carmen)
    }

    func verb(_ node: TestNode) -> KeepDraft { KeepDraft(needs: node.needs, publish: node.publish) }

    func draft(_ text: String, by person: Actor, on node: TestNode, in seconds: Double? = nil) -> KeptDraft {
        var draft = KeptDraft(
            id: node.needs.ids.next(), person: person.id, text: text,
            dueAt: seconds.map { clock.now.addingTimeInterval($0) }, createdAt: clock.now)
        draft.audience = .anyone
        return draft
    }

    func home(_ person: Actor, on node: TestNode) async throws -> [String] {
        try await node.store.read {
            try $0.timeline(.home, for: .person(person.id), Page(limit: 40)).map(\.content)
        }
    }

    @Test("a post with a moment is published then, not before, and once, whatever stops in between")
    func once() async throws {
        let stage = try await stage()
        let kept = try await verb(stage.oslo).keep(draft("At ten", by: stage.ada, on: stage.oslo, in: 600))
        clock.advance(599)
        try await verb(stage.oslo).publishDue()
        try await settle([stage.oslo, stage.lima])
        #expect(try await home(stage.carmen, on: stage.lima).isEmpty)
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
        #expect(try await home(stage.carmen, on: stage.lima) == ["<p>At ten</p>"])
        #expect(try await home(stage.ada, on: stage.oslo) == ["<p>At ten</p>"])
        #expect(try await stage.oslo.store.read { try $0.dueDrafts(at: clock.now).isEmpty })
    }

    @Test("a moment can be moved, and what was deleted is not published")
    func moved() async throws {
        let stage = try await stage()
        let verb = verb(stage.oslo)
        let one = try await verb.keep(draft("One", by: stage.ada, on: stage.oslo, in: 600))
        let two = try await verb.keep(draft("Two", by: stage.ada, on: stage.oslo, in: 600))
        _ = try await verb.move(one.id, to: clock.now.addingTimeInterval(7200), by: stage.ada.id)
        try await verb.delete(two.id, by: stage.ada.id)
        clock.advance(3600)
        try await verb.publishDue()
        #expect(try await home(stage.ada, on: stage.oslo).isEmpty)
        clock.advance(3600)
        try await verb.publishDue()
        #expect(try await home(stage.ada, on: stage.oslo) == ["<p>One</p>"])
    }

    @Test("what a rule forbids when its moment comes becomes a draft again")
    func forbidden() async throws {
        let stage = try await stage()
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
        #expect(try await home(stage.ada, on: stage.oslo).isEmpty)
    }

    @Test("a moment that is near or past, an empty text, another's draft: refused, nothing changed")
    func refused() async throws {
        let stage = try await stage()
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
}
