import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// A group in Oslo whose owner sits in Lima.
@Suite("Groups: an owner elsewhere")
struct GroupOwnerTests {
    /// Carmen in Lima owns the group of Oslo, Ada in Oslo and Chidi in Pune moderate, Devi in Pune is a member.
    func stage() async throws -> GroupStage {
        let stage = try await GroupStage(.open)
        for (person, node) in [
            (stage.carmen, stage.lima), (stage.chidi, stage.pune), (stage.devi, stage.pune),
        ] {
            try await stage.join(person, on: node)
        }
        try await stage.settleAll()
        try await stage.decide(.role(.moderator), about: stage.chidi, by: stage.ada)
        try await stage.decide(.role(.owner), about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        return stage
    }

    func change(_ wish: RunGroup.Wish, by person: Actor, on node: TestNode, in stage: GroupStage) async throws
    {
        _ = try await RunGroup(people: node.people).change(
            try await stage.group(on: node), wish, by: person.id)
    }

    /// How the group is run, as a node knows it.
    func known(on node: TestNode, _ stage: GroupStage) async throws -> (Actor, Group) {
        let id = try await stage.group(on: node)
        return try await node.store.read { transaction in
            (try #require(try transaction.actor(id)), try #require(try transaction.group(id)))
        }
    }

    @Test("an owner in Lima changes how a group of Oslo is run, and every office runs it so")
    func changes() async throws {
        let stage = try await stage()
        var wish = RunGroup.Wish()
        (wish.displayName, wish.summary, wish.rules) = ("Makers", "Who *make* things", "No logos")
        (wish.kind, wish.posting) = (.closed, .moderators)
        wish.rule = Group.Rule(department: "Design", office: "")
        try await change(wish, by: stage.carmen, on: stage.lima, in: stage)
        #expect(try await known(on: stage.lima, stage).1.kind == .open)
        try await stage.settleAll()
        for node in stage.nodes {
            let (actor, group) = try await known(on: node, stage)
            #expect(actor.displayName == "Makers" && actor.summary.contains("things"), "\(node.authority)")
            #expect(group.kind == .closed && group.posting == .moderators, "\(node.authority)")
            #expect(group.rules == "No logos" && group.rule == wish.rule, "\(node.authority)")
        }
        // A part of it, while Oslo is down; and everyone comes and goes by themselves again.
        var second = RunGroup.Wish()
        (second.rules, second.rule) = ("Logos on Fridays", Group.Rule(department: "", office: ""))
        stage.network.setDown(true, Cast.oslo)
        try await change(second, by: stage.carmen, on: stage.lima, in: stage)
        try await stage.settleAll()
        stage.network.setDown(false, Cast.oslo)
        stage.oslo.restart()
        stage.clock.advance(3600)
        try await stage.settleAll()
        for node in stage.nodes {
            let (actor, group) = try await known(on: node, stage)
            #expect(actor.displayName == "Makers" && group.rules == "Logos on Fridays", "\(node.authority)")
            #expect(group.rule == nil && group.kind == .closed, "\(node.authority)")
        }
    }

    @Test("an owner in Lima hands a group of Oslo over to someone in Pune, who runs it from there")
    func handOver() async throws {
        let stage = try await stage()
        let chidi = try #require(await stage.lima.findActor(stage.chidi.uri))
        try await stage.roster(stage.lima).decide(
            .role(.owner), about: chidi.id, in: try await stage.group(on: stage.lima), by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.chidi, on: stage.oslo)?.role == .owner)
        #expect(try await stage.membership(stage.chidi, on: stage.pune)?.role == .owner)
        #expect(try await stage.membership(stage.carmen, on: stage.lima)?.role == .moderator)
        var wish = RunGroup.Wish()
        wish.rules = "From Pune"
        await #expect(throws: Refusal.notAllowed(because: "Only the owner changes how the group is run")) {
            try await change(wish, by: stage.carmen, on: stage.lima, in: stage)
        }
        try await change(wish, by: stage.chidi, on: stage.pune, in: stage)
        try await stage.settleAll()
        #expect(try await known(on: stage.oslo, stage).1.rules == "From Pune")
    }

    @Test("whoever does not own a group changes nothing of it, at home and from elsewhere")
    func others() async throws {
        let stage = try await stage()
        let before = try await known(on: stage.oslo, stage)
        var wish = RunGroup.Wish()
        (wish.displayName, wish.kind) = ("Mine", .secret)
        for (person, node) in [
            (stage.ada, stage.oslo), (stage.boris, stage.oslo), (stage.chidi, stage.pune),
            (stage.cesar, stage.lima),
        ] {
            await #expect(throws: Refusal.notAllowed(because: "Only the owner changes how the group is run"))
            {
                try await change(wish, by: person, on: node, in: stage)
            }
        }
        // Whatever their node lets them say.
        let inPune = try await stage.group(on: stage.pune)
        try await stage.pune.store.write {
            try $0.append(.groupChangeAsked(stage.chidi.id, group: inPune, wish: "name\u{1F}Mine"))
        }
        try await stage.settleAll()
        #expect(stage.log.lines.contains { $0.contains("Only the owner changes how the group is run") })

        let stranger = try Stranger("https://far.example/actors/eve", on: stage.network, clock: stage.clock)
        let object: JSONValue = [
            "id": .string(stage.group.uri.string), "type": "Group", "name": "Mine",
            "hallway:groupKind": "secret",
        ]
        let seen = stage.log.lines.count
        try await stranger.send(stranger.activity("Update", object), to: stage.oslo)
        #expect(
            stage.log.lines.dropFirst(seen).contains {
                $0.contains("Only the owner changes how the group is")
            })
        // In the owner's name, with a stranger's key.
        var forged = try #require(stranger.activity("Update", object).object)
        forged["actor"] = .string(stage.carmen.uri.string)
        let request = try stranger.request(.object(forged), to: stage.oslo)
        await #expect(throws: (any Error).self) { try await stage.oslo.receive(request) }
        try await stage.settleAll()
        let after = try await known(on: stage.oslo, stage)
        #expect(after.0.displayName == before.0.displayName && after.1 == before.1)
    }

    @Test("what a group may not become it does not become, whatever its owner elsewhere asks")
    func bounds() async throws {
        let stage = try await stage()
        var closed = RunGroup.Wish()
        closed.kind = .closed
        try await change(closed, by: stage.carmen, on: stage.lima, in: stage)
        try await stage.settleAll()
        let more = "A group does not become more open: its members wrote for each other"
        var open = RunGroup.Wish()
        open.kind = .open
        await #expect(throws: Refusal.notAllowed(because: more)) {
            try await change(open, by: stage.carmen, on: stage.lima, in: stage)
        }
        let inLima = try await stage.group(on: stage.lima)
        let long = String(repeating: "x", count: 1001)
        for (wish, reason) in [
            ("kind\u{1F}open", more), ("rules\u{1F}\(long)", "at most"), ("name\u{1F}\(long)", "at most"),
        ] {
            let seen = stage.log.lines.count
            try await stage.lima.store.write {
                try $0.append(.groupChangeAsked(stage.carmen.id, group: inLima, wish: wish))
            }
            try await stage.settleAll()
            #expect(stage.log.lines.dropFirst(seen).contains { $0.contains(reason) }, "\(wish.prefix(12))")
        }
        let (actor, group) = try await known(on: stage.oslo, stage)
        #expect(group.kind == .closed && group.rules == "Be kind" && actor.displayName == "Designers")
    }
}
