import ActivityStreams
import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// A group of Oslo that moves to Lima, with people in Pune.
struct MoveStage {
    let stage: GroupStage
    /// The empty group in Lima, as Lima knows it.
    let target: Actor

    /// Ada in Oslo owns it, Boris is a guest; Chidi in Pune moderates, Devi is banned; Carmen in Lima is a member and has
    /// founded the new group.
    init(_ kind: Group.Kind) async throws {
        stage = try await GroupStage(kind)
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
            (stage.devi, stage.pune),
        ] {
            if kind == .secret {
                try await stage.decide(.invite, about: person, by: stage.ada)
                try await stage.settleAll()
            }
            try await stage.join(person, on: node)
            try await stage.settleAll()
            if kind == .closed { try await stage.decide(.approve, about: person, by: stage.ada) }
        }
        try await stage.settleAll()
        try await stage.decide(.role(.guest), about: stage.boris, by: stage.ada)
        try await stage.decide(.role(.moderator), about: stage.chidi, by: stage.ada)
        try await stage.decide(.ban, about: stage.devi, by: stage.ada)
        try await stage.settleAll()
        target = try await RunGroup(people: stage.lima.people).found(
            "makers", RunGroup.Wish(), by: stage.carmen.id)
    }

    var lima: MoveGroup { MoveGroup(needs: stage.lima.needs) }
    var oslo: MoveGroup { MoveGroup(needs: stage.oslo.needs) }

    func claim() async throws {
        try await lima.claim(target.id, from: try await stage.group(on: stage.lima), by: stage.carmen.id)
    }

    /// The new group as a node knows it.
    func new(on node: TestNode) async throws -> ActorID {
        if node.authority == Cast.lima { return target.id }
        return try #require(await node.findActor(target.uri)).id
    }

    func offer() async throws {
        try await oslo.move(stage.group.id, to: try await new(on: stage.oslo), by: stage.ada.id)
    }

    /// Lets the offices go on until Lima has heard that the group moved, and has yet to read it once more.
    func arrive() async throws {
        try await offer()
        for _ in 0..<2 {
            for node in stage.nodes {
                try await node.handleInbox()
                if try await state(on: stage.lima) == .reading { try await stage.lima.readGroups() }
                try await node.fanOut()
                try await node.fillLedger()
                try await node.deliver()
            }
        }
        #expect(try await state(on: stage.lima) == .arriving)
    }

    func state(on node: TestNode) async throws -> GroupMove.State? {
        try await node.store.read { [stage] in try $0.groupMove(from: stage.group.uri)?.state }
    }

    func membership(_ person: Actor, on node: TestNode) async throws -> Membership? {
        let group = try await new(on: node)
        return try await node.store.read { transaction in
            try transaction.actorID(person.uri).flatMap { try transaction.membership(of: $0, in: group) }
        }
    }

    /// The threads of the new group as a person sees them, and what stands below them.
    func threads(_ person: Actor, on node: TestNode) async throws -> [String] {
        let group = try await new(on: node)
        return try await node.store.read { transaction in
            try transaction.timeline(.group(group), for: .person(person.id), Page(limit: 300)).flatMap {
                post in
                [post.content]
                    + (try transaction.descendants(of: post, for: .person(person.id)).map {
                        "  \($0.content)"
                    })
            }.sorted()
        }
    }

    func pinned(_ person: Actor, on node: TestNode) async throws -> [String] {
        let group = try await new(on: node)
        return try await node.store.read {
            try $0.timeline(.pinnedInGroup(group), for: .person(person.id), Page(limit: 9)).map(\.content)
        }
    }

    func post(_ text: String, by person: Actor, on node: TestNode) async throws -> Post {
        var draft = Draft(text: text)
        draft.group = try await new(on: node)
        return try await node.publish.publish(draft, by: person.id)
    }

    /// Everyone who reads it, where they are.
    var readers: [(Actor, TestNode)] {
        [
            (stage.ada, stage.oslo), (stage.boris, stage.oslo), (stage.carmen, stage.lima),
            (stage.chidi, stage.pune),
        ]
    }
}

@Suite("Groups: moving")
struct GroupMoveTests {
    @Test(
        "a group moves from Oslo to Lima with its people, roles, bans, pins and posts, and goes on there",
        arguments: [Group.Kind.open, .closed, .secret])
    func moves(kind: Group.Kind) async throws {
        let move = try await MoveStage(kind)
        let stage = move.stage
        let first = try await stage.post("First", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        _ = try await stage.post("Answer", by: stage.chidi, on: stage.pune, answering: first.uri)
        _ = try await stage.post("Second", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        try await RunGroup(people: stage.oslo.people).post("pin", first.id, by: stage.ada.id)
        try await stage.settleAll()

        try await move.claim()
        try await move.offer()
        try await stage.settleAll()
        #expect(try await move.state(on: stage.oslo) == .done)
        #expect(try await move.state(on: stage.lima) == .done)
        for node in stage.nodes {
            let known = try await node.store.read { try $0.actor(stage.group.uri)?.movedTo }
            #expect(known == move.target.uri, "\(node.authority)")
        }
        for (person, role) in [
            (stage.ada, Membership.Role.owner), (stage.boris, .guest), (stage.carmen, .member),
            (stage.chidi, .moderator),
        ] {
            #expect(try await move.membership(person, on: stage.lima)?.role == role, "\(person.name)")
        }
        #expect(try await move.membership(stage.devi, on: stage.lima)?.state == .banned)
        #expect(try await move.membership(stage.chidi, on: stage.pune)?.role == .moderator)
        let settings = try await stage.lima.store.read { try $0.group(move.target.id) }
        #expect(settings?.kind == kind && settings?.rules == "Be kind")
        let before = ["  <p>Answer</p>", "<p>First</p>", "<p>Second</p>"]
        for (person, node) in move.readers {
            #expect(try await move.threads(person, on: node) == before, "\(person.name)")
            #expect(try await move.pinned(person, on: node) == ["<p>First</p>"], "\(person.name)")
        }

        _ = try await move.post("Third", by: stage.chidi, on: stage.pune)
        _ = try await move.post("Fourth", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        for (person, node) in move.readers {
            let now = try await move.threads(person, on: node)
            #expect(now == (before + ["<p>Fourth</p>", "<p>Third</p>"]).sorted(), "\(person.name)")
        }
        // Ada owns it from another office now.
        var wish = RunGroup.Wish()
        wish.rules = "Still kind"
        _ = try await RunGroup(people: stage.oslo.people).change(
            try await move.new(on: stage.oslo), wish, by: stage.ada.id)
        try await stage.settleAll()
        let inPune = try await move.new(on: stage.pune)
        #expect(try await stage.pune.store.read { try $0.group(inPune)?.rules } == "Still kind")
        #expect(try await stage.lima.store.read { try $0.group(move.target.id)?.rules } == "Still kind")
    }

    @Test("what was kept for a moment in the old group is published in the new one")
    func kept() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        let verb = KeepDraft(needs: stage.oslo.needs, publish: stage.oslo.publish)
        var draft = KeptDraft(
            id: stage.oslo.needs.ids.next(), person: stage.ada.id, text: "At ten",
            dueAt: stage.clock.now + 3600, createdAt: stage.clock.now)
        draft.group = stage.group.id
        let kept = try await verb.keep(draft)
        try await move.claim()
        try await move.offer()
        try await stage.settleAll()
        let new = try await move.new(on: stage.oslo)
        #expect(try await stage.oslo.store.read { try $0.draft(kept.id, of: stage.ada.id)?.group } == new)
        // One of before drafts went along.
        try await stage.oslo.store.write { try $0.save(kept) }
        stage.clock.advance(3600)
        try await verb.publishDue()
        try await stage.settleAll()
        for (person, node) in move.readers {
            #expect(try await move.threads(person, on: node) == ["<p>At ten</p>"], "\(person.name)")
        }
    }

    @Test("the old group takes no posts and no members any more, and says where it is")
    func oldGroup() async throws {
        let move = try await MoveStage(.open)
        let stage = move.stage
        // Rome knows of the group, and hears nothing of the move.
        let rome = try await stage.addNode("rome.example", to: stage.nodes)
        let olga = try await Cast.welcome("olga", to: rome)
        let inRome = try await stage.group(on: rome)
        try await move.claim()
        try await move.offer()
        try await settle(stage.nodes)
        let reason = Refusal.notAllowed(because: "The group has moved to \(move.target.uri)")
        for (person, node) in [
            (stage.ada, stage.oslo), (stage.chidi, stage.pune), (stage.carmen, stage.lima),
        ] {
            await #expect(throws: reason, "\(node.authority)") {
                _ = try await stage.post("Too late", by: person, on: node)
            }
        }
        await #expect(throws: reason) { try await stage.join(stage.boris, on: stage.oslo) }

        try await stage.join(olga, on: rome)
        try await settle(stage.nodes + [rome])
        let old = try await rome.store.read { try $0.membership(of: olga.id, in: inRome) }
        #expect(old == nil)
        #expect(
            stage.network.sent.contains { request in
                guard request.url.authority == "rome.example", let json = try? JSONParser.parse(request.body)
                else {
                    return false
                }
                return (json["orderedItems"]?.list ?? [json]).contains {
                    $0["type"] == "Reject"
                        && $0["summary"]?.string == "The group has moved to \(move.target.uri)"
                }
            })
        #expect(try await rome.store.read { try $0.actor(stage.group.uri)?.movedTo } == move.target.uri)
        _ = try await GroupRoster(needs: rome.needs).join(try await move.new(on: rome), by: olga.id)
        try await settle(stage.nodes + [rome])
        #expect(try await move.membership(olga, on: stage.lima)?.state == .member)
    }

    @Test("an office that was cut off during the move follows when it is back, and what it wrote is not lost")
    func outage() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        _ = try await stage.post("Before", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        stage.network.setDown(true, Cast.pune)
        try await move.claim()
        try await move.offer()
        try await settle([stage.oslo, stage.lima])
        #expect(try await move.state(on: stage.oslo) == .done)
        // Chidi does not know, and writes to the old group.
        _ = try await stage.post("Meanwhile", by: stage.chidi, on: stage.pune)
        try await stage.pune.fillLedger()
        stage.network.setDown(false, Cast.pune)
        try await stage.pune.deliver()
        for _ in 0..<3 {
            stage.clock.advance(3600)
            try await stage.settleAll()
        }
        #expect(try await stage.pune.store.read { try $0.actor(stage.group.uri)?.movedTo } == move.target.uri)
        for (person, node) in move.readers {
            let now = try await move.threads(person, on: node)
            #expect(now == ["<p>Before</p>", "<p>Meanwhile</p>"], "\(person.name)")
        }
    }

    @Test(
        "what members change, answer and take away while their group arrives in its new office is so everywhere",
        arguments: [Group.Kind.open, .closed, .secret])
    func edits(kind: Group.Kind) async throws {
        let move = try await MoveStage(kind)
        let stage = move.stage
        let elsewhere = try await stage.post("Old looms", by: stage.chidi, on: stage.pune)
        let here = try await stage.post("Old shuttles", by: stage.carmen, on: stage.lima)
        let bad = try await stage.post("Buy my looms", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        try await move.claim()
        try await move.arrive()
        stage.clock.advance(60)
        _ = try await stage.pune.edit.edit(elsewhere.id, to: Draft(text: "New looms"), by: stage.chidi.id)
        _ = try await stage.lima.edit.edit(here.id, to: Draft(text: "New shuttles"), by: stage.carmen.id)
        // Chidi moderates, and Boris may answer alone.
        try await RunGroup(people: stage.pune.people).post(
            "remove", try await stage.id(bad, on: stage.pune), by: stage.chidi.id)
        var answer = Draft(text: "Seen")
        answer.replyTo = try await stage.id(elsewhere, on: stage.oslo)
        _ = try await stage.oslo.publish.publish(answer, by: stage.boris.id)
        for node in stage.nodes {
            try await node.fillLedger()
            try await node.deliver()
        }
        try await stage.lima.handleInbox()
        #expect(try await move.state(on: stage.lima) == .arriving)
        #expect(try await stage.copy(elsewhere, on: stage.lima).content == "<p>New looms</p>")
        try await stage.settleAll()
        #expect(try await move.state(on: stage.lima) == .done)
        for (person, node) in move.readers {
            let now = try await move.threads(person, on: node)
            #expect(
                now == ["  <p>Seen</p>", "<p>New looms</p>", "<p>New shuttles</p>"], "\(person.name)")
        }
    }

    @Test("the move goes on where it was when offices stop and start between any two steps, twice over")
    func restarts() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        for number in 1...90 { _ = try await stage.post("Post \(number)", by: stage.ada, on: stage.oslo) }
        try await stage.settleAll()
        try await move.claim()
        try await move.offer()
        // The source goes away when a page was read, and comes back.
        try await stage.oslo.fillLedger()
        try await stage.oslo.deliver()
        try await stage.lima.handleInbox()
        #expect(try await move.state(on: stage.lima) == .reading)
        stage.network.setDown(true, Cast.oslo)
        try await stage.lima.readGroups()
        stage.lima.restart()
        #expect(try await move.state(on: stage.oslo) == .offered)
        stage.network.setDown(false, Cast.oslo)
        stage.clock.advance(60)
        try await move.offer()
        try await settle(stage.nodes) { $0.restart() }
        #expect(try await move.state(on: stage.oslo) == .done)
        #expect(try await move.state(on: stage.lima) == .done)
        // The same words again change nothing.
        try await stage.oslo.store.write {
            try $0.append(.groupMoveOffered(stage.group.id, target: move.target.uri))
            try $0.append(.groupMoved(stage.group.id, for: nil))
        }
        try await settle(stage.nodes) { $0.restart() }
        for (person, node) in move.readers {
            #expect(try await move.threads(person, on: node).count == 90, "\(person.name)")
        }
        #expect(try await move.membership(stage.ada, on: stage.lima)?.role == .owner)
    }

    @Test("an owner in Lima moves a group of Oslo to the group that she founded at home, by one word")
    func fromTheTarget() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        try await stage.decide(.role(.owner), about: stage.carmen, by: stage.ada)
        _ = try await stage.post("Before", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        try await move.lima.move(
            try await stage.group(on: stage.lima), to: move.target.id, by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await move.state(on: stage.oslo) == .done)
        #expect(try await move.membership(stage.carmen, on: stage.lima)?.role == .owner)
        #expect(try await move.membership(stage.ada, on: stage.oslo)?.role == .moderator)
        #expect(try await move.threads(stage.chidi, on: stage.pune) == ["<p>Before</p>"])
    }

    @Test(
        "whoever comes to the moved group later reads all that was written before, with its authors' proofs")
    func newcomer() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        _ = try await stage.post("By Ada", by: stage.ada, on: stage.oslo)
        _ = try await stage.post("By Chidi", by: stage.chidi, on: stage.pune)
        try await stage.settleAll()
        try await move.claim()
        try await move.offer()
        try await stage.settleAll()
        let quito = try await stage.addNode("quito.example", to: stage.nodes)
        let olga = try await Cast.welcome("olga", to: quito)
        _ = try await GroupRoster(needs: quito.needs).join(try await move.new(on: quito), by: olga.id)
        try await settle(stage.nodes + [quito])
        let known = try #require(await stage.lima.store.read { try $0.actorID(olga.uri) })
        // Chidi moderates from Pune, as he did before.
        let inPune = try #require(await stage.pune.findActor(olga.uri))
        try await stage.roster(stage.pune).decide(
            .approve, about: inPune.id, in: try await move.new(on: stage.pune), by: stage.chidi.id)
        try await settle(stage.nodes + [quito])
        #expect(try await stage.lima.store.read { try $0.isMember(known, of: move.target.id) })
        #expect(try await move.threads(olga, on: quito) == ["<p>By Ada</p>", "<p>By Chidi</p>"])
    }
}
