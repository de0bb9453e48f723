import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// What is gone in a group is gone wherever it was told of, whoever has left meanwhile; and what came late is whole.
@Suite("Groups: ends and late comers")
struct GroupEndsTests {
    /// An open group of Oslo with Carmen of Lima and Chidi of Pune.
    func stage() async throws -> GroupStage {
        let stage = try await GroupStage(.open)
        for (person, node) in [(stage.carmen, stage.lima), (stage.chidi, stage.pune)] {
            try await stage.join(person, on: node)
        }
        try await stage.settleAll()
        return stage
    }

    func isGone(_ post: Post, on node: TestNode) async throws -> Bool? {
        try await node.store.read { try $0.post(post.uri).map { $0.deletedAt != nil } }
    }

    @Test("whoever has left, or was banned, still takes back what they wrote", arguments: [false, true])
    func takenBack(isBanned: Bool) async throws {
        let stage = try await stage()
        let post = try await stage.post("Old looms", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        #expect(try await isGone(post, on: stage.pune) == false)
        if isBanned {
            try await stage.decide(.ban, about: stage.carmen, by: stage.ada)
        } else {
            try await stage.roster(stage.lima).leave(
                try await stage.group(on: stage.lima), by: stage.carmen.id)
        }
        try await stage.settleAll()
        _ = try await Withdraw(needs: stage.lima.needs).withdraw(post.id, by: stage.carmen.id)
        try await stage.settleAll()
        for node in stage.nodes { #expect(try await isGone(post, on: node) == true, "\(node.authority)") }
    }

    @Test(
        "an office that has no member any more hears what is taken back, by its author or by a moderator",
        arguments: [false, true])
    func left(isRemoved: Bool) async throws {
        let stage = try await stage()
        let post = try await stage.post("Old looms", by: stage.carmen, on: stage.lima)
        let own = try await stage.post("Older looms", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        try await stage.roster(stage.pune).leave(try await stage.group(on: stage.pune), by: stage.chidi.id)
        try await stage.settleAll()
        if isRemoved {
            for gone in [post, own] {
                let id = try #require(try await stage.oslo.store.read { try $0.postID(gone.uri) })
                try await RunGroup(people: stage.oslo.people).post("remove", id, by: stage.ada.id)
            }
        } else {
            _ = try await Withdraw(needs: stage.lima.needs).withdraw(post.id, by: stage.carmen.id)
            _ = try await Withdraw(needs: stage.oslo.needs).withdraw(own.id, by: stage.ada.id)
        }
        try await stage.settleAll()
        for gone in [post, own] { #expect(try await isGone(gone, on: stage.pune) == true) }
    }

    @Test(
        "whoever moderates pins and takes away also what somebody wrote who has blocked them, here and elsewhere",
        arguments: [false, true])
    func blocked(isElsewhere: Bool) async throws {
        let stage = try await stage()
        try await stage.join(stage.boris, on: stage.oslo)
        try await stage.decide(.role(.moderator), about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        for person in [stage.ada, stage.boris, stage.carmen] {
            let known = try #require(await stage.pune.findActor(person.uri))
            _ = try await BlockActor(needs: stage.pune.needs).block(known.id, by: stage.chidi.id)
        }
        try await stage.settleAll()
        let post = try await stage.post("Old looms", by: stage.chidi, on: stage.pune)
        try await stage.settleAll()
        let (moderator, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.ada, stage.oslo)
        #expect(try await !stage.sees(moderator, post.uri, on: node))
        let id = try await stage.id(post, on: node)
        // To others whom the author blocked it is not there.
        let inOslo = try await stage.id(post, on: stage.oslo)
        await #expect(throws: Refusal.notFound("Record")) {
            try await RunGroup(people: stage.oslo.people).post("remove", inOslo, by: stage.boris.id)
        }
        let run = RunGroup(people: node.people)
        try await run.post("pin", id, by: moderator.id)
        try await stage.settleAll()
        let pinned = try await stage.pune.store.read { [stage] transaction in
            try transaction.pins(of: try #require(try transaction.actorID(stage.group.uri)))
        }
        #expect(pinned == [post.uri])
        try await run.post("remove", id, by: moderator.id)
        try await stage.settleAll()
        for node in stage.nodes { #expect(try await isGone(post, on: node) == true, "\(node.authority)") }
    }

    @Test("an office that comes later sees what is pinned, and an answer under what it answers")
    func late() async throws {
        let stage = try await GroupStage(.closed)
        try await stage.decide(.invite, about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        let top = try await stage.post("Read this first", by: stage.carmen, on: stage.lima)
        let answer = try await stage.post("I did", by: stage.ada, on: stage.oslo, answering: nil)
        try await stage.settleAll()
        let id = try #require(try await stage.oslo.store.read { try $0.postID(top.uri) })
        try await RunGroup(people: stage.oslo.people).post("pin", id, by: stage.ada.id)
        try await stage.decide(.invite, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(stage.chidi, on: stage.pune)
        try await stage.settleAll()
        let (pins, known) = try await stage.pune.store.read { [stage] transaction in
            let group = try #require(try transaction.actorID(stage.group.uri))
            return (try transaction.pins(of: group), try transaction.postID(answer.uri))
        }
        #expect(pins == [top.uri] && known != nil)
    }
}
