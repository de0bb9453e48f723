import ActivityStreams
import Domain
import Federation
import Foundation
import JSON
import Signatures
import Social
import Storage
import Support
import Testing

/// FEDERATION.md §3, by number: what strangers must not read, and what fetching must not do.
@Suite("Hostile reading")
struct HostileReadingTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (node: TestNode, ada: Actor, mal: Stranger) {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        return (node, ada, try Stranger("https://evil.example/users/mal", on: network, clock: clock))
    }

    /// What a GET is answered, signed or not.
    func get(_ path: String, of node: TestNode, by stranger: Stranger?) async throws -> Answer {
        let url = try theURI("https://\(node.authority)\(path)")
        var request = OutgoingRequest(method: "GET", url: url)
        if let stranger {
            let message = HTTPMessage(
                method: "GET", scheme: "https", authority: node.authority, pathAndQuery: url.pathAndQuery)
            request.fields += try CavageSignature.sign(
                message, keyID: stranger.keyID, key: stranger.key, now: clock.now)
        }
        return await node.answer(request)
    }

    @Test("unsigned, everything answers alike, there or not (N31)")
    func unsigned() async throws {
        let (node, ada, _) = try await stage()
        let secret = try await node.post("x", by: ada, for: .followers)
        for path in [
            "/posts/\(secret.id)", "/posts/1", "/actors/\(ada.id)", "/actors/1", "/threads/\(secret.id)",
            "/threads/1",
        ] {
            let answer = try await get(path, of: node, by: nil)
            #expect(answer.code == 401 && answer.body.isEmpty, "\(path)")
        }
    }

    @Test("a private post, a deleted private post and no post are one to a stranger (N107)")
    func existence() async throws {
        let (node, ada, mal) = try await stage()
        let secret = try await node.post("x", by: ada, for: .direct)
        let gone = try await node.post("y", by: ada, for: .direct)
        _ = try await Withdraw(needs: node.needs).withdraw(gone.id, by: ada.id)
        let open = try await node.post("z", by: ada, for: .anyone)
        for id in [secret.id, gone.id, PostID(1)] {
            #expect(try await get("/posts/\(id)", of: node, by: mal).code == 404)
        }
        #expect(try await get("/posts/\(open.id)", of: node, by: mal).code == 200)
    }

    @Test("contacts for the organisation are for nobody outside it")
    func contacts() async throws {
        let (node, ada, mal) = try await stage()
        var changes = People.Changes()
        changes.work = WorkProfile()
        changes.work?.contacts = [
            .init(kind: .email, value: "ada@inside.example", reach: .organisation),
            .init(kind: .telephone, value: "17-17-17", reach: .node),
        ]
        _ = try await node.people.change(ada.id, changes)
        func seen() async throws -> String {
            String(decoding: try await get("/actors/\(ada.id)", of: node, by: mal).body, as: UTF8.self)
        }
        #expect(try await !seen().contains("inside.example"))
        let member = Member(
            authority: "evil.example", name: "", application: try theURI("https://evil.example/actor"),
            entity: "",
            key: "", ranges: [], expiresAt: clock.now + 86400, state: .admitted, document: [])
        try await node.store.write { try $0.save(member) }
        #expect(try await seen().contains("inside.example"))
        #expect(try await !seen().contains("17-17-17"))
    }

    @Test("members of a blocked or suspended node read nothing (N30)")
    func blockedNode() async throws {
        let (node, ada, mal) = try await stage()
        let open = try await node.post("z", by: ada, for: .anyone)
        let application = try theURI("https://evil.example/actor")
        let member = Member(
            authority: "evil.example", name: "", application: application, entity: "", key: "", ranges: [],
            expiresAt: clock.now + 86400, state: .removed, document: [])
        try await node.store.write { try $0.save(member) }
        #expect(try await get("/posts/\(open.id)", of: node, by: mal).code == 403)
        await #expect(throws: Refusal.self) {
            try await node.receive(mal.request(mal.activity("Follow", .string(ada.uri.string)), to: node))
        }
    }

    @Test("what is reported is only what the reporter can see (N54)")
    func reports() async throws {
        let (node, ada, mal) = try await stage()
        let secret = try await node.post("x", by: ada, for: .direct)
        let open = try await node.post("z", by: ada, for: .anyone)
        let objects: JSONValue = [
            .string(ada.uri.string), .string(secret.uri.string), .string(open.uri.string),
            "https://good.example/1",
        ]
        try await mal.send(mal.activity("Flag", objects, more: [("content", "look")]), to: node)
        let report = try await node.store.read { transaction in
            try transaction.events(after: 0).compactMap { logged -> Report? in
                guard case .reported(let id) = logged.event else { return nil }
                return try transaction.report(id)
            }.first
        }
        #expect(report?.posts == [open.id] && report?.target == ada.id)
    }

    @Test("what is added to somebody else's collection stays out of it (N51)")
    func collections() async throws {
        let (node, ada, mal) = try await stage()
        let open = try await node.post("z", by: ada, for: .anyone)
        for type in ["Add", "Remove"] {
            let json = mal.activity(
                type, .string(open.uri.string), more: [("target", .string("\(ada.uri)/featured"))])
            try await mal.send(json, to: node)
        }
        let pinned = try await node.store.read { try $0.timeline(.pinned(ada.id), for: .nobody, Page()) }
        #expect(pinned.isEmpty)
    }

    @Test("a handle stays with the host that the actor lives on (N60, N61)")
    func handles() async throws {
        let (node, _, mal) = try await stage()
        network.serve(
            "https://bank.example/.well-known/webfinger?resource=acct:boss@bank.example",
            ResourceDescriptor(subject: "acct:boss@bank.example", actor: mal.uri).json(),
            type: "application/jrd+json")
        let found = try #require(await node.find(try theHandle("boss@bank.example")))
        #expect(found.host == "evil.example" && found.name == "mal")
        #expect(try await node.store.read { try $0.remoteActor(try theHandle("boss@bank.example")) } == nil)
    }

    @Test("the name of someone who is gone is not given away (N67)")
    func reserved() async throws {
        let (node, ada, _) = try await stage()
        try await node.people.dismiss(ada.id, as: .left)
        await #expect(throws: Refusal.self) { try await Cast.welcome("Ada", to: node) }
    }

    @Test("redirects to plain http, to ourselves and in circles are not followed (N71)")
    func redirects() async throws {
        let (node, _, mal) = try await stage()
        for target in [
            "http://evil.example/x", "https://\(Cast.oslo)/actor", "file:///etc/passwd",
            "https://evil.example/r",
        ] {
            network.serve("https://evil.example/r", redirectTo: target)
            #expect(await Threads(world: node.world).find(try theURI("https://evil.example/r")) == nil)
        }
        #expect(
            !network.requests.contains { $0.contains("http://evil") || $0.contains("\(Cast.oslo)/actor") })
        _ = mal
    }

    @Test("a collection without end is read for ten pages (N82)")
    func endless() async throws {
        let (node, ada, mal) = try await stage()
        for number in 0..<40 {
            network.serve(
                "https://evil.example/c/\(number)",
                [
                    "@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollectionPage",
                    "id": .string("https://evil.example/c/\(number)"), "orderedItems": [],
                    "totalItems": 1_000_000_000,
                    "next": .string("https://evil.example/c/\(number + 1)"),
                ])
        }
        var post = try await node.post("x", by: ada, for: .anyone)
        post.context = try theURI("https://evil.example/c/0")
        await Threads(world: node.world).backfill(post)
        #expect(network.requests.filter { $0.contains("/c/") }.count <= Limits.collectionPages + 1)
        _ = mal
    }

    @Test("a rotated key is fetched again, and the old one opens nothing (N27)")
    func rotation() async throws {
        let (node, ada, mal) = try await stage()
        try await mal.send(mal.activity("Follow", .string(ada.uri.string)), to: node)
        let rotated = try Stranger(mal.uri, on: network, clock: clock)
        let block = rotated.activity("Block", .string(ada.uri.string))
        try await rotated.send(block, to: node)
        await #expect(throws: Refusal.self) {
            try await node.receive(mal.request(mal.activity("Block", .string(ada.uri.string)), to: node))
        }
    }

    @Test("our own keys rotate, and what the old ones signed holds for the overlap")
    func ownRotation() async throws {
        let (node, ada, _) = try await stage()
        let old = try await node.keys.signingKey(.ed25519, of: ada)
        try await node.keys.rotate(ada)
        let new = try await node.keys.signingKey(.ed25519, of: ada)
        #expect(old.id != new.id)
        #expect(try await node.keys.publicKeys(of: ada).map(\.id).contains(new.id))
        #expect(try await node.store.read { try $0.actorKey(old.id)?.retiredAt } == clock.now)
    }

    @Test("one that cannot be handled is set aside, and the others go on (N87)")
    func setAside() async throws {
        let (node, ada, mal) = try await stage()
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let follow = mal.activity("Follow", .string(ada.uri.string))
        try await node.receive(mal.request(follow, to: node))
        // Waiting through many deaths is no fault; being handled alone at five of them is.
        for _ in 0..<20 { _ = try await node.store.write { try $0.countStart() } }
        #expect(try await node.store.read { try $0.countInbox(setAside: true) } == 0)
        let now = clock.now
        let next = try #require(await node.store.read { try $0.dueReceived(at: now, limit: 1).first })
        for _ in 0..<5 {
            try await node.store.write { try $0.setTrying(next.id) }
            _ = try await node.store.write { try $0.countStart() }
        }
        try await vera.send(vera.activity("Follow", .string(ada.uri.string)), to: node)
        #expect(try await node.store.read { try $0.countInbox(setAside: true) } == 1)
        #expect(try await node.store.read { try $0.followers(of: ada.id).count } == 1)
        #expect(try await node.store.write { try $0.retrySetAside(at: now) } == 1)
        try await node.handleInbox()
        #expect(try await node.store.read { try $0.followers(of: ada.id).count } == 2)
    }

    @Test("a flood from one node is answered with patience, and others are not touched (N88)")
    func flood() async throws {
        let (node, ada, mal) = try await stage()
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let intake = Intake(
            world: node.world, verifier: node.verifier, bell: Bell(), throttles: Intake.Throttles(),
            heard: { _ in })
        var refused = 0
        for _ in 0..<310 {
            do {
                try await intake.receive(
                    mal.request(mal.activity("Follow", .string(ada.uri.string)), to: node))
            } catch Refusal.tooMany(let seconds) {
                #expect(seconds > 0)
                refused += 1
            }
        }
        #expect(refused == 10)
        try await intake.receive(vera.request(vera.activity("Follow", .string(ada.uri.string)), to: node))
    }
}
