import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Who decides in a group, here and from other offices.
@Suite("Groups: roles")
struct GroupModerationTests {
    /// A closed group with Carmen in Lima and Chidi in Pune.
    func stage(_ kind: Group.Kind = .closed) async throws -> GroupStage {
        let stage = try await GroupStage(kind)
        for (person, node) in [(stage.carmen, stage.lima), (stage.chidi, stage.pune)] {
            try await invite(person, to: stage, on: node)
        }
        return stage
    }

    func invite(_ person: Actor, to stage: GroupStage, on node: TestNode) async throws {
        try await stage.decide(.invite, about: person, by: stage.ada)
        try await stage.settleAll()
        #expect(try await stage.state(person, on: node) == .invited)
        try await stage.join(person, on: node)
        try await stage.settleAll()
        #expect(try await stage.state(person, on: node) == .member)
    }

    @Test("an invitation reaches another office, and is taken up or declined there")
    func invitation() async throws {
        let stage = try await stage()
        try await stage.decide(.invite, about: stage.devi, by: stage.ada)
        try await stage.settleAll()
        let told = try await stage.pune.store.read {
            try $0.notifications(of: stage.devi.id, Page(limit: 10)).map(\.kind)
        }
        #expect(told == [.groupInvited])
        try await stage.roster(stage.pune).leave(try await stage.group(on: stage.pune), by: stage.devi.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.devi, on: stage.pune) == nil)
    }

    @Test("a moderator in Lima lets people in, invites, removes, bans and pins in a group of Oslo")
    func moderatorElsewhere() async throws {
        let stage = try await stage()
        try await stage.decide(.role(.moderator), about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.carmen, on: stage.lima)?.role == .moderator)

        // Devi asks in Pune; Carmen hears of it in Lima and lets her in.
        try await stage.join(stage.devi, on: stage.pune)
        try await stage.settleAll()
        let told = try await stage.lima.store.read {
            try $0.notifications(of: stage.carmen.id, kinds: [.groupAsked], Page(limit: 10)).count
        }
        #expect(told == 1)
        let group = try await stage.group(on: stage.lima)
        let devi = try #require(await stage.lima.store.read { try $0.actorID(stage.devi.uri) })
        let roster = stage.roster(stage.lima)
        try await roster.decide(.approve, about: devi, in: group, by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.devi, on: stage.pune) == .member)

        let post = try await stage.post("Read this first", by: stage.devi, on: stage.pune)
        try await stage.settleAll()
        let known = try #require(await stage.lima.store.read { try $0.postID(post.uri) })
        let run = RunGroup(people: stage.lima.people)
        try await run.post("pin", known, by: stage.carmen.id)
        try await stage.settleAll()
        for (person, node) in [
            (stage.ada, stage.oslo), (stage.chidi, stage.pune), (stage.carmen, stage.lima),
        ] {
            let id = try await stage.group(on: node)
            let pinned = try await node.store.read {
                try $0.timeline(.pinnedInGroup(id), for: .person(person.id), Page(limit: 5)).map(\.uri)
            }
            #expect(pinned == [post.uri], "\(node.authority)")
        }

        try await roster.decide(.ban, about: devi, in: group, by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.devi, on: stage.pune) == .banned)
        #expect(try await stage.home(stage.devi, on: stage.pune).isEmpty)
        try await run.post("remove", known, by: stage.carmen.id)
        try await stage.settleAll()
        for node in stage.nodes {
            #expect(
                try await node.store.read { try $0.post(post.uri)?.deletedAt } != nil, "\(node.authority)")
        }
        try await roster.decide(.unban, about: devi, in: group, by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.devi, on: stage.pune) == nil)

        let cesar = stage.cesar.id
        try await roster.decide(.invite, about: cesar, in: group, by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.cesar, on: stage.lima) == .invited)
        let chidi = try #require(await stage.lima.findActor(stage.chidi.uri))
        try await roster.decide(.remove, about: chidi.id, in: group, by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.state(stage.chidi, on: stage.pune) == nil)
    }

    @Test("whoever does not moderate decides nothing, and moderators decide about those below them")
    func limits() async throws {
        let stage = try await stage()
        try await stage.join(stage.devi, on: stage.pune)
        try await stage.settleAll()
        let group = try await stage.group(on: stage.lima)
        let devi = try #require(await stage.lima.findActor(stage.devi.uri))
        // Here, as a member; and in Oslo, whatever their node lets them say.
        await #expect(throws: Refusal.self) {
            try await stage.roster(stage.lima).decide(
                .approve, about: devi.id, in: group, by: stage.carmen.id)
        }
        for word in ["approve", "ban", "owner", "remove"] {
            try await stage.lima.store.write {
                try $0.append(.moderated(stage.carmen.id, group: group, about: stage.devi.uri, word: word))
            }
        }
        try await stage.lima.store.write {
            try $0.append(.moderated(stage.carmen.id, group: group, about: stage.ada.uri, word: "remove"))
            try $0.append(
                .moderated(stage.carmen.id, group: group, about: stage.carmen.uri, word: "moderator"))
        }
        try await stage.settleAll()
        #expect(try await stage.state(stage.devi, on: stage.pune) == .asked)
        #expect(try await stage.membership(stage.ada, on: stage.oslo)?.role == .owner)
        #expect(try await stage.membership(stage.carmen, on: stage.oslo)?.role == .member)
        try await stage.decide(.role(.moderator), about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        try await stage.lima.store.write {
            try $0.append(.moderated(stage.carmen.id, group: group, about: stage.ada.uri, word: "ban"))
        }
        try await stage.settleAll()
        #expect(try await stage.membership(stage.ada, on: stage.oslo)?.state == .member)
    }

    @Test("the owner leaves: the longest moderator owns the group, or else the longest member")
    func succession() async throws {
        let stage = try await stage()
        try await stage.decide(.role(.moderator), about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        try await stage.roster(stage.oslo).leave(stage.group.id, by: stage.ada.id)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.chidi, on: stage.oslo)?.role == .owner)
        #expect(try await stage.membership(stage.chidi, on: stage.pune)?.role == .owner)
        try await stage.roster(stage.pune).leave(try await stage.group(on: stage.pune), by: stage.chidi.id)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.carmen, on: stage.lima)?.role == .owner)
        let words = try await stage.oslo.store.read {
            try $0.records(of: stage.group.id).filter { $0.word == "owner" }.count
        }
        #expect(words == 2)
    }

    @Test("what was decided is looked up in other offices too, as far as they are told")
    func recordsElsewhere() async throws {
        let stage = try await stage()
        func words(on node: TestNode) async throws -> [String] {
            let group = try await stage.group(on: node)
            return try await node.store.read { transaction in
                try transaction.records(of: group).map { record in
                    let name = try transaction.actor(record.person)?.name ?? "?"
                    return "\(name): \(record.word)"
                }
            }
        }
        try await stage.decide(.role(.moderator), about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        try await stage.decide(.ban, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        try await invite(stage.devi, to: stage, on: stage.pune)
        try await stage.roster(stage.pune).leave(try await stage.group(on: stage.pune), by: stage.devi.id)
        try await stage.settleAll()
        // Carmen moderates in Lima, which is told of everyone; Pune of its own people.
        #expect(
            try await words(on: stage.lima) == [
                "devi: left or was removed", "devi: joined", "chidi: banned", "carmen: moderator",
                "carmen: joined",
            ])
        #expect(
            try await words(on: stage.pune) == [
                "devi: left", "devi: joined", "chidi: banned", "chidi: joined",
            ])
    }

    @Test("an owner hands the group over, and stays as a moderator")
    func transfer() async throws {
        let stage = try await stage()
        try await stage.decide(.role(.owner), about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.carmen, on: stage.lima)?.role == .owner)
        #expect(try await stage.membership(stage.ada, on: stage.oslo)?.role == .moderator)
    }

    @Test("a person who leaves the organisation is in no group any more")
    func leaver() async throws {
        let stage = try await stage()
        try await stage.oslo.people.dismiss(stage.ada.id, as: .left)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.ada, on: stage.oslo) == nil)
        #expect(try await stage.oslo.store.read { try $0.moderators(of: stage.group.id).count } == 1)
    }

    @Test(
        "a rule brings people of a department of any office in, and lets them go, in step with their profiles"
    )
    func rule() async throws {
        let stage = try await GroupStage(.closed)
        var wish = RunGroup.Wish()
        wish.rule = Group.Rule(department: "Sales", office: "Lima")
        _ = try await RunGroup(people: stage.oslo.people).change(stage.group.id, wish, by: stage.ada.id)
        var changes = People.Changes()
        var work = WorkProfile()
        (work.department, work.office) = ("sales", "Lima")
        changes.work = work
        _ = try await stage.oslo.people.change(stage.boris.id, changes)
        #expect(try await stage.membership(stage.boris, on: stage.oslo)?.isAutomatic == true)

        // Carmen of Lima is in the register, as Oslo reads it.
        var carmen = try #require(await stage.oslo.findActor(stage.carmen.uri))
        carmen.work = work
        let (known, handle) = (carmen, try theHandle("carmen@example.org"))
        try await stage.oslo.store.write { [needs = stage.oslo.needs] transaction in
            try transaction.save(known)
            try transaction.setOrganisationHandle(handle, of: known.id)
            try GroupRoster.keepAllInStep(needs: needs, in: transaction)
        }
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .member)

        work.office = "Oslo"
        changes.work = work
        _ = try await stage.oslo.people.change(stage.boris.id, changes)
        #expect(try await stage.membership(stage.boris, on: stage.oslo) == nil)
        #expect(try await stage.membership(stage.ada, on: stage.oslo)?.role == .owner)
    }

    @Test("where moderators begin threads, others answer; guests only answer", arguments: [false, true])
    func posting(isModerated: Bool) async throws {
        let stage = try await GroupStage(.open, posting: isModerated ? .moderators : .members)
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        if !isModerated {
            try await stage.decide(.role(.guest), about: stage.carmen, by: stage.ada)
            try await stage.settleAll()
        }
        let post = try await stage.post("News", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        await #expect(throws: Refusal.self) {
            _ = try await stage.post("Mine", by: stage.carmen, on: stage.lima)
        }
        // What answers a post outside the group answers nothing in it.
        try await stage.join(stage.boris, on: stage.oslo)
        if !isModerated { try await stage.decide(.role(.guest), about: stage.boris, by: stage.ada) }
        for (person, neighbour, node) in [
            (stage.boris, stage.ada, stage.oslo), (stage.carmen, stage.cesar, stage.lima),
        ] {
            let outside = try await node.post("Elsewhere", by: neighbour, for: .organisation)
            await #expect(throws: Refusal.self) {
                _ = try await stage.post("Mine", by: person, on: node, answering: outside.uri)
            }
        }
        let answer = try await stage.post("Thanks", by: stage.carmen, on: stage.lima, answering: post.uri)
        try await stage.settleAll()
        #expect(try await stage.sees(stage.ada, answer.uri, on: stage.oslo))
    }
}
