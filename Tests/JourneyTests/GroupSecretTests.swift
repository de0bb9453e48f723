import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// To those outside there is no secret group, on any node and by any way; and nobody forges their way into one.
@Suite("Groups: secrets and forgeries")
struct GroupSecretTests {
    func secretStage() async throws -> (GroupStage, Post) {
        let stage = try await GroupStage(.secret)
        try await stage.decide(.invite, about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .member)
        let post = try await stage.post(
            "Merger #aurora with @carmen@lima.example", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        #expect(try await stage.home(stage.carmen, on: stage.lima) == [post.uri])
        return (stage, post)
    }

    /// Everything by which a person could come upon the group on a node; the words name what let them.
    func ways(_ stage: GroupStage, _ post: Post, _ person: Actor, on node: TestNode) async throws -> [String]
    {
        try await node.store.read { transaction in
            var found: [String] = []
            let viewer = Viewer.person(person.id)
            if try !transaction.searchActors("designers", for: person.id).isEmpty { found.append("search") }
            if try !transaction.searchPosts(SearchQuery("merger"), for: viewer).isEmpty {
                found.append("posts")
            }
            if try !transaction.searchHashtags("aurora", for: viewer).isEmpty { found.append("hashtags") }
            for isMine in [true, false]
            where try !transaction.groups(for: person.id, isMine: isMine).isEmpty {
                found.append("list")
            }
            for timeline in [
                Timeline.everyone(from: .anywhere), .home, .hashtag("aurora", isLocal: false),
            ] where try !transaction.timeline(timeline, for: viewer, Page(limit: 5)).isEmpty {
                found.append("timeline")
            }
            if let id = try transaction.actorID(stage.group.uri) {
                if (try? transaction.livingActor(id, to: viewer)) != nil { found.append("account") }
                if (try? transaction.knownGroup(id, to: viewer)) != nil { found.append("group") }
                if let list = try? transaction.roster(of: id, state: .member, for: person.id), !list.isEmpty {
                    found.append("members")
                }
                if try !transaction.timeline(.group(id), for: viewer, Page(limit: 5)).isEmpty {
                    found.append("threads")
                }
            }
            if let known = try transaction.postID(post.uri),
                (try? transaction.visiblePost(known, to: viewer)) != nil
            {
                found.append("post")
            }
            return found
        }
    }

    @Test("a secret group does not exist for those outside, on any node by any way")
    func enumeration() async throws {
        let (stage, post) = try await secretStage()
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.cesar, stage.lima), (stage.chidi, stage.pune),
            (stage.devi, stage.pune),
        ] {
            #expect(try await ways(stage, post, person, on: node) == [], "\(person.name)")
        }
        // What finds nothing for them finds it for members.
        for (person, node) in [(stage.ada, stage.oslo), (stage.carmen, stage.lima)] {
            let found = Set(try await ways(stage, post, person, on: node))
            #expect(
                found == [
                    "search", "posts", "hashtags", "list", "timeline", "account", "group", "members",
                    "threads",
                    "post",
                ], "\(person.name)")
        }
        // Its members' public numbers say nothing of it.
        #expect(try await stage.oslo.store.read { try $0.actor(stage.ada.id)?.counts.posts } == 0)
        #expect(try await stage.oslo.store.read { try $0.countActors(localOnly: true) } == 2)
        #expect(try await stage.oslo.store.read { try $0.countPosts(localOnly: true) } == 0)
    }

    @Test("its documents are answered to members and their nodes, and are missing for everyone else")
    func documents() async throws {
        let (stage, post) = try await secretStage()
        let documents = Documents(world: stage.oslo.world, version: "test")
        let group = try #require(await stage.oslo.store.read { try $0.actor(stage.group.id) })
        func remote(_ person: Actor, _ authority: String) async throws -> Viewer {
            .remote(try await stage.inOslo(person), authority: authority, isOfOrganisation: true)
        }
        let outside: [Viewer] = [
            .nobody, .person(stage.boris.id), .node(authority: Cast.pune, isOfOrganisation: true),
            try await remote(stage.chidi, Cast.pune), try await remote(stage.cesar, Cast.lima),
        ]
        let reads: [(String, @Sendable (Viewer) async throws -> JSONValue)] = [
            ("actor", { try await documents.actor(group, for: $0) }),
            ("outbox", { try await documents.outbox(of: group, for: $0, before: nil) }),
            ("followers", { try await documents.followers(of: group, for: $0, after: nil) }),
            ("following", { try await documents.following(of: group, for: $0, after: nil) }),
            ("featured", { try await documents.featured(of: group, for: $0) }),
            ("members", { try await documents.members(of: group, for: $0, after: nil) }),
            ("moderators", { try await documents.moderators(of: group, for: $0) }),
        ]
        for viewer in outside {
            for (name, read) in reads {
                await #expect(throws: Refusal.notFound("Record"), "\(name) for \(viewer)") {
                    _ = try await read(viewer)
                }
            }
            await #expect(throws: Refusal.notFound("Record"), "the post for \(viewer)") {
                _ = try await documents.post(post.id, for: viewer)
            }
        }
        for viewer in [
            try await remote(stage.carmen, Cast.lima), .node(authority: Cast.lima, isOfOrganisation: true),
        ] {
            for (_, read) in reads { _ = try await read(viewer) }
            _ = try await documents.post(post.id, for: viewer)
        }
        for resource in ["acct:designers@\(Cast.oslo)", group.uri.string, group.url] {
            await #expect(throws: Refusal.self) {
                _ = try await WebFinger(world: stage.oslo.world).answer(resource)
            }
        }
    }

    @Test("strangers who ask, follow or write to a secret group are told nothing, and nothing changes")
    func strangers() async throws {
        let (stage, _) = try await secretStage()
        let mallory = try Stranger("https://far.example/mallory", on: stage.network, clock: stage.clock)
        let before = stage.network.sent.count
        for type in ["Join", "Follow", "Leave"] {
            try await mallory.send(
                mallory.activity(type, .string(stage.group.uri.string)), to: stage.oslo)
        }
        try await mallory.send(
            mallory.activity(
                "Create",
                mallory.note(
                    "1", "let me in", to: .string(stage.group.uri.string),
                    more: [("audience", .string(stage.group.uri.string))])), to: stage.oslo)
        try await stage.settleAll()
        #expect(
            stage.network.sent.dropFirst(before).allSatisfy {
                !($0.url.authority == "far.example" && $0.method == "POST")
            })
        #expect(
            try await stage.oslo.store.read { try $0.postID(try theURI("https://far.example/notes/1")) }
                == nil)
        #expect(try await stage.oslo.store.read { try $0.countMembers(of: stage.group.id) } == 2)
    }

    @Test("a banned person's request is refused with its reason, here and from another office")
    func banned() async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        try await stage.decide(.ban, about: stage.carmen, by: stage.ada)
        try await stage.decide(.ban, about: stage.boris, by: stage.ada)
        try await stage.settleAll()
        let reason = Refusal.notAllowed(because: "You are banned from this group")
        await #expect(throws: reason) { try await stage.join(stage.boris, on: stage.oslo) }
        await #expect(throws: reason) { try await stage.join(stage.carmen, on: stage.lima) }
        // Her node asks all the same.
        let group = try await stage.group(on: stage.lima)
        let uri = stage.lima.needs.addresses.activity(stage.lima.needs.ids.next())
        try await stage.lima.store.write {
            try $0.append(.joinAsked(stage.carmen.id, group: group, uri: uri))
        }
        try await stage.settleAll()
        let answer = stage.network.sent.reversed().lazy
            .compactMap { try? JSONParser.parse($0.body) }.first { $0["type"] == "Reject" }
        #expect(answer?["summary"]?.string == "You are banned from this group")
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .banned)
        await #expect(throws: Refusal.self) {
            _ = try await stage.post("x", by: stage.carmen, on: stage.lima)
        }
    }

    @Test("a post of someone who does not belong is refused by the group's node, and goes nowhere (N56)")
    func nonMember() async throws {
        let stage = try await GroupStage(.closed)
        try await stage.decide(.invite, about: stage.chidi, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(stage.chidi, on: stage.pune)
        try await stage.settleAll()
        let mallory = try Stranger("https://far.example/mallory", on: stage.network, clock: stage.clock)
        let create = mallory.activity(
            "Create",
            mallory.note(
                "1", "spam", to: .string(stage.group.uri.string),
                more: [("audience", .string(stage.group.uri.string))]),
            more: [("to", .string(stage.group.uri.string))])
        // To the group, and past it straight to a member's node.
        try await mallory.send(create, to: stage.oslo)
        try await mallory.send(create, to: stage.pune)
        try await stage.settleAll()
        for node in stage.nodes {
            #expect(
                try await node.store.read { try $0.postID(try theURI("https://far.example/notes/1")) } == nil,
                "\(node.authority)")
        }
        await #expect(throws: Refusal.notAllowed(because: "Only members write in this group")) {
            _ = try await stage.post("spam", by: stage.boris, on: stage.oslo)
        }
    }

    @Test("what a group passes on without a proof, and what nobody wrote, is refused (N55)")
    func forgedAnnounce() async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.carmen, on: stage.lima)
        let clock = stage.clock
        // A group that is run by someone dishonest; Chidi follows it.
        let crooks = try Stranger("https://far.example/crooks", on: stage.network, clock: clock)
        try crooks.serve([("type", "Group"), ("hallway:groupKind", "open"), ("hallway:posting", "members")])
        let found = try #require(await stage.pune.findActor(try theURI(crooks.uri)))
        try await stage.pune.store.write { transaction in
            try transaction.save(
                Membership(
                    group: found.id, person: stage.chidi.id, state: .member, uri: found.uri,
                    createdAt: clock.now))
        }
        let forged: JSONValue = [
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": .string("https://\(Cast.lima)/activities/77"), "type": "Create",
            "actor": .string(stage.carmen.uri.string),
            "object": [
                "id": .string("https://\(Cast.lima)/posts/77"), "type": "Note",
                "attributedTo": .string(stage.carmen.uri.string), "content": "I resign",
                "to": .string(crooks.uri), "audience": .string(crooks.uri),
            ],
        ]
        try await crooks.send(crooks.activity("Announce", forged), to: stage.pune)
        let uri = try theURI("https://\(Cast.lima)/posts/77")
        #expect(try await stage.pune.store.read { try $0.postID(uri) } == nil)
        // And a like that she never gave.
        let post = try await stage.post("Hello", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        let like: JSONValue = [
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": .string("https://\(Cast.lima)/activities/78"), "type": "Like",
            "actor": .string(stage.carmen.uri.string), "object": .string(post.uri.string),
        ]
        try await crooks.send(crooks.activity("Announce", like), to: stage.oslo)
        #expect(try await stage.oslo.store.read { try $0.post(post.uri)?.counts.likes } == 0)
    }

    @Test("nobody adds to or takes from the collections of a group but the group and its moderators (N51)")
    func othersCollections() async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        let post = try await stage.post("Hello", by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        let mallory = try Stranger("https://far.example/mallory", on: stage.network, clock: stage.clock)
        for node in stage.nodes {
            for (type, object, collection) in [
                ("Add", mallory.uri, "members"), ("Remove", stage.carmen.uri.string, "members"),
                ("Add", post.uri.string, "featured"), ("Remove", post.uri.string, "outbox"),
            ] {
                try await mallory.send(
                    mallory.activity(
                        type, .string(object),
                        more: [
                            ("target", .string("\(stage.group.uri)/\(collection)")),
                            ("hallway:role", "owner"),
                        ]), to: node)
            }
            try await mallory.send(
                mallory.activity(
                    "Block", .string(stage.carmen.uri.string),
                    more: [("target", .string(stage.group.uri.string))]), to: node)
        }
        try await stage.settleAll()
        #expect(try await stage.state(stage.carmen, on: stage.lima) == .member)
        #expect(try await stage.oslo.store.read { try $0.countMembers(of: stage.group.id) } == 2)
        #expect(try await stage.oslo.store.read { try $0.countPins(of: stage.group.id) } == 0)
        #expect(try await stage.sees(stage.carmen, post.uri, on: stage.lima))
    }

    @Test("an office that is down for a while, and crashes, has the same thread in the end")
    func outage() async throws {
        let stage = try await GroupStage(.open)
        for (person, node) in [(stage.carmen, stage.lima), (stage.chidi, stage.pune)] {
            try await stage.join(person, on: node)
        }
        try await stage.settleAll()
        stage.network.setDown(true, Cast.pune)
        let first = try await stage.post("One", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        _ = try await stage.post("Two", by: stage.ada, on: stage.oslo, answering: first.uri)
        try await stage.settleAll()
        stage.network.setDown(false, Cast.pune)
        stage.clock.advance(3600)
        for _ in 0..<3 {
            try await settle(stage.nodes) { $0.restart() }
            stage.clock.advance(3600)
        }
        let inOslo = try await stage.thread(first.uri, stage.ada, on: stage.oslo)
        #expect(inOslo.count == 1)
        #expect(try await stage.thread(first.uri, stage.chidi, on: stage.pune) == inOslo)
        #expect(try await stage.home(stage.chidi, on: stage.pune) == [first.uri])
    }
}
