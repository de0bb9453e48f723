import Domain
import Federation
import Foundation
import JSON
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

    /// Puts other words into what Pune is about to say of a post.
    func doctor(
        _ post: Post, _ stage: GroupStage, _ change: @escaping @Sendable (inout JSONObject) -> Void
    ) async throws {
        try await stage.pune.store.write { transaction in
            let told = try transaction.all(
                "SELECT id, json FROM activity WHERE post = $1", [.id(post.id)]
            ) { ($0.id(0) as ActivityID, $0.bytes(1)) }
            for (id, text) in told {
                guard case .object(var json) = try JSONParser.parse(text), json["type"] == "Update" else {
                    continue
                }
                change(&json)
                try transaction.run(
                    "UPDATE activity SET json = $2 WHERE id = $1",
                    [.id(id), .blob(JSONValue.object(json).bytes)])
            }
        }
    }

    /// The offices to which anything was sent since then, when all is quiet again.
    func reached(from before: Int, _ stage: GroupStage) async throws -> Set<String> {
        try await stage.settleAll()
        return Set(
            stage.network.sent.dropFirst(before).filter { $0.method == "POST" }.map(\.url.authority))
    }

    /// Changes what Pune's document of a post says.
    func rewrite(_ post: Post, _ stage: GroupStage, _ change: @escaping @Sendable (inout Post) -> Void)
        async throws
    {
        let now = stage.clock.now
        try await stage.pune.store.write { transaction in
            guard var changed = try transaction.post(post.id) else { return }
            changed.editedAt = now
            change(&changed)
            try transaction.update(changed, recipients: [])
        }
    }

    @Test(
        "what an office says elsewhere than to the group's is no edit, without a proof or with one that does not hold",
        arguments: [false, true], [false, true])
    func twoTongues(isBanned: Bool, hasProof: Bool) async throws {
        let stage = try await stage()
        let post = try await publish(.note, by: stage.chidi, on: stage.pune, stage)
        if isBanned { try await stage.decide(.ban, about: stage.chidi, by: stage.ada) }
        try await stage.settleAll()
        stage.clock.advance(60)
        try await stage.pune.store.write { try $0.append(.edited(post.id)) }
        try await stage.pune.fillLedger()
        try await rewrite(post, stage) { $0.content = "<p>New looms</p>" }
        try await doctor(post, stage) { json in
            if hasProof { json["summary"] = "Not what was proved" } else { json["proof"] = nil }
        }
        let reached = try await reached(from: stage.network.sent.count, stage)
        #expect(reached.contains(Cast.oslo))
        #expect(reached.contains(Cast.lima) == (!isBanned || hasProof))
        try await expectUnchanged(post, on: [stage.oslo, stage.lima], stage)
    }

    @Test("an edit without a proof is taken where its origin says the same")
    func unproved() async throws {
        let stage = try await stage()
        let post = try await publish(.note, by: stage.chidi, on: stage.pune, stage)
        stage.clock.advance(60)
        _ = try await stage.pune.edit.edit(post.id, to: Draft(text: "New looms"), by: stage.chidi.id)
        try await stage.pune.fillLedger()
        try await doctor(post, stage) { $0["proof"] = nil }
        try await stage.settleAll()
        for node in stage.nodes {
            #expect(try await stage.copy(post, on: node).content.contains("New looms"), "\(node.authority)")
        }
    }

    /// What may be changed besides the words.
    enum Part: CaseIterable {
        case mention, language, tag, date
    }

    @Test(
        "whoever belongs no more changes nothing besides the words either, and names nobody",
        arguments: Part.allCases)
    func sameWords(part: Part) async throws {
        let stage = try await stage()
        let post = try await publish(.note, by: stage.chidi, on: stage.pune, stage)
        try await stage.decide(.ban, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        let carmen = try #require(await stage.pune.findActor(stage.carmen.uri))
        stage.clock.advance(60)
        try await rewrite(post, stage) { changed in
            switch part {
            case .mention:
                changed.mentions.append(
                    Mention(
                        actor: carmen.id, uri: carmen.uri, handle: "carmen@\(Cast.lima)", url: carmen.url))
            case .language: changed.language = "es"
            case .tag: changed.tags = ["looms"]
            case .date: break
            }
        }
        try await stage.pune.store.write { try $0.append(.edited(post.id)) }
        let reached = try await reached(from: stage.network.sent.count, stage)
        #expect(reached.contains(Cast.oslo) && !reached.contains(Cast.lima), "\(reached)")
        try await expectUnchanged(post, on: [stage.oslo, stage.lima], stage)
        #expect(try await !stage.kinds(stage.carmen, on: stage.lima).contains(.mention))
    }

    @Test(
        "of whoever belongs no more nothing is passed on about what is gone, or that nobody understands",
        arguments: [false, true])
    func senseless(isGone: Bool) async throws {
        let stage = try await stage()
        let post = try await publish(.note, by: stage.chidi, on: stage.pune, stage)
        try await stage.decide(.ban, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        if isGone {
            _ = try await Withdraw(needs: stage.pune.needs).withdraw(post.id, by: stage.chidi.id)
            try await stage.settleAll()
            try await stage.pune.store.write {
                _ = try $0.run("UPDATE post SET deleted_at = NULL WHERE id = $1", [.id(post.id)])
            }
        }
        try await stage.pune.store.write { try $0.append(.edited(post.id)) }
        try await stage.pune.fillLedger()
        try await doctor(post, stage) { json in
            guard !isGone, case .object(var inner)? = json["object"] else { return }
            inner["type"] = "Loom"
            json["object"] = .object(inner)
        }
        let reached = try await reached(from: stage.network.sent.count, stage)
        #expect(reached.contains(Cast.oslo) && !reached.contains(Cast.lima), "\(reached)")
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
