import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// A group that is run by someone dishonest passes on what nobody said.
@Suite("Groups: forged announces")
struct GroupForgeryTests {
    @Test("what a group passes on without its author's proof is refused with that reason", arguments: [0, 1])
    func reason(number: Int) async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.carmen, on: stage.lima)
        let post = try await stage.post("Hello", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        let crooks = try Stranger("https://far.example/crooks", on: stage.network, clock: stage.clock)
        try crooks.serve([("type", "Group"), ("hallway:groupKind", "open"), ("hallway:posting", "members")])
        let found = try #require(await stage.oslo.findActor(try theURI(crooks.uri)))
        try await stage.oslo.store.write { transaction in
            try transaction.save(
                Membership(
                    group: found.id, person: stage.boris.id, state: .member, uri: found.uri,
                    createdAt: stage.clock.now))
        }
        let note: JSONValue = [
            "id": .string("https://\(Cast.lima)/posts/77"), "type": "Note",
            "attributedTo": .string(stage.carmen.uri.string), "content": "I resign",
            "to": .string(crooks.uri), "audience": .string(crooks.uri),
        ]
        let forged: JSONValue = [
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": .string("https://\(Cast.lima)/activities/77"),
            "type": number == 0 ? "Create" : "Like", "actor": .string(stage.carmen.uri.string),
            "object": number == 0 ? note : .string(post.uri.string),
        ]
        let seen = stage.log.lines.count
        try await crooks.send(crooks.activity("Announce", forged), to: stage.oslo)
        let said = stage.log.lines.dropFirst(seen).filter { $0.contains("activity dropped") }
        // Of a post, its origin was asked, which knows of none.
        let reason = number == 0 ? "404" : "bears no proof"
        #expect(said.contains { $0.contains(reason) }, "\(said)")
        let (copy, likes) = try await stage.oslo.store.read { transaction in
            (
                try transaction.postID(try theURI("https://\(Cast.lima)/posts/77")),
                try transaction.post(post.uri)?.counts.likes
            )
        }
        #expect(copy == nil && likes == 0)
    }

    @Test("nobody gets into a group by being asked for: neither as what is answered, nor by its address")
    func fetched() async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.chidi, on: stage.pune)
        try await stage.settleAll()
        let mallory = try Stranger("https://far.example/mallory", on: stage.network, clock: stage.clock)
        let public_ = "https://www.w3.org/ns/activitystreams#Public"
        let inside = mallory.note(
            "1", "Buy my looms", to: [.string(public_), .string(stage.group.uri.string)],
            more: [("audience", .string(stage.group.uri.string))])
        stage.network.serve("https://far.example/notes/1", inside)
        for (node, person) in [(stage.oslo, stage.ada), (stage.pune, stage.chidi)] {
            let answer = mallory.note(
                "on \(person.name)", "Is it not so?", to: [.string(public_), .string(person.uri.string)],
                more: [("inReplyTo", "https://far.example/notes/1")])
            try await mallory.send(mallory.activity("Create", answer), to: node)
            try await stage.settleAll()
            _ = await Threads(world: node.world).find(try theURI("https://far.example/notes/1"))
            let (isThere, board) = try await node.store.read { [stage] transaction in
                let group = try #require(try transaction.actorID(stage.group.uri))
                return (
                    try transaction.post(try theURI("https://far.example/notes/1"))?.group != nil,
                    try transaction.timeline(.group(group), for: .person(person.id), Page(limit: 10))
                )
            }
            #expect(!isThere && board.isEmpty, "\(node.authority)")
        }
    }

    @Test("what was written to one person is not made a group's by a group that got hold of it")
    func widened() async throws {
        let stage = try await GroupStage(.open)
        let crooks = try Stranger("https://far.example/crooks", on: stage.network, clock: stage.clock)
        try crooks.serve([("type", "Group"), ("hallway:groupKind", "open"), ("hallway:posting", "members")])
        _ = try Stranger("https://far.example/mallory", on: stage.network, clock: stage.clock)
        _ = try #require(await stage.oslo.findActor(try theURI("https://far.example/mallory")))
        let found = try #require(await stage.pune.findActor(try theURI(crooks.uri)))
        try await stage.pune.store.write { transaction in
            try transaction.save(
                Membership(
                    group: found.id, person: stage.chidi.id, state: .member, uri: found.uri,
                    createdAt: stage.clock.now))
        }
        let told = try await stage.oslo.publish.publish(
            Draft(text: "@mallory@far.example between us", audience: .direct), by: stage.ada.id)
        let aloud = try await stage.oslo.publish.publish(
            Draft(text: "For everyone", audience: .anyone), by: stage.ada.id)
        try await stage.settleAll()
        for (post, isShown) in [(told, false), (aloud, true)] {
            let create = try await stage.oslo.store.read { transaction in
                try transaction.activity(stage.oslo.needs.addresses.activity(ActivityID(post.id.raw)))
            }
            let json = try JSONParser.parse(try #require(create).json)
            try await crooks.send(crooks.activity("Announce", json), to: stage.pune)
            #expect(try await stage.pune.store.read { try $0.postID(post.uri) != nil } == isShown)
        }
    }
}
