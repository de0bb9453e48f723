import Domain
import Federation
import Foundation
import Social
@testable import Storage
import Support
import Testing

/// What stands in a group is changed by those who belong to it, and every member reads the same.
@Suite("Groups: edits")
struct GroupEditsTests {
    /// An open group of Oslo with Boris, Carmen of Lima and Chidi of Pune, whom Carmen follows.
    func stage() async throws -> GroupStage {
        let stage = try await GroupStage(.open)
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
        ] {
            try await stage.join(person, on: node)
        }
        try await stage.lima.follow("chidi@\(Cast.pune)", by: stage.carmen)
        try await stage.settleAll()
        return stage
    }

    func publish(_ body: PostBody, by person: Actor, on node: TestNode, _ stage: GroupStage) async throws
        -> Post
    {
        var draft = Draft(text: "Old looms")
        draft.group = try await stage.group(on: node)
        draft.body = body
        let post = try await node.publish.publish(draft, by: person.id)
        try await stage.settleAll()
        return post
    }

    /// Whether every node has the words with which it was written.
    func expectUnchanged(_ post: Post, on nodes: [TestNode], _ stage: GroupStage) async throws {
        for node in nodes {
            let copy = try await stage.copy(post, on: node)
            #expect(copy.content.contains("Old looms") && copy.editedAt == nil, "\(node.authority)")
        }
    }

    @Test(
        "whoever was banned or has left changes nothing of what they wrote, here or in another office",
        arguments: [false, true], [false, true])
    func refused(isElsewhere: Bool, isBanned: Bool) async throws {
        let stage = try await stage()
        let (author, node) = isElsewhere ? (stage.chidi, stage.pune) : (stage.boris, stage.oslo)
        let post = try await publish(.note, by: author, on: node, stage)
        let gathering = Gathering(title: "Loom party", startsAt: stage.clock.now + 86400)
        let event = try await publish(.gathering(gathering), by: author, on: node, stage)
        if isBanned {
            try await stage.decide(.ban, about: author, by: stage.ada)
        } else {
            try await stage.roster(node).leave(try await stage.group(on: node), by: author.id)
        }
        try await stage.settleAll()
        stage.clock.advance(60)
        let reason = Refusal.notAllowed(
            because: isBanned ? "You are banned from this group" : "Only members write in this group")
        await #expect(throws: reason) {
            _ = try await node.edit.edit(post.id, to: Draft(text: "New looms"), by: author.id)
        }
        await #expect(throws: reason) {
            _ = try await Organise(needs: node.needs).change(event.id, to: gathering, by: author.id)
        }
        await #expect(throws: reason) {
            _ = try await Organise(needs: node.needs).cancel(event.id, by: author.id)
        }
        try await stage.settleAll()
        for known in [post, event] { try await expectUnchanged(known, on: stage.nodes, stage) }
    }

    @Test(
        "an office that lets them all the same changes nothing elsewhere, through the group or past it",
        arguments: [false, true])
    func forced(isPastGroup: Bool) async throws {
        let stage = try await stage()
        let post = try await publish(.note, by: stage.chidi, on: stage.pune, stage)
        try await stage.decide(.ban, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        stage.clock.advance(60)
        let now = stage.clock.now
        try await stage.pune.store.write { transaction in
            guard var changed = try transaction.post(post.id) else { return }
            changed.content = "<p>New looms</p>"
            changed.editedAt = now
            try transaction.update(changed, recipients: [])
            // What is in no group goes to those who follow its author.
            if isPastGroup {
                try transaction.run("UPDATE post SET in_group = NULL WHERE id = $1", [.id(post.id)])
            }
            try transaction.append(.edited(post.id))
        }
        let before = stage.network.sent.count
        try await stage.settleAll()
        let reached = stage.network.sent.dropFirst(before).filter { $0.method == "POST" }
            .map(\.url.authority)
        #expect(reached.contains(isPastGroup ? Cast.lima : Cast.oslo), "\(reached)")
        try await expectUnchanged(post, on: [stage.oslo, stage.lima], stage)
    }

    @Test("members change what they wrote, wherever they are, and all read the same")
    func members() async throws {
        let stage = try await stage()
        let post = try await publish(.note, by: stage.chidi, on: stage.pune, stage)
        stage.clock.advance(60)
        _ = try await stage.pune.edit.edit(post.id, to: Draft(text: "New looms"), by: stage.chidi.id)
        try await stage.settleAll()
        for node in stage.nodes {
            #expect(try await stage.copy(post, on: node).content.contains("New looms"), "\(node.authority)")
        }
    }

    @Test("how many took part in what somebody asked is told also when they belong no more")
    func totals() async throws {
        let stage = try await stage()
        let poll = Poll(
            options: [Poll.Option("Tea"), Poll.Option("Coffee")], closesAt: stage.clock.now + 3600)
        let post = try await publish(.poll(poll), by: stage.chidi, on: stage.pune, stage)
        try await stage.decide(.ban, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        let id = try await stage.id(post, on: stage.oslo)
        _ = try await VoteInPoll(needs: stage.oslo.needs).vote(id, for: [1], by: stage.boris.id)
        try await stage.settleAll()
        stage.clock.advance(3601)
        try await stage.settleAll()
        for node in stage.nodes {
            guard case .poll(let known) = try await stage.copy(post, on: node).body else {
                throw Refusal.notFound("Poll")
            }
            #expect(known.tally == Tally(voters: 1, votes: [0, 1]), "\(node.authority)")
        }
    }
}
