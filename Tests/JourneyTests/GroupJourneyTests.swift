import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// A group in Oslo with people in Oslo, Lima and Pune.
struct GroupStage: Journey {
    let clock = TestClock()
    let network = FakeNetwork()
    /// What Oslo logged, refusals and all.
    let log = LogBook()
    let oslo: TestNode
    let lima: TestNode
    let pune: TestNode
    let ada: Actor
    let boris: Actor
    let carmen: Actor
    let cesar: Actor
    let chidi: Actor
    let devi: Actor
    /// The group, as Oslo knows it.
    let group: Actor

    var nodes: [TestNode] { [oslo, lima, pune] }

    init(_ kind: Group.Kind, posting: Group.Posting = .members) async throws {
        oslo = try await TestNode(Cast.oslo, network: network, clock: clock, logBook: log)
        lima = try await TestNode(Cast.lima, network: network, clock: clock)
        pune = try await TestNode(Cast.pune, network: network, clock: clock)
        ada = try await Cast.welcome("ada", to: oslo)
        boris = try await Cast.welcome("boris", to: oslo)
        carmen = try await Cast.welcome("carmen", to: lima)
        cesar = try await Cast.welcome("cesar", to: lima)
        chidi = try await Cast.welcome("chidi", to: pune)
        devi = try await Cast.welcome("devi", to: pune)
        var wish = RunGroup.Wish()
        wish.displayName = "Designers"
        wish.rules = "Be kind"
        wish.kind = kind
        wish.posting = posting
        group = try await RunGroup(people: oslo.people).found("designers", wish, by: ada.id)
        for node in nodes {
            for other in nodes where other.authority != node.authority {
                try await node.admit(other.authority)
            }
        }
    }

    /// Another office of the organisation.
    func addNode(_ authority: String, to nodes: [TestNode]) async throws -> TestNode {
        let node = try await TestNode(authority, network: network, clock: clock)
        for other in nodes {
            try await node.admit(other.authority)
            try await other.admit(authority)
        }
        return node
    }

    func settleAll() async throws { try await settle(nodes) }

    /// The group as a node knows it: found by its handle where it is not known yet.
    func group(on node: TestNode) async throws -> ActorID {
        if node.authority == oslo.authority { return group.id }
        if let known = try await node.store.read({ [group] in try $0.actorID(group.uri) }) { return known }
        return try #require(await node.find(try theHandle("designers@\(Cast.oslo)"))).id
    }

    /// A person as Oslo knows them.
    func inOslo(_ person: Actor) async throws -> ActorID {
        if let id = try await oslo.store.read({ try $0.actorID(person.uri) }) { return id }
        return try #require(await oslo.findActor(person.uri)).id
    }

    func roster(_ node: TestNode) -> GroupRoster { GroupRoster(needs: node.needs) }

    func join(_ person: Actor, on node: TestNode) async throws {
        _ = try await roster(node).join(try await group(on: node), by: person.id)
    }

    func decide(_ decision: GroupDecision, about person: Actor, by moderator: Actor) async throws {
        try await roster(oslo).decide(
            decision, about: try await inOslo(person), in: group.id, by: moderator.id)
    }

    func membership(_ person: Actor, on node: TestNode) async throws -> Membership? {
        try await node.store.read { [group] transaction in
            guard let id = try transaction.actorID(person.uri), let in_ = try transaction.actorID(group.uri)
            else { return nil }
            return try transaction.membership(of: id, in: in_)
        }
    }

    /// What Oslo and the person's own node say they are, which must be the same.
    func state(_ person: Actor, on node: TestNode) async throws -> Membership.State? {
        let (there, here) = (
            try await membership(person, on: oslo)?.state, try await membership(person, on: node)?.state
        )
        #expect(there == here)
        return here
    }

    func post(
        _ text: String, by person: Actor, on node: TestNode, answering: ObjectURI? = nil
    ) async throws -> Post {
        var draft = Draft(text: text)
        draft.group = try await group(on: node)
        draft.replyTo = try await answering.asyncMap { uri in
            try #require(await node.store.read { try $0.postID(uri) })
        }
        return try await node.publish.publish(draft, by: person.id)
    }

    /// Which of these posts a person sees, by any way there is to one.
    func sees(_ person: Actor, _ uri: ObjectURI, on node: TestNode) async throws -> Bool {
        try await node.store.read { transaction in
            guard let post = try transaction.post(uri) else { return false }
            return try transaction.maySee(post, .person(person.id))
        }
    }

    /// The thread of a post as a person sees it, in a comparable form.
    func thread(_ uri: ObjectURI, _ person: Actor, on node: TestNode) async throws -> [String] {
        try await node.store.read { transaction in
            let root = try #require(try transaction.post(uri))
            return try transaction.descendants(of: root, for: .person(person.id))
                .map { "\($0.uri) \($0.content) \($0.counts.likes)" }
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Other>(_ body: (Wrapped) async throws -> Other) async throws -> Other? {
        guard let self else { return nil }
        return try await body(self)
    }
}

@Suite("Groups")
struct GroupJourneyTests {
    @Test(
        "an open group: people of three offices join, write, answer, like, edit and delete, and see the same")
    func openGroup() async throws {
        let stage = try await GroupStage(.open)
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
        ] {
            try await stage.join(person, on: node)
        }
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .member)
        #expect(try await stage.state(stage.chidi, on: stage.pune) == .member)

        let first = try await stage.post("A new logo", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        for (person, node) in [
            (stage.ada, stage.oslo), (stage.chidi, stage.pune), (stage.carmen, stage.lima),
        ] {
            #expect(try await stage.home(person, on: node) == [first.uri], "\(person.name)")
        }
        // Once each, and nobody who does not belong.
        #expect(try await stage.home(stage.devi, on: stage.pune).isEmpty)

        let answer = try await stage.post("Larger!", by: stage.chidi, on: stage.pune, answering: first.uri)
        try await stage.settleAll()
        let third = try await stage.post("Smaller!", by: stage.ada, on: stage.oslo, answering: answer.uri)
        _ = try await LikePost(needs: stage.oslo.needs).like(
            try #require(await stage.oslo.store.read { try $0.postID(answer.uri) }), by: stage.boris.id)
        try await stage.settleAll()
        let inLima = try await stage.thread(first.uri, stage.carmen, on: stage.lima)
        #expect(inLima.count == 2 && inLima[0].hasSuffix(" 1"), "\(inLima)")
        #expect(try await stage.thread(first.uri, stage.ada, on: stage.oslo) == inLima)
        #expect(try await stage.thread(first.uri, stage.chidi, on: stage.pune) == inLima)

        stage.clock.advance(60)
        _ = try await stage.pune.edit.edit(answer.id, to: Draft(text: "Much larger!"), by: stage.chidi.id)
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(third.id, by: stage.ada.id)
        try await stage.settleAll()
        let after = try await stage.thread(first.uri, stage.carmen, on: stage.lima)
        #expect(after.count == 1 && after[0].contains("Much larger!"), "\(after)")
        #expect(try await stage.thread(first.uri, stage.boris, on: stage.oslo) == after)
        #expect(try await stage.thread(first.uri, stage.chidi, on: stage.pune) == after)
    }

    @Test("the group passes activities on unchanged, with their authors' proofs, once to each node")
    func proofsSurvive() async throws {
        let stage = try await GroupStage(.closed)
        for (person, node) in [
            (stage.carmen, stage.lima), (stage.chidi, stage.pune), (stage.devi, stage.pune),
        ] {
            try await stage.join(person, on: node)
            try await stage.settleAll()
            try await stage.decide(.approve, about: person, by: stage.ada)
        }
        try await stage.settleAll()
        let before = stage.network.sent.count
        let post = try await stage.post("Under embargo", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        let sent = stage.network.sent.dropFirst(before).filter { $0.method == "POST" }
            .compactMap { request in (try? JSONParser.parse(request.body)).map { (request.url.authority, $0) }
            }
        let announces = sent.filter { $0.1["type"] == "Announce" }
        #expect(announces.map(\.0).sorted() == [Cast.lima, Cast.pune])
        let create = try #require(sent.first { $0.1["type"] == "Create" }?.1)
        #expect(create["proof"] != nil)
        #expect(announces.allSatisfy { $0.1["object"]?.bytes == create.bytes })
        // The author's node sends it to the group alone.
        #expect(sent.filter { $0.1["type"] == "Create" }.map(\.0) == [Cast.oslo])
        #expect(try await stage.sees(stage.chidi, post.uri, on: stage.pune))
    }

    @Test(
        "on six nodes members see the same thread, complete, whenever they came and wherever it was written")
    func sixNodes() async throws {
        let stage = try await GroupStage(.closed)
        var nodes = stage.nodes
        for host in ["quito.example", "rome.example", "seoul.example"] {
            nodes.append(try await stage.addNode(host, to: nodes))
        }
        var members: [(Actor, TestNode)] = [
            (stage.ada, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
        ]
        for node in nodes.dropFirst(3) { members.append((try await Cast.welcome("olga", to: node), node)) }
        func enter(_ person: Actor, _ node: TestNode) async throws {
            try await stage.join(person, on: node)
            try await settle(nodes)
            try await stage.decide(.approve, about: person, by: stage.ada)
            try await settle(nodes)
        }
        for (person, node) in members[1..<4] { try await enter(person, node) }
        let first = try await stage.post("Where do we meet?", by: stage.carmen, on: stage.lima)
        try await settle(nodes)
        var last = first
        for (index, (person, node)) in members.prefix(4).enumerated() {
            last = try await stage.post("Answer \(index)", by: person, on: node, answering: last.uri)
            try await settle(nodes)
        }
        stage.clock.advance(60)
        _ = try await members[3].1.edit.edit(last.id, to: Draft(text: "In Oslo"), by: members[3].0.id)
        try await settle(nodes)
        // The others come when all of it is written, and go on.
        for (person, node) in members[4...] { try await enter(person, node) }
        for (index, (person, node)) in members[4...].enumerated() {
            _ = try await stage.post("Late \(index)", by: person, on: node, answering: first.uri)
            try await settle(nodes)
        }
        let inOslo = Set(try await stage.thread(first.uri, stage.ada, on: stage.oslo))
        #expect(inOslo.count == 6 && inOslo.contains { $0.contains("In Oslo") }, "\(inOslo)")
        for (person, node) in members {
            #expect(Set(try await stage.thread(first.uri, person, on: node)) == inOslo, "\(node.authority)")
        }
    }

    @Test("a closed group lets in whom it lets in; others see that it is there and nothing of it")
    func closedGroup() async throws {
        let stage = try await GroupStage(.closed)
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.join(stage.chidi, on: stage.pune)
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .asked)
        let told = try await stage.oslo.store.read {
            try $0.notifications(of: stage.ada.id, Page(limit: 10)).map(\.kind)
        }
        #expect(told == [.groupAsked])
        try await stage.decide(.approve, about: stage.carmen, by: stage.ada)
        try await stage.decide(.refuse, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .member)
        #expect(try await stage.state(stage.chidi, on: stage.pune) == nil)

        let post = try await stage.post("For us", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        #expect(try await stage.sees(stage.carmen, post.uri, on: stage.lima))
        #expect(try await stage.home(stage.carmen, on: stage.lima) == [post.uri])
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.cesar, stage.lima), (stage.chidi, stage.pune),
        ] {
            #expect(try await !stage.sees(person, post.uri, on: node), "\(person.name)")
        }
        // Pune has no member, so it was told nothing.
        #expect(try await stage.pune.store.read { try $0.postID(post.uri) } == nil)

        try await stage.roster(stage.lima).leave(try await stage.group(on: stage.lima), by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == nil)
        #expect(try await !stage.sees(stage.carmen, post.uri, on: stage.lima))
    }
}
