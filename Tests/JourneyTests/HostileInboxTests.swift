import Domain
import Foundation
import JSON
import Signatures
import Social
import Storage
import Support
import Testing

/// FEDERATION.md §3, by number: what must not work.
@Suite("Hostile inbox")
struct HostileInboxTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (node: TestNode, ada: Actor, mal: Stranger, vera: Stranger) {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let mal = try Stranger("https://evil.example/users/mal", on: network, clock: clock)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        // Ada follows both, so that what they write concerns someone.
        for stranger in [mal, vera] {
            try await stranger.send(stranger.activity("Follow", .string(ada.uri.string)), to: node)
            let uri = try theURI(stranger.uri)
            let actor = try #require(try await node.store.read { try $0.actor(uri) })
            try await node.store.write { transaction in
                try transaction.save(
                    Follow(
                        follower: ada.id, followee: actor.id, state: .accepted, uri: ada.uri,
                        createdAt: clock.now))
            }
        }
        return (node, ada, mal, vera)
    }

    func count(_ node: TestNode) async throws -> Int {
        try await node.store.read { try $0.countPosts(localOnly: false) }
    }

    func refused(_ stranger: Stranger, _ json: JSONValue, by node: TestNode) async {
        do {
            try await stranger.send(json, to: node)
        } catch is Refusal {
        } catch {
            Issue.record("not a refusal: \(error)")
        }
    }

    @Test("an honest note arrives, and its replay has no second effect (N14)")
    func replay() async throws {
        let (node, _, _, vera) = try await stage()
        let create = vera.activity("Create", vera.note("1", "hello"))
        let request = try vera.request(create, to: node)
        for _ in 0..<3 {
            try await node.receive(request)
            try await node.handleInbox()
        }
        #expect(try await count(node) == 1)
    }

    @Test("without a signature, or with another's, nothing is taken (N1, N2, N24)")
    func signatures() async throws {
        let (node, _, mal, vera) = try await stage()
        var bare = try vera.request(vera.activity("Create", vera.note("1", "x")), to: node)
        bare.fields.removeAll { $0.name == "signature" }
        await #expect(throws: Refusal.notAuthenticated(because: "missing")) { try await node.receive(bare) }
        let forged = vera.activity("Create", vera.note("2", "x"))
        await #expect(throws: Refusal.self, "N24") { try await node.receive(mal.request(forged, to: node)) }
        let before = network.requests.count
        for _ in 0..<3 {
            await #expect(throws: Refusal.self, "N2") {
                try await node.receive(mal.request(forged, to: node, as: "https://nowhere.example/k"))
            }
        }
        #expect(
            network.requests[before...].filter { $0.contains("nowhere") }.count <= 2,
            "negative answers are kept")
        #expect(try await count(node) == 0)
    }

    @Test("a key document cannot name a victim as its owner (N20, N21, N23)")
    func keyConfusion() async throws {
        let (node, _, mal, vera) = try await stage()
        let forged = vera.activity("Create", vera.note("9", "forged"))
        let pem = JSONValue.string(try mal.key.publicKey().pem)
        // A key on the evil host that claims the victim.
        network.serve(
            "https://evil.example/key",
            ["id": "https://evil.example/key", "owner": .string(vera.uri), "publicKeyPem": pem])
        // Uploads on the victim's own host that look like keys or like the victim.
        network.serve(
            "https://good.example/up.json",
            ["id": "https://good.example/up.json", "owner": .string(vera.uri), "publicKeyPem": pem],
            type: "application/json")
        network.serve(
            "https://good.example/media/1",
            [
                "id": .string(vera.uri), "type": "Person", "preferredUsername": "vera",
                "inbox": "https://good.example/users/vera/inbox",
                "publicKey": [
                    "id": "https://good.example/media/1#k", "owner": .string(vera.uri), "publicKeyPem": pem,
                ],
            ])
        for key in [
            "https://evil.example/key", "https://good.example/up.json", "https://good.example/media/1#k",
        ] {
            await #expect(throws: Refusal.self, "\(key)") {
                try await node.receive(mal.request(forged, to: node, as: key))
            }
        }
        #expect(try await count(node) == 0)
        // The victim's own key still holds.
        try await vera.send(vera.activity("Create", vera.note("10", "genuine")), to: node)
        #expect(try await count(node) == 1)
    }

    @Test("one actor, one origin (N25, N26)")
    func actorsAndIDs() async throws {
        let (node, _, mal, vera) = try await stage()
        await refused(
            mal,
            mal.activity(
                "Create", mal.note("1", "x"), more: [("actor", [.string(mal.uri), .string(vera.uri)])]),
            by: node)
        await refused(
            mal,
            mal.activity("Create", mal.note("1", "x"), more: [("id", "https://good.example/activities/7")]),
            by: node)
        #expect(try await count(node) == 0)
        try await vera.send(vera.activity("Create", vera.note("7", "genuine"), id: "7"), to: node)
        #expect(try await count(node) == 1, "a later genuine activity with that id is taken")
    }

    @Test("objects are their author's own (N41, N42, N43)")
    func ownership() async throws {
        let (node, _, mal, vera) = try await stage()
        let mate = try Stranger("https://good.example/users/mate", on: network, clock: clock)
        await refused(mal, mal.activity("Create", vera.note("1", "in vera's name")), by: node)
        await refused(
            mal, mal.activity("Create", mal.note("1", "x", more: [("attributedTo", .string(vera.uri))])),
            by: node)
        await refused(
            mal,
            mal.activity(
                "Create", mal.note("2", "x", more: [("attributedTo", [.string(mal.uri), .string(vera.uri)])])),
            by: node)
        #expect(try await count(node) == 0)
        try await vera.send(vera.activity("Create", vera.note("3", "genuine")), to: node)
        for stranger in [mal, mate] {
            await refused(
                stranger,
                stranger.activity(
                    "Update", vera.note("3", "changed", more: [("updated", "2027-02-01T00:00:00Z")])),
                by: node)
            await refused(stranger, stranger.activity("Delete", "https://good.example/notes/3"), by: node)
            await refused(
                stranger,
                stranger.activity(
                    "Undo", ["type": "Like", "actor": .string(vera.uri), "object": "https://x.example/1"]),
                by: node)
        }
        let uri = try theURI("https://good.example/notes/3")
        let post = try #require(try await node.store.read { try $0.post(uri) })
        #expect(post.content == "genuine" && post.deletedAt == nil)
        // Nor can a neighbour delete in advance what is yet to come.
        await refused(mate, mate.activity("Delete", "https://good.example/notes/4"), by: node)
        try await vera.send(vera.activity("Create", vera.note("4", "later")), to: node)
        #expect(try await count(node) == 2)
    }

    @Test("an older edit does not undo a newer one (N45)")
    func oldEdit() async throws {
        let (node, _, _, vera) = try await stage()
        try await vera.send(vera.activity("Create", vera.note("1", "first")), to: node)
        clock.advance(100)
        let now = clock.now
        for (text, at) in [("second", now), ("stale", now - 50)] {
            let note = vera.note("1", text, more: [("updated", .string(at.ISO8601Format()))])
            try await vera.send(vera.activity("Update", note), to: node)
        }
        let uri = try theURI("https://good.example/notes/1")
        #expect(try await node.store.read { try $0.post(uri)?.content } == "second")
    }

    @Test("what is passed on is read where it lives (N37, N39, N46)")
    func announces() async throws {
        let (node, _, mal, vera) = try await stage()
        network.serve("https://good.example/notes/5", vera.note("5", "the original"))
        network.serve("https://good.example/notes/6", vera.note("6", "x"), type: "application/json")
        network.serve("https://evil.example/copy", vera.note("7", "a copy under another address"))
        let inlined = vera.note("5", "put into vera's mouth")
        try await mal.send(mal.activity("Announce", inlined), to: node)
        for target in ["https://good.example/notes/6", "https://evil.example/copy"] {
            await refused(mal, mal.activity("Announce", .string(target)), by: node)
        }
        let uri = try theURI("https://good.example/notes/5")
        #expect(try await node.store.read { try $0.post(uri)?.content } == "the original")
        #expect(try await count(node) == 1)
        // A post that passes on cannot itself be passed on.
        try await vera.send(vera.activity("Announce", .string(uri.string), id: "shared"), to: node)
        let shared = try await count(node)
        await refused(mal, mal.activity("Announce", "https://good.example/activities/shared"), by: node)
        let announces = try await node.store.read { transaction in
            try transaction.announces(
                of: try transaction.postID(theURI("https://good.example/activities/shared")) ?? PostID(1))
        }
        #expect(announces.isEmpty)
        #expect(try await count(node) == shared)
    }

    @Test("an answer to a question that was not asked is ignored (N47)")
    func accept() async throws {
        let (node, ada, mal, vera) = try await stage()
        let boris = try await Cast.welcome("boris", to: node)
        let actor = try #require(try await node.store.read { try $0.actor(try theURI(vera.uri)) })
        await refused(
            mal,
            mal.activity(
                "Accept", ["type": "Follow", "actor": .string(boris.uri.string), "object": .string(mal.uri)]),
            by: node)
        let relation = try await FollowActor(needs: node.needs).follow(actor.id, by: boris.id)
        #expect(relation.hasAsked)
        await refused(
            mal,
            mal.activity(
                "Accept", ["type": "Follow", "actor": .string(boris.uri.string), "object": .string(vera.uri)]),
            by: node)
        #expect(try await !node.store.read { try $0.isFollowing(boris.id, actor.id) })
        try await vera.send(
            vera.activity(
                "Accept", ["type": "Follow", "actor": .string(boris.uri.string), "object": .string(vera.uri)]),
            to: node)
        #expect(try await node.store.read { try $0.isFollowing(boris.id, actor.id) })
        _ = ada
    }

    @Test("a move needs the new actor's word, and is not repeated (N50)")
    func move() async throws {
        let (node, ada, mal, vera) = try await stage()
        let other = try Stranger("https://new.example/users/vera", on: network, clock: clock)
        let request = vera.activity("Move", .string(vera.uri), more: [("target", .string(other.uri))])
        await refused(vera, request, by: node)
        let old = try #require(try await node.store.read { try $0.actorID(try theURI(vera.uri)) })
        #expect(try await node.store.read { try $0.isFollowing(ada.id, old) })
        try other.serve([("alsoKnownAs", [.string(vera.uri)])])
        await refused(
            mal, mal.activity("Move", .string(vera.uri), more: [("target", .string(other.uri))]), by: node)
        try await vera.send(
            vera.activity("Move", .string(vera.uri), more: [("target", .string(other.uri))]), to: node)
        let fresh = try #require(try await node.store.read { try $0.actorID(try theURI(other.uri)) })
        #expect(try await node.store.read { try $0.follow(ada.id, fresh)?.state } == .asked)
        #expect(try await !node.store.read { try $0.isFollowing(ada.id, old) })
    }

    @Test("nobody likes or answers what they cannot see (N52)")
    func invisible() async throws {
        let (node, ada, mal, _) = try await stage()
        let secret = try await node.post("secret", by: ada, for: .direct)
        await refused(mal, mal.activity("Like", .string(secret.uri.string)), by: node)
        let answer = mal.note("1", "I guess", more: [("inReplyTo", .string(secret.uri.string))])
        await refused(mal, mal.activity("Create", answer), by: node)
        network.serve("https://evil.example/notes/1", answer)
        await refused(mal, mal.activity("Announce", "https://evil.example/notes/1"), by: node)
        let post = try #require(try await node.store.read { try $0.post(secret.id) })
        #expect(post.counts.likes == 0 && post.counts.replies == 0)
        #expect(try await node.store.read { try $0.descendants(of: post, for: .person(ada.id)) }.isEmpty)
    }

    @Test("an object of ours never comes from outside (N59)")
    func ourOwn() async throws {
        let (node, ada, mal, _) = try await stage()
        let fake = "https://\(Cast.oslo)/posts/1"
        await refused(
            mal,
            mal.activity(
                "Create",
                mal.note("1", "x", more: [("id", .string(fake)), ("attributedTo", .string(ada.uri.string))])),
            by: node)
        #expect(try await count(node) == 0)
        #expect(!network.requests.contains { $0.contains("https://\(Cast.oslo)/posts") })
    }

    @Test("a suspended actor's key opens nothing (N28)")
    func suspended() async throws {
        let (node, _, mal, _) = try await stage()
        let actor = try #require(try await node.store.read { try $0.actorID(try theURI(mal.uri)) })
        for state in [Actor.State.suspended, .gone, .left] {
            try await node.store.write { try $0.setState(state, of: actor) }
            await #expect(throws: Refusal.self) {
                try await node.receive(mal.request(mal.activity("Create", mal.note("1", "x")), to: node))
            }
        }
    }

    @Test("goodbye from someone who is gone is acknowledged, again and again, and stores nothing (N29)")
    func gone() async throws {
        let (node, _, mal, _) = try await stage()
        let ghost = try Stranger("https://gone.example/users/g", on: network, clock: clock)
        network.serve(ghost.uri, .null, code: 410)
        for _ in 0..<3 { try await ghost.send(ghost.activity("Delete", .string(ghost.uri)), to: node) }
        #expect(try await node.store.read { try $0.actorID(try theURI(ghost.uri)) } == nil)
        _ = mal
    }

    @Test("a proof lets another carry an activity, but only its author's own (FEP-8b32, N32, N35)")
    func proofs() async throws {
        let (node, _, mal, vera) = try await stage()
        let create = vera.activity("Create", vera.note("1", "carried"))
        let proved = try ObjectProof.add(
            to: create, key: vera.proofKey, method: "\(vera.uri)#proof", created: clock.now)
        try await mal.send(proved, to: node)
        #expect(try await count(node) == 1)
        let forged = vera.activity("Create", vera.note("2", "forged"))
        for json in [
            try ObjectProof.add(
                to: forged, key: mal.proofKey, method: "\(mal.uri)#proof", created: clock.now),
            try ObjectProof.add(
                to: forged, key: mal.proofKey, method: "\(vera.uri)#proof", created: clock.now),
            vera.activity("Create", vera.note("3", "x"), more: [("signature", ["type": "RsaSignature2017"])]),
        ] {
            await refused(mal, json, by: node)
        }
        #expect(try await count(node) == 1)
    }

    @Test("circles and endless chains of answers end (N83)")
    func chains() async throws {
        let (node, _, _, vera) = try await stage()
        func link(_ number: Int, to next: Int) {
            network.serve(
                "https://good.example/notes/\(number)",
                vera.note(
                    "\(number)", "x", more: [("inReplyTo", .string("https://good.example/notes/\(next)"))]))
        }
        link(1, to: 2)
        link(2, to: 1)
        for number in 100..<400 { link(number, to: number + 1) }
        for start in [1, 100] {
            let note = vera.note(
                "a\(start)", "x", more: [("inReplyTo", .string("https://good.example/notes/\(start)"))])
            try await vera.send(vera.activity("Create", note), to: node)
        }
        #expect(try await count(node) <= Limits.threadDepth + 6)
    }

    @Test("lists that are too long are cut, marks on letters too (N80)")
    func longLists() async throws {
        let (node, _, _, vera) = try await stage()
        let tags = JSONValue.array((0..<5000).map { ["type": "Hashtag", "name": .string("#t\($0)")] })
        let files = JSONValue.array(
            (0..<1000).map {
                [
                    "type": "Document", "url": .string("https://good.example/\($0).png"),
                    "mediaType": "image/png",
                ]
            })
        let zalgo = "e" + String(repeating: "\u{301}", count: 50_000)
        let note = vera.note(
            "1", "x", more: [("tag", tags), ("attachment", files), ("summary", .string(zalgo))])
        try await vera.send(vera.activity("Create", note), to: node)
        let uri = try theURI("https://good.example/notes/1")
        let post = try #require(try await node.store.read { try $0.post(uri) })
        #expect(post.tags.count <= Limits.tags && post.attachments.count == Limits.attachments)
        #expect(post.summary.utf8.count <= Limits.summary * 4)
    }

    @Test("what nobody here follows is not fetched and not kept")
    func unconcerned() async throws {
        let (node, _, _, vera) = try await stage()
        let loner = try Stranger("https://lone.example/users/l", on: network, clock: clock)
        network.serve("https://good.example/notes/1", vera.note("1", "x"))
        let before = network.requests.count
        try await loner.send(loner.activity("Announce", "https://good.example/notes/1"), to: node)
        try await loner.send(loner.activity("Create", loner.note("1", "x")), to: node)
        #expect(try await count(node) == 0)
        #expect(!network.requests[before...].contains { $0.contains("notes") })
    }

    @Test("unknown activities are counted and ignored")
    func unknown() async throws {
        let (node, _, _, vera) = try await stage()
        try await vera.send(vera.activity("Frobnicate", "https://good.example/notes/1"), to: node)
        #expect(try await node.store.read { try $0.countInbox() } == 0)
    }
}
