import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ada in Oslo keeps lists of people of Oslo and Lima.
@Suite("Lists")
struct PeopleListJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage {
        var nodes: [TestNode]
        var oslo: FrontDoor
        var people: [String: Actor]
        var ada: FrontDoor.Caller
        var boris: FrontDoor.Caller

        /// Somebody, as Oslo knows them.
        func id(_ name: String) async throws -> ActorID {
            let uri = try #require(people[name]?.uri)
            return try #require(await nodes[0].store.read { try $0.actorID(uri) })
        }

        /// As an app asks.
        func json(
            _ path: String, _ method: String = "GET", _ form: String? = nil,
            _ place: SourceLocation = #_sourceLocation
        ) async throws -> JSONValue {
            let reply = try await oslo.ask("/api/v1/\(path)", method, as: ada, form: form)
            #expect(reply.isGood, "\(path): \(reply.code) \(reply.body)", sourceLocation: place)
            return try JSONParser.parse(Array(reply.body.utf8))
        }

        /// The words of the posts of a timeline, newest first.
        func texts(_ path: String) async throws -> [String] {
            (try await json(path).array ?? []).map { status in
                (status["reblog"]?["content"] ?? status["content"])?.string?
                    .split(whereSeparator: { "<> ".contains($0) }).map(String.init)
                    .first { $0.hasPrefix("zq") } ?? "?"
            }
        }
    }

    /// Ada follows Boris and Carmen, and not Colin.
    func stage(_ engine: Engine) async throws -> Stage {
        let nodes = [
            try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine),
            try await TestNode(Cast.lima, network: network, clock: clock, engine: engine),
        ]
        try await nodes[1].admit(Cast.oslo)
        try await nodes[0].admit(Cast.lima)
        var people: [String: Actor] = [:]
        for name in ["ada", "boris", "colin"] { people[name] = try await Cast.welcome(name, to: nodes[0]) }
        people["carmen"] = try await Cast.welcome("carmen", to: nodes[1])
        let door = try FrontDoor(nodes[0])
        let ada = try #require(people["ada"])
        let carmen = try #require(await nodes[0].find(try theHandle("carmen@\(Cast.lima)")))
        for id in [try #require(people["boris"]).id, carmen.id] {
            _ = try await FollowActor(needs: nodes[0].needs).follow(id, by: ada.id)
        }
        try await settle(nodes)
        return Stage(
            nodes: nodes, oslo: door, people: people, ada: try await door.signIn(ada),
            boris: try await door.signIn(try #require(people["boris"])))
    }

    @discardableResult
    func write(
        _ text: String, _ name: String, _ stage: Stage, _ audience: Audience = .organisation,
        answering: ObjectURI? = nil
    ) async throws -> Post {
        let node = stage.nodes[name == "carmen" ? 1 : 0]
        let parent = try await node.store.read { transaction in
            try answering.flatMap { try transaction.postID($0) }
        }
        let post = try await node.publish.publish(
            Draft(text: text, audience: audience, replyTo: parent),
            by: try #require(stage.people[name]).id)
        try await settle(stage.nodes)
        return post
    }

    func make(_ stage: Stage, _ form: String, _ names: [String]) async throws -> String {
        let list = try await stage.json("lists", "POST", form)
        let id = try #require(list["id"]?.string)
        var people: [String] = []
        for name in names { people.append("account_ids[]=\(try await stage.id(name))") }
        _ = try await stage.json("lists/\(id)/accounts", "POST", people.joined(separator: "&"))
        return id
    }

    @Test(
        "a list shows what people of two offices write, as far as it is for its owner",
        arguments: Engine.atHand)
    func timeline(engine: Engine) async throws {
        let stage = try await stage(engine)
        let id = try await make(stage, "title=Near", ["boris", "carmen"])
        #expect(
            try await stage.json("lists/\(id)") == [
                "id": .string(id), "title": "Near", "replies_policy": "list", "exclusive": false,
            ])
        #expect(try await stage.json("lists").array?.count == 1)
        #expect(try await stage.json("lists/\(id)/accounts?limit=0").array?.count == 2)
        #expect(try await stage.json("lists/\(id)/accounts?limit=1").array?.count == 1)
        #expect(try await stage.json("accounts/\(stage.id("boris"))/lists").array?.count == 1)
        #expect(try await stage.json("accounts/\(stage.id("colin"))/lists").array == [])

        let colins = try await write("zq1 by Colin", "colin", stage)
        let first = try await write("zq2 by Boris", "boris", stage)
        let carmens = try await write("zq3 by Carmen", "carmen", stage)
        try await write("zq4 @colin", "boris", stage, .direct)
        try await write("zq5 @ada", "boris", stage, .direct)
        try await write("zq6", "boris", stage, .followers)
        try await write("zq7 to Colin", "boris", stage, answering: colins.uri)
        try await write("zq8 to Carmen", "boris", stage, answering: carmens.uri)
        try await write("zq9 to himself", "boris", stage, answering: first.uri)
        _ = try await PassOn(needs: stage.nodes[0].needs).passOn(colins.id, by: stage.id("boris"))
        let all = try await stage.texts("timelines/list/\(id)")
        #expect(all == ["zq1", "zq9", "zq8", "zq6", "zq3", "zq2"])
        let page = try await stage.oslo.ask("/api/v1/timelines/list/\(id)?limit=2", as: stage.ada)
        let older = try #require(page.head.firstMatch(of: /max_id=([0-9]+)/)?.1)
        #expect(
            try await stage.texts("timelines/list/\(id)?limit=2&max_id=\(older)") == ["zq8", "zq6"])

        _ = try await stage.json("lists/\(id)", "PUT", "title=Near&replies_policy=none")
        #expect(try await stage.texts("timelines/list/\(id)") == ["zq1", "zq9", "zq6", "zq3", "zq2"])
        _ = try await stage.json("lists/\(id)", "PUT", "replies_policy=followed")
        #expect(try await stage.texts("timelines/list/\(id)").contains("zq8"))
        // A mute hides here as well; what is passed on is not wanted of everybody.
        _ = try await stage.json("accounts/\(stage.id("carmen"))/mute", "POST")
        _ = try await stage.json("accounts/\(stage.id("boris"))/follow", "POST", "reblogs=false")
        #expect(try await stage.texts("timelines/list/\(id)") == ["zq9", "zq8", "zq6", "zq2"])
        // Who is followed no more is on no list.
        _ = try await stage.json("accounts/\(stage.id("boris"))/unfollow", "POST")
        #expect(try await stage.texts("timelines/list/\(id)") == [])
        #expect(try await stage.json("lists/\(id)/accounts").array?.count == 1)
        _ = try await stage.json("lists/\(id)", "DELETE")
        #expect(try await stage.json("lists").array == [])
    }

    @Test("an exclusive list keeps its people out of home, and they come back", arguments: Engine.atHand)
    func exclusive(engine: Engine) async throws {
        let stage = try await stage(engine)
        try await write("zq1", "boris", stage)
        let id = try await make(stage, "title=Later&exclusive=true", ["boris"])
        try await write("zq2", "boris", stage)
        try await write("zq3", "carmen", stage)
        #expect(try await stage.texts("timelines/home") == ["zq3"])
        #expect(try await stage.texts("timelines/list/\(id)") == ["zq2", "zq1"])
        _ = try await stage.json("lists/\(id)", "PUT", "exclusive=false")
        #expect(try await Set(stage.texts("timelines/home")) == ["zq1", "zq2", "zq3"])
        _ = try await stage.json("lists/\(id)", "PUT", "exclusive=true")
        #expect(try await stage.texts("timelines/home") == ["zq3"])
        _ = try await stage.json("lists/\(id)/accounts", "DELETE", "account_ids[]=\(stage.id("boris"))")
        #expect(try await Set(stage.texts("timelines/home")) == ["zq1", "zq2", "zq3"])
    }

    @Test("a list is its owner's alone, and what a rule refuses changes nothing")
    func refusals() async throws {
        let stage = try await stage(.chosen)
        let id = try await make(stage, "title=Near", ["boris"])
        func ask(_ path: String, _ method: String, _ form: String?, as caller: FrontDoor.Caller) async throws
            -> FrontDoor.Reply
        { try await stage.oslo.ask("/api/v1/\(path)", method, as: caller, form: form) }
        for (path, method) in [
            ("lists/ID", "GET"), ("lists/ID", "PUT"), ("lists/ID", "DELETE"), ("lists/ID/accounts", "GET"),
            ("lists/ID/accounts", "POST"), ("lists/ID/accounts", "DELETE"), ("timelines/list/ID", "GET"),
        ] {
            let form = method == "GET" ? nil : "title=Mine&account_ids[]=\(try await stage.id("boris"))"
            let theirs = try await ask(
                path.replacing("ID", with: id), method, form, as: stage.boris)
            let nobodys = try await ask(
                path.replacing("ID", with: "1234567890123456"), method, form, as: stage.boris)
            #expect(theirs == nobodys && theirs.code == 404, "\(method) \(path)")
            #expect(try await ask(path.replacing("ID", with: id), method, form, as: .nobody).code == 401)
        }
        // Somebody whom Ada does not follow, as somebody who never was; and then nobody is added.
        let mixed =
            "account_ids[]=\(try await stage.id("carmen"))&account_ids[]=\(try await stage.id("colin"))"
        for form in [mixed, "account_ids[]=1234567890123456", "account_ids[]=x"] {
            #expect(try await ask("lists/\(id)/accounts", "POST", form, as: stage.ada).code == 404)
        }
        #expect(try await stage.json("lists/\(id)/accounts").array?.count == 1)
        for form in [
            "title=", "title=a%0Ab", "title=x&replies_policy=all",
            "title=\(String(repeating: "x", count: 256))",
        ] {
            #expect(try await ask("lists", "POST", form, as: stage.ada).code == 422, "\(form)")
        }
        #expect(try await stage.json("lists").array?.count == 1)
        for _ in 2...PeopleList.limit { _ = try await stage.json("lists", "POST", "title=More") }
        #expect(try await ask("lists", "POST", "title=Too+many", as: stage.ada).code == 403)
        // Nothing of it leaves the office, and its people are told nothing.
        #expect(
            !stage.nodes[0].network.sent.contains {
                String(decoding: $0.body, as: UTF8.self).contains("Near")
            })
        #expect(try await ask("notifications", "GET", nil, as: stage.boris).body.contains("Near") == false)
    }

    @Test("the stream of a list tells its owner what its people write, and nobody else")
    func stream() async throws {
        let stage = try await stage(.chosen)
        let id = try await make(stage, "title=Near", ["boris", "carmen"])
        let (heard, _) = try await stage.oslo.listen([
            ("/api/v1/streaming/list?list=\(id)", stage.ada),
            ("/api/v1/streaming?stream=list&list=\(id)", stage.ada),
            ("/api/v1/streaming/list?list=\(id)", stage.boris),
        ]) {
            try await write("zq1", "boris", stage)
            try await write("zq2", "carmen", stage)
            try await write("zq3", "colin", stage)
            try await write("zq4 @colin", "boris", stage, .direct)
        }
        for text in heard.prefix(2) {
            #expect(text.contains("zq1") && text.contains("zq2"))
            #expect(!text.contains("zq3") && !text.contains("zq4"))
        }
        #expect(heard[2] == "")
    }

    @Test("lists are kept with plain forms, and asked about once more before they go")
    func pages() async throws {
        let stage = try await stage(.chosen)
        let (oslo, ada) = (stage.oslo, stage.ada)
        #expect(try await oslo.ask("/lists", as: ada).body.contains("No lists yet"))
        let made = try await oslo.ask("/lists", "POST", as: ada, form: "title=Close+%3Cby%3E&replies=list")
        let path = try #require(made.head.firstMatch(of: /\/lists\/[0-9]+/)?.0).description
        #expect(try await oslo.ask("/lists", as: ada).body.contains("Close &lt;by&gt;"))
        let profile = try await oslo.ask("/@boris", as: ada)
        let form = "\(path)/people/\(try await stage.id("boris"))"
        #expect(profile.body.contains(form) && profile.body.contains("Put on"))
        #expect(try await !oslo.ask("/@colin", as: ada).body.contains("\(path)/people"))
        _ = try await oslo.ask(form, "POST", as: ada, form: "do=add&back=/@boris")
        #expect(try await oslo.ask("/@boris", as: ada).body.contains("Take off"))
        try await write("zq1", "boris", stage)
        let page = try await oslo.ask(path, as: ada)
        #expect(page.body.contains("zq1") && page.body.contains("@boris@oslo.example"))
        _ = try await oslo.ask(path, "POST", as: ada, form: "title=Nearby&replies=none&exclusive=true")
        let changed = try await stage.json("lists").array?.first
        #expect(changed?["title"] == "Nearby" && changed?["exclusive"] == true)
        _ = try await oslo.ask(form, "POST", as: ada, form: "do=remove")
        #expect(try await oslo.ask(path, as: ada).body.contains("Nobody yet"))
        #expect(try await oslo.ask("\(path)/remove", as: ada).body.contains("Remove “Nearby”?"))
        #expect(try await oslo.ask(path, as: ada).isGood)
        _ = try await oslo.ask("\(path)/remove", "POST", as: ada)
        #expect(try await oslo.ask(path, as: ada).code == 404)
    }
}
