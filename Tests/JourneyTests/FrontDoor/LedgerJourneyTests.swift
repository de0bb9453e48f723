import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ada writes in Oslo; colleagues in Lima and Pune follow her, and Pune is down for a while.
@Suite("The ledger of a post")
struct LedgerJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage {
        var nodes: [TestNode]
        var ada: Actor
        var boris: Actor
        var oslo: TestNode { nodes[0] }
    }

    func stage() async throws -> Stage {
        var nodes: [TestNode] = []
        for name in [Cast.oslo, Cast.lima, Cast.pune] {
            nodes.append(try await TestNode(name, network: network, clock: clock))
        }
        let ada = try await Cast.welcome("ada", to: nodes[0])
        let boris = try await Cast.welcome("boris", to: nodes[0])
        for (name, node) in [("carmen", nodes[1]), ("chidi", nodes[2])] {
            let person = try await Cast.welcome(name, to: node)
            let found = try #require(await node.find(try theHandle("ada@\(Cast.oslo)")))
            _ = try await FollowActor(needs: node.needs).follow(found.id, by: person.id)
        }
        try await settle(nodes)
        return Stage(nodes: nodes, ada: ada, boris: boris)
    }

    func ledger(_ post: Post, _ door: FrontDoor, as caller: FrontDoor.Caller, _ query: String = "")
        async throws
        -> JSONValue
    {
        let reply = try await door.ask("/api/hallway/v1/statuses/\(post.id)/deliveries\(query)", as: caller)
        #expect(reply.code == 200, "\(reply)")
        return try JSONParser.parse(Array(reply.body.utf8))
    }

    func lines(_ ledger: JSONValue) -> [String] {
        (ledger["deliveries"]?.array ?? []).map {
            "\($0["office"]?.string ?? "?") \($0["state"]?.string ?? "?")"
        }
    }

    @Test("the author sees which office waits, also after a restart, and that it was reached in the end")
    func oneIsDown() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(
            Draft(text: "Hello, both", audience: .anyone), by: stage.ada.id)
        try await settle(stage.nodes) { $0.restart() }
        let door = try FrontDoor(stage.oslo)
        let ada = try await door.signIn(stage.ada)
        let waiting = try await ledger(post, door, as: ada)
        #expect(waiting["offices"]?.int == 2 && waiting["delivered"]?.int == 1)
        #expect(waiting["waiting"]?.int == 1 && waiting["refused"]?.int == 0 && waiting["expired"]?.int == 0)
        #expect(lines(waiting) == ["\(Cast.lima) delivered", "\(Cast.pune) waiting"])
        let last = try #require(waiting["deliveries"]?.array?.last)
        #expect(last["next_at"]?.string != nil && (last["attempts"]?.int ?? 0) > 0)
        let page = try await door.ask("/@ada/\(post.id)", as: ada).body
        #expect(page.contains("Delivered to 1 of 2 offices: \(Cast.pune) is waited for."))

        network.setDown(false, Cast.pune)
        clock.advance(1000)
        try await settle(stage.nodes)
        let whole = try await ledger(post, door, as: ada)
        #expect(whole["delivered"]?.int == 2 && whole["waiting"]?.int == 0)
        #expect(lines(whole) == ["\(Cast.lima) delivered", "\(Cast.pune) delivered"])
        #expect(
            try await door.ask("/@ada/\(post.id)", as: ada).body.contains("Delivered to 2 of 2 offices."))
    }

    @Test("an office that misses an edit is waited for; one that says no is named")
    func editAndRefusal() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(
            Draft(text: "First", audience: .anyone), by: stage.ada.id)
        try await settle(stage.nodes)
        network.setDown(true, Cast.lima)
        network.serve("https://\(Cast.pune)/inbox", .null, code: 400)
        clock.advance(60)
        _ = try await stage.oslo.edit.edit(post.id, to: Draft(text: "Second"), by: stage.ada.id)
        try await settle(stage.nodes)
        let door = try FrontDoor(stage.oslo)
        let ada = try await door.signIn(stage.ada)
        #expect(
            lines(try await ledger(post, door, as: ada)) == ["\(Cast.lima) waiting", "\(Cast.pune) refused"])
        let page = try await door.ask("/@ada/\(post.id)", as: ada).body
        #expect(
            page.contains(
                "Delivered to 0 of 2 offices: \(Cast.lima) is waited for, \(Cast.pune) said no."))
        clock.advance(8 * 86400)
        try await settle(stage.nodes)
        #expect(lines(try await ledger(post, door, as: ada)).first == "\(Cast.lima) expired")
    }

    @Test("colleagues find no ledger, administrators that of what they may read, with what was answered")
    func readers() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(
            Draft(text: "For all", audience: .anyone), by: stage.ada.id)
        let secret = try await stage.oslo.publish.publish(
            Draft(text: "@carmen@\(Cast.lima) between us", audience: .direct), by: stage.ada.id)
        try await settle(stage.nodes)
        let door = try FrontDoor(stage.oslo)
        let (ada, boris) = (try await door.signIn(stage.ada), try await door.signIn(stage.boris))
        func path(_ post: PostID) -> String { "/api/hallway/v1/statuses/\(post)/deliveries" }
        let never = try await door.ask(path(PostID(1_234_567_890_123_456)), as: boris)
        #expect(never.code == 404)
        #expect(try await door.ask(path(post.id), as: boris) == never)
        #expect(try await !door.ask("/@ada/\(post.id)", as: boris).body.contains("Delivered to"))
        #expect(try await door.ask(path(post.id), as: .nobody).code == 401)
        #expect(lines(try await ledger(secret, door, as: ada)) == ["\(Cast.lima) delivered"])
        let own = try #require(try await ledger(post, door, as: ada)["deliveries"]?.array?.last)
        #expect(own["answer"] == .null)

        try await stage.oslo.store.write { [boris = stage.boris.id] transaction in
            guard var login = try transaction.login(of: boris) else { return }
            login.isAdministrator = true
            try transaction.save(login)
        }
        let seen = try await ledger(post, door, as: boris)
        #expect(seen["delivered"]?.int == 1 && seen["waiting"]?.int == 1)
        #expect(seen["deliveries"]?.array?.last?["answer"]?.string?.isEmpty == false)
        #expect(try await door.ask(path(secret.id), as: boris) == never)
        // The other office knows the post, and is not where it was sent from.
        let lima = try FrontDoor(stage.nodes[1])
        let carmen = try #require(try await stage.nodes[1].store.read { try $0.localActor(named: "carmen") })
        let copy = try #require(try await stage.nodes[1].store.read { try $0.postID(post.uri) })
        #expect(try await lima.ask(path(copy), as: try await lima.signIn(carmen)).code == 404)
    }

    @Test("the ledger is read a page at a time")
    func pages() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(
            Draft(text: "For all", audience: .anyone), by: stage.ada.id)
        try await settle(stage.nodes)
        let door = try FrontDoor(stage.oslo)
        let ada = try await door.signIn(stage.ada)
        #expect(lines(try await ledger(post, door, as: ada, "?limit=1")) == ["\(Cast.lima) delivered"])
        let second = try await ledger(post, door, as: ada, "?limit=1&after=\(Cast.lima)")
        #expect(lines(second) == ["\(Cast.pune) delivered"] && second["offices"]?.int == 2)
        #expect(lines(try await ledger(post, door, as: ada, "?after=\(Cast.pune)")) == [])
    }
}
