import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Polls and surveys as apps and browsers use them, over the routes of two offices.
@Suite("Polls and surveys over HTTP")
struct PollClientTests {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage {
        var nodes: [TestNode]
        var oslo: FrontDoor
        var lima: FrontDoor
        var callers: [String: FrontDoor.Caller]

        func caller(_ name: String) throws -> FrontDoor.Caller { try #require(callers[name]) }
    }

    /// Ada, Boris and two more in Oslo; Carmen and two more in Lima, who follow Ada.
    func stage() async throws -> Stage {
        let nodes = [
            try await TestNode(Cast.oslo, network: network, clock: clock),
            try await TestNode(Cast.lima, network: network, clock: clock),
        ]
        let doors = try nodes.map { try FrontDoor($0) }
        try await nodes[1].admit(Cast.oslo)
        try await nodes[0].admit(Cast.lima)
        var callers: [String: FrontDoor.Caller] = [:]
        for (door, names) in zip(doors, [["ada", "boris", "berit", "bjorn"], ["carmen", "diego", "dora"]]) {
            for name in names {
                let person = try await Cast.welcome(name, to: door.node)
                callers[name] = try await door.signIn(person)
                guard door.node.authority == Cast.lima else { continue }
                try await door.node.follow("ada@\(Cast.oslo)", by: person)
            }
        }
        try await settle(nodes)
        return Stage(nodes: nodes, oslo: doors[0], lima: doors[1], callers: callers)
    }

    func json(_ reply: FrontDoor.Reply, _ place: SourceLocation = #_sourceLocation) throws -> JSONValue {
        #expect(reply.isGood, "\(reply.code) \(reply.body)", sourceLocation: place)
        return try JSONParser.parse(Array(reply.body.utf8))
    }

    /// What a post of Oslo is called in Lima.
    func inLima(_ id: String, _ stage: Stage) async throws -> String {
        let post = try #require(PostID(decimal: id))
        let uri = try #require(await stage.nodes[0].store.read { try $0.post(post)?.uri })
        return try #require(await stage.nodes[1].store.read { try $0.postID(uri) }).description
    }

    func votes(_ poll: JSONValue) -> [Int64?] {
        (poll["options"]?.array ?? []).map { $0["votes_count"]?.int }
    }

    @Test(
        "a question with a poll is refused with its reason, and nothing of it is published or kept",
        arguments: ["/api/v1/statuses", "/api/hallway/v1/drafts"])
    func besideQuestion(path: String) async throws {
        let stage = try await stage()
        let ada = try stage.caller("ada")
        let question = "status=Lunch%3F&hallway[kind]=question&hallway[title]=What+is+for+lunch%3F"
        let poll = "poll[options][]=Soup&poll[options][]=Salad&poll[expires_in]=86400"
        let refused = try await stage.oslo.ask(path, "POST", as: ada, form: "\(question)&\(poll)")
        #expect(refused.code == 422 && refused.body.contains("Poll does not go"), "\(refused)")
        let drafts = try json(await stage.oslo.ask("/api/hallway/v1/drafts", as: ada))
        let home = try json(await stage.oslo.ask("/api/v1/timelines/home", as: ada))
        #expect(drafts.array?.count == 0 && home.array?.count == 0)
        // Each alone is taken.
        for form in [question, "status=Lunch%3F&\(poll)"] {
            let taken = try await stage.oslo.ask(path, "POST", as: ada, form: form)
            #expect(taken.isGood, "\(taken)")
        }
    }

    @Test("a poll is kept for later as it was asked for, and begins when it is published")
    func later() async throws {
        let stage = try await stage()
        let ada = try stage.caller("ada")
        let moment = (clock.now + 3600).ISO8601Format()
        let asked = "poll[options][]=Soup&poll[options][]=Salad&poll[expires_in]=86400&poll[anonymous]=true"
        let kept = try json(
            await stage.oslo.ask(
                "/api/v1/statuses", "POST", as: ada, form: "status=Lunch%3F&\(asked)&scheduled_at=\(moment)"))
        let expected: JSONValue = [
            "options": ["Soup", "Salad"], "expires_in": 86400, "multiple": false, "hide_totals": false,
            "anonymous": true,
        ]
        #expect(kept["params"]?["poll"] == expected)
        for seconds in ["60", "-9223372036854775808", "9223372036854775807"] {
            let form = "status=Lunch%3F&\(asked.replacing("86400", with: seconds))&scheduled_at=\(moment)"
            #expect(try await stage.oslo.ask("/api/v1/statuses", "POST", as: ada, form: form).code == 422)
        }
        // A draft need not be ready, and is when it is published.
        let one = "status=Tea%3F&poll[options][]=Green"
        let draft = try json(
            await stage.oslo.ask("/api/hallway/v1/drafts", "POST", as: ada, form: one))
        let id = try #require(draft["id"]?.string)
        #expect(
            try await stage.oslo.ask("/api/hallway/v1/drafts/\(id)/publish", "POST", as: ada).code == 422)
        _ = try json(
            await stage.oslo.ask(
                "/api/hallway/v1/drafts/\(id)", "PUT", as: ada,
                form: "\(one)&poll[options][]=Black&poll[expires_in]=3600"))
        clock.advance(3600)
        let node = stage.oslo.node
        try await KeepDraft(needs: node.needs, publish: node.publish).publishDue()
        let published = try json(
            await stage.oslo.ask("/api/hallway/v1/drafts/\(id)/publish", "POST", as: ada))
        let poll = try #require(published["poll"])
        #expect(poll["options"]?.array?.compactMap { $0["title"]?.string } == ["Green", "Black"])
        let home = try json(await stage.oslo.ask("/api/v1/timelines/home", as: ada)).array ?? []
        let status = try #require(home.first { $0["content"]?.string == "<p>Lunch?</p>" })
        let lunch = try #require(status["poll"])
        #expect(lunch["hallway"]?["anonymous"]?.bool == true)
        let end = try #require(lunch["expires_at"]?.string)
        let moments = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        #expect(try moments.parse(end) == clock.now + 86400)
    }

    @Test("the form for a poll keeps it for later, where its answers can be changed")
    func laterByForm() async throws {
        let stage = try await stage()
        let ada = try stage.caller("ada")
        let kept = try await stage.oslo.ask(
            "/new/poll", "POST", as: ada,
            form: "text=Where%3F&options=Fjord&closes_in=3600&multiple=1&audience=organisation&keep=yes")
        #expect(kept.code == 303 || kept.code == 302, "\(kept)")
        let page = try await stage.oslo.ask("/drafts", as: ada).body
        #expect(page.contains("open for 1 hour · more than one answer") && page.contains(">Fjord</textarea>"))
        let path = try #require(page.firstMatch(of: /action="(\/drafts\/\d+)"/)).1
        let form = "text=Where%3F&options=Fjord%0AForest&do=publish"
        _ = try await stage.oslo.ask(String(path), "POST", as: ada, form: form)
        let home = try json(await stage.oslo.ask("/api/v1/timelines/home", as: ada)).array ?? []
        #expect(
            home.first?["poll"]?["options"]?.array?.count == 2 && home.first?["poll"]?["multiple"] == true)
    }

    @Test("apps of two offices ask, vote once, and see hidden totals when they have voted")
    func apps() async throws {
        let stage = try await stage()
        let (ada, boris) = (try stage.caller("ada"), try stage.caller("boris"))
        let carmen = try stage.caller("carmen")
        let status = try json(
            await stage.oslo.ask(
                "/api/v1/statuses", "POST", as: ada,
                form: "status=Where+to%3F&visibility=private&poll[options][]=Fjord&poll[options][]=Forest"
                    + "&poll[expires_in]=3600&poll[hide_totals]=true"))
        let id = try #require(status["poll"]?["id"]?.string)
        #expect(status["poll"]?["options"]?.array?.compactMap { $0["title"]?.string } == ["Fjord", "Forest"])
        try await settle(stage.nodes)
        let there = try await inLima(id, stage)

        // Before the vote nobody knows; after it, who voted does.
        let before = try json(await stage.lima.ask("/api/v1/polls/\(there)", as: carmen))
        #expect(votes(before) == [nil, nil] && before["voted"] == .bool(false))
        let voted = try json(
            await stage.lima.ask("/api/v1/polls/\(there)/votes", "POST", as: carmen, form: "choices[]=1"))
        #expect(voted["voted"] == .bool(true) && voted["own_votes"]?.array == [1])
        try await settle(stage.nodes)
        let diego = try json(
            await stage.lima.ask("/api/v1/polls/\(there)", as: try stage.caller("diego")))
        #expect(votes(diego) == [nil, nil] && diego["voters_count"]?.int == 1)
        #expect(votes(try json(await stage.lima.ask("/api/v1/polls/\(there)", as: carmen))) == [0, 1])
        // A follower of nobody may not know of it, as if it were not there.
        let private_ = try await stage.oslo.ask("/api/v1/polls/\(id)", as: boris)
        #expect(private_ == (try await stage.oslo.ask("/api/v1/polls/1234567890123456", as: boris)))
        #expect(private_.code == 404)
        #expect(
            try await stage.oslo.ask("/api/v1/polls/\(id)/votes", "POST", as: boris, form: "choices[]=0").code
                == 404)

        for (form, reason) in [
            ("choices[]=0", "You have already voted on this poll"), ("choices[]=7", "does not exist"),
            ("choices[]=x", "does not exist"), ("choices[]=0&choices[]=1", "must be one option"),
        ] {
            let person = form == "choices[]=0" ? carmen : try stage.caller("diego")
            let refused = try await stage.lima.ask(
                "/api/v1/polls/\(there)/votes", "POST", as: person, form: form)
            #expect(refused.code == 422 && refused.body.contains(reason), "\(form): \(refused.body)")
        }
        let own = try await stage.oslo.ask(
            "/api/v1/polls/\(id)/votes", "POST", as: ada, form: "choices[]=0")
        #expect(own.code == 422 && own.body.contains("cannot vote in your own"))

        clock.advance(3601)
        try await settle(stage.nodes)
        let late = try await stage.lima.ask(
            "/api/v1/polls/\(there)/votes", "POST", as: try stage.caller("dora"), form: "choices[]=0")
        #expect(late.code == 422 && late.body.contains("has already ended"))
        for (door, name, number) in [(stage.oslo, "ada", id), (stage.lima, "dora", there)] {
            let poll = try json(
                await door.ask("/api/v1/polls/\(number)", as: try stage.caller(name)))
            #expect(votes(poll) == [0, 1] && poll["expired"] == .bool(true), "\(name)")
        }
    }

    @Test("browsers of two offices ask and vote with plain forms")
    func browsers() async throws {
        let stage = try await stage()
        let (ada, boris) = (try stage.caller("ada"), try stage.caller("boris"))
        let carmen = try stage.caller("carmen")
        // What was typed is still there when a rule says no.
        let short = try await stage.oslo.ask(
            "/new/poll", "POST", as: ada, form: "text=Where%3F&options=Fjord&audience=organisation")
        #expect(short.code == 422 && short.body.contains("must be 2 to 20") && short.body.contains("Where?"))
        let odd = try await stage.oslo.ask(
            "/new/poll", "POST", as: ada,
            form: "text=Where%3F&options=Fjord%0D%0AForest&closes_in=soon&audience=organisation")
        #expect(odd.code == 422 && odd.body.contains("is no number of seconds"))
        let asked = try await stage.oslo.ask(
            "/new/poll", "POST", as: ada,
            form:
                "text=Where%3F&options=Fjord%0D%0AForest&closes_in=86400&hide_totals=1&audience=organisation")
        #expect((300..<400).contains(asked.code), "\(asked.body)")
        let id = try #require(asked.head.split(separator: "-").last.map(String.init))
        try await settle(stage.nodes)
        let there = try await inLima(id, stage)

        let card = try await stage.lima.ask("/", as: carmen)
        #expect(card.body.contains("You see the totals once you have voted."))
        #expect(card.body.contains("/posts/\(there)/vote"))
        let empty = try await stage.lima.ask("/posts/\(there)/vote", "POST", as: carmen, form: "back=/")
        #expect(empty.code == 422 && empty.body.contains("choose an answer first"))
        for (door, number, caller, choice) in [
            (stage.lima, there, carmen, 0), (stage.oslo, id, boris, 1),
        ] {
            let reply = try await door.ask(
                "/posts/\(number)/vote", "POST", as: caller, form: "choices=\(choice)&back=/")
            #expect((300..<400).contains(reply.code), "\(reply.body)")
        }
        try await settle(stage.nodes)
        let again = try await stage.lima.ask("/posts/\(there)/vote", "POST", as: carmen, form: "choices=1")
        #expect(again.code == 422 && again.body.contains("already voted"))
        for (door, caller) in [(stage.lima, carmen), (stage.oslo, boris)] {
            let page = try await door.ask("/everyone", as: caller)
            #expect(page.body.contains("2 people voted") && page.body.contains("you voted"))
            #expect(page.body.contains("<b>50 %</b>"))
        }
        // Whoever asked, and whoever did not vote, sees nothing yet.
        for (door, name) in [(stage.oslo, "ada"), (stage.oslo, "berit"), (stage.lima, "dora")] {
            let page = try await door.ask("/everyone", as: try stage.caller(name))
            #expect(!page.body.contains("<b>50 %</b>"), "\(name)")
        }
        // A form from elsewhere is refused.
        let forged = try await stage.oslo.ask(
            "/api/v1/polls/\(id)/votes", "POST", as: .nobody, form: "choices[]=0")
        #expect(forged.code == 401)
    }

    @Test("a survey is asked, answered and read by apps and browsers of two offices")
    func survey() async throws {
        let stage = try await stage()
        let ada = try stage.caller("ada")
        let form =
            "text=How+was+the+move%3F&visibility=organisation&closes_in=3600&questions[0][text]=Well%3F&questions[0][kind]=scale"
            + "&questions[1][text]=Floor%3F&questions[1][kind]=choice&questions[1][choices][]=First"
            + "&questions[1][choices][]=Second"
        let status = try json(
            await stage.oslo.ask("/api/hallway/v1/surveys", "POST", as: ada, form: form))
        let id = try #require(status["id"]?.string)
        #expect(status["content"]?.string?.contains("/surveys/") == true || status["hallway"] != nil)
        try await settle(stage.nodes)
        let there = try await inLima(id, stage)

        // Three by pages and three by apps, of both offices.
        for (door, number, name) in [
            (stage.oslo, id, "boris"), (stage.lima, there, "carmen"), (stage.lima, there, "diego"),
        ] {
            let caller = try stage.caller(name)
            let page = try await door.ask("/surveys/\(number)", as: caller)
            #expect(page.body.contains("Well?") && page.body.contains("Second"), "\(page.body)")
            let reply = try await door.ask(
                "/surveys/\(number)", "POST", as: caller, form: "answers[0]=4&answers[1]=0")
            #expect((300..<400).contains(reply.code), "\(reply.body)")
            let again = try await door.ask(
                "/surveys/\(number)", "POST", as: caller, form: "answers[0]=1")
            #expect(again.code == 422 && again.body.contains("already answered"))
        }
        for (door, number, name) in [
            (stage.oslo, id, "berit"), (stage.oslo, id, "bjorn"), (stage.lima, there, "dora"),
        ] {
            let reply = try json(
                await door.ask(
                    "/api/hallway/v1/surveys/\(number)/answers", "POST", as: try stage.caller(name),
                    form: "answers[0]=4&answers[1]=0"))
            #expect(reply["answered"] == .bool(true) && reply["results"] == .null)
        }
        for form in ["answers[0]=9", "answers[1]=2", ""] {
            let refused = try await stage.oslo.ask(
                "/api/hallway/v1/surveys/\(id)/answers", "POST", as: ada, form: form)
            #expect(refused.code == 422, "\(form): \(refused.body)")
        }
        clock.advance(3601)
        try await settle(stage.nodes)
        clock.advance(Survey.settling + 1)
        try await settle(stage.nodes)
        for (door, number, name) in [(stage.oslo, id, "ada"), (stage.lima, there, "dora")] {
            let caller = try stage.caller(name)
            let results = try json(await door.ask("/api/hallway/v1/surveys/\(number)", as: caller))["results"]
            #expect(results?["respondents"]?.int == 6, "\(name)")
            #expect(results?["questions"]?.array?.first?["answered"]?.int == 6)
            let page = try await door.ask("/surveys/\(number)", as: caller)
            #expect(page.body.contains("6 people answered"), "\(name)")
        }
    }
}
