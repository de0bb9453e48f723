import ActivityStreams
import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Moves that nobody may make, and what a node reads of a group's history.
@Suite("Groups: moves that are refused, and history")
struct GroupMoveRefusalTests {
    /// That nothing moved: the group is in Oslo, and works.
    func stays(_ move: MoveStage) async throws {
        let stage = move.stage
        for node in stage.nodes {
            let group = try await node.store.read { try $0.actor(stage.group.uri) }
            #expect(group?.movedTo == nil, "\(node.authority)")
        }
        let post = try await stage.post("Still here \(stage.clock.now)", by: stage.chidi, on: stage.pune)
        try await stage.settleAll()
        #expect(try await stage.sees(stage.carmen, post.uri, on: stage.lima))
        #expect(try await stage.membership(stage.ada, on: stage.oslo)?.role == .owner)
    }

    @Test("a group that did not claim the old one does not get it, and its office says why")
    func unclaimed() async throws {
        let move = try await MoveStage(.closed)
        try await move.offer()
        try await move.stage.settleAll()
        let known = try await move.stage.oslo.store.read { try $0.groupMove(from: move.stage.group.uri) }
        #expect(known?.state == .refused)
        #expect(known?.reason == "The new group does not take this one over: its owner has to say so first")
        try await stays(move)
        // Once it has, it may be offered again.
        try await move.claim()
        try await move.offer()
        try await move.stage.settleAll()
        #expect(try await move.state(on: move.stage.oslo) == .done)
    }

    @Test(
        "only the owner has a group moved, at home and from elsewhere; only an empty group of a member claims"
    )
    func notTheOwner() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        let reason = "Only the owner has a group moved"
        let (inOslo, inPune) = (try await move.new(on: stage.oslo), try await move.new(on: stage.pune))
        await #expect(throws: Refusal.notAllowed(because: reason)) {
            try await move.oslo.move(stage.group.id, to: inOslo, by: stage.boris.id)
        }
        let pune = MoveGroup(needs: stage.pune.needs)
        let here = try await stage.group(on: stage.pune)
        await #expect(throws: Refusal.notAllowed(because: reason)) {
            try await pune.move(here, to: inPune, by: stage.chidi.id)
        }
        // Whatever their node lets them say.
        try await stage.pune.store.write {
            try $0.append(.groupMoveAsked(stage.chidi.id, group: here, target: move.target.uri))
        }
        try await stage.settleAll()
        #expect(stage.log.lines.contains { $0.contains(reason) })
        #expect(try await move.state(on: stage.oslo) == nil)

        let inLima = try await stage.group(on: stage.lima)
        await #expect(throws: Refusal.notAllowed(because: reason)) {
            try await move.lima.claim(move.target.id, from: inLima, by: stage.cesar.id)
        }
        var draft = Draft(text: "Not empty")
        draft.group = move.target.id
        _ = try await stage.lima.publish.publish(draft, by: stage.carmen.id)
        await #expect(throws: Refusal.notAllowed(because: "Only an empty group takes another one over")) {
            try await move.claim()
        }
        try await stays(move)
    }

    @Test(
        "a forged move moves nothing: not by the group, not to one that does not know it, not by a stranger")
    func forged() async throws {
        let move = try await MoveStage(.open)
        let stage = move.stage
        let eve = try Stranger("https://far.example/actors/eve", on: stage.network, clock: stage.clock)
        try eve.serve([
            ("type", "Group"), ("hallway:groupKind", "open"),
            ("alsoKnownAs", [.string(stage.group.uri.string)]),
        ])
        let object = JSONValue.string(stage.group.uri.string)
        // By another than the group, to the old node and to a member's.
        for node in [stage.oslo, stage.pune] {
            try await eve.send(
                eve.activity("Move", object, more: [("target", .string(eve.uri))]), to: node)
        }
        #expect(stage.log.lines.contains { $0.contains("Only the owner has a group moved") })
        // In the group's name.
        var forged = try #require(
            eve.activity("Move", object, more: [("target", .string(eve.uri))]).object)
        forged["actor"] = object
        let request = try eve.request(.object(forged), to: stage.pune)
        await #expect(throws: (any Error).self) { try await stage.pune.receive(request) }
        // An answer to an offer that was never made.
        try await eve.send(
            eve.activity(
                "Accept", ["type": "Offer", "actor": object, "object": object, "target": .string(eve.uri)]),
            to: stage.oslo)
        #expect(stage.log.lines.contains { $0.contains("the group was not offered to this one") })
        try await stays(move)

        // By the group itself, to one that does not say that it was the old one: members' nodes stay.
        var moved = try #require(await stage.oslo.store.read { try $0.actor(stage.group.id) })
        moved.movedTo = move.target.uri
        let group = moved
        try await stage.oslo.store.write { transaction in
            try transaction.save(group)
            try transaction.append(.groupMoved(stage.group.id, for: nil))
        }
        try await stage.settleAll()
        for node in [stage.lima, stage.pune] {
            let known = try await node.store.read { transaction in
                try transaction.actor(stage.group.uri).flatMap {
                    try transaction.localMembers(of: $0.id).count
                }
            }
            #expect(known == 1, "\(node.authority)")
        }
    }

    @Test("the roster is for the node to which the group was offered, the history for those with members")
    func documents() async throws {
        let move = try await MoveStage(.closed)
        let stage = move.stage
        _ = try await stage.post("Inside", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        let documents = Documents(world: stage.oslo.world, version: "test")
        let group = try #require(await stage.oslo.store.read { try $0.actor(stage.group.id) })
        func viewer(_ authority: String) -> Viewer { .node(authority: authority, isOfOrganisation: true) }
        let page = try await documents.history(of: group, for: viewer(Cast.pune), after: "0")
        #expect(page["orderedItems"]?.list.count == 1)
        await #expect(throws: Refusal.self) {
            _ = try await documents.history(of: group, for: viewer("rome.example"), after: "0")
        }
        await #expect(throws: Refusal.self) {
            _ = try await documents.roster(of: group, for: viewer(Cast.lima), after: nil)
        }
        try await move.claim()
        try await move.offer()
        _ = try await documents.roster(of: group, for: viewer(Cast.lima), after: nil)
        let roster = try await documents.roster(of: group, for: viewer(Cast.lima), after: "0")
        func names(_ page: JSONValue) -> [String] {
            page["orderedItems"]?.list.first?.object?.members.map(\.name).sorted() ?? []
        }
        #expect(try names(roster) == names(Vectors.json("group/wire/roster.json")))
        #expect(roster["orderedItems"]?.list.count == 5)
        await #expect(throws: Refusal.self) {
            _ = try await documents.roster(of: group, for: viewer(Cast.pune), after: nil)
        }
    }

    @Test("the first member of an office gets everything that was ever written, page by page, over a restart")
    func wholeHistory() async throws {
        let stage = try await GroupStage(.open)
        for number in 1...230 {
            stage.clock.advance(1)
            _ = try await stage.post("Post \(number)", by: stage.ada, on: stage.oslo)
        }
        try await stage.settleAll()
        try await stage.join(stage.carmen, on: stage.lima)
        for _ in 0..<2 {
            for node in [stage.lima, stage.oslo] {
                try await node.handleInbox()
                try await node.fanOut()
                try await node.fillLedger()
                try await node.deliver()
            }
        }
        try await stage.lima.handleInbox()
        stage.network.setDown(true, Cast.oslo)
        try await stage.lima.readGroups()
        stage.lima.restart()
        stage.network.setDown(false, Cast.oslo)
        stage.clock.advance(60)
        try await settle(stage.nodes) { $0.restart() }
        let group = try await stage.group(on: stage.lima)
        let read = try await stage.lima.store.read {
            try $0.timeline(.group(group), for: .person(stage.carmen.id), Page(limit: 400)).count
        }
        #expect(read == 230)
        // One that would go on for ever is not read any further.
        let page = try #require(ObjectURI("\(stage.group.uri)/history"))
        var endless = GroupReading(group: group, page: page, nextAt: stage.clock.now)
        endless.pages = GroupReading.mostPages
        try await stage.lima.store.write { [endless] in try $0.save(endless) }
        let sent = stage.network.sent.count
        try await stage.lima.readGroups()
        #expect(try await stage.lima.store.read { try $0.groupReading(group)?.isDone } == true)
        #expect(stage.network.sent.count == sent)
    }

    @Test("what is said of a move has the form of the vectors", arguments: ["offer", "accept-offer", "move"])
    func vectors(name: String) async throws {
        let vector = try Vectors.json("group/wire/\(name).json")
        let move = try await MoveStage(.closed)
        let before = move.stage.network.sent.count
        try await move.claim()
        try await move.offer()
        try await move.stage.settleAll()
        let all = move.stage.network.sent.dropFirst(before).compactMap { try? JSONParser.parse($0.body) }
            .flatMap { $0["orderedItems"]?.list ?? [$0] }
        let sent = try #require(all.first { $0["type"] == vector["type"] })
        func names(_ value: JSONValue) -> Set<String> { Set(value.object?.members.map(\.name) ?? []) }
        for (wanted, found) in [(vector, sent), (vector["object"] ?? .null, sent["object"] ?? .null)] {
            #expect(names(wanted).subtracting(names(found)).isEmpty)
        }
    }
}
