import Domain
import Foundation
import Social
@testable import Storage
import Support
import Testing

@Suite("Moves of groups in storage")
struct GroupMovesTests {
    @Test("moves and readings come back as they were kept, and the due one first", arguments: Engine.atHand)
    func roundTrip(engine: Engine) async throws {
        let clock = TestClock()
        let node = try await TestNode(Cast.oslo, network: FakeNetwork(), clock: clock, engine: engine)
        let (old, new) = (
            try theURI("https://oslo.example/actors/1"), try theURI("https://lima.example/actors/2")
        )
        try await node.store.write { transaction in
            var move = GroupMove(source: old, target: new, state: .offered, at: clock.now)
            try transaction.save(move)
            #expect(try transaction.groupMove(from: old) == move)
            (move.state, move.reason) = (.refused, "No")
            try transaction.save(move)
            #expect(try transaction.groupMove(to: new) == move)
            #expect(try transaction.groupMove(from: new) == nil)

            let page = try theURI("https://oslo.example/actors/1/history")
            let later = GroupReading(group: ActorID(7), page: page, nextAt: clock.now + 60)
            var first = GroupReading(group: ActorID(8), page: page, nextAt: clock.now)
            try transaction.save(later)
            try transaction.save(first)
            #expect(try transaction.dueGroupReading(at: clock.now) == first)
            (first.isDone, first.attempts) = (true, 3)
            try transaction.save(first)
            #expect(try transaction.groupReading(ActorID(8)) == first)
            #expect(try transaction.dueGroupReading(at: clock.now) == nil)
            #expect(try transaction.dueGroupReading(at: clock.now + 61) == later)
        }
    }

    @Test("what is said of one group is said of another, once, and the roster stays where it is read")
    func repoint() async throws {
        for engine in Engine.atHand {
            for isLeaving in [false, true] {
                try await repoint(engine, isLeaving: isLeaving)
            }
        }
    }

    private func repoint(_ engine: Engine, isLeaving: Bool) async throws {
        let node = try await TestNode(Cast.oslo, network: FakeNetwork(), clock: TestClock(), engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let run = RunGroup(people: node.people)
        var wish = RunGroup.Wish()
        wish.kind = .closed
        let old = try await run.found("old", wish, by: ada.id)
        let new = try await run.found("new", wish, by: boris.id)
        var draft = Draft(text: "Hello")
        draft.group = old.id
        let post = try await node.publish.publish(draft, by: ada.id)
        try await run.post("pin", post.id, by: ada.id)
        try await node.store.write { transaction in
            #expect(try transaction.isEmptyGroup(new.id, but: boris.id))
            #expect(try !transaction.isEmptyGroup(old.id, but: ada.id))
            #expect(try transaction.ownPosts(in: old.id, since: post.createdAt) == [post.id])
            #expect(try transaction.repoint(old.id, to: new.id, isLeaving: isLeaving))
            #expect(try transaction.post(post.id)?.group == new.id)
            #expect(try transaction.post(post.id)?.audience == .group(new.id))
            #expect(try transaction.pins(of: new.id) == [post.uri] && transaction.pins(of: old.id).isEmpty)
            #expect(try transaction.membership(of: ada.id, in: new.id)?.role == .owner)
            #expect(try transaction.membership(of: boris.id, in: new.id)?.role == .owner)
            #expect((try transaction.membership(of: ada.id, in: old.id) != nil) == isLeaving)
            #expect(try !transaction.repoint(old.id, to: new.id, isLeaving: isLeaving))

            #expect(try transaction.groupNow(old.id) == old.id)
            var moved = old
            moved.movedTo = new.uri
            try transaction.save(moved)
            #expect(try transaction.groupNow(old.id) == new.id && transaction.isMovedGroup(old.uri))
            #expect(try !transaction.isMovedGroup(new.uri))
            #expect(throws: MoveGroup.moved(moved)) {
                _ = try transaction.knownGroup(old.id, to: .person(ada.id))
            }
        }
    }
}
