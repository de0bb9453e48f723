import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Forms that are refused give back what was typed into them; forms that are sent twice count once.
@Suite("Refused and repeated forms")
struct RefusedFormTests {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage {
        var door: FrontDoor
        var ada: Actor
        var caller: FrontDoor.Caller
    }

    func stage() async throws -> Stage {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        _ = try await Cast.welcome("boris", to: node)
        try await node.appoint(ada)
        let door = try FrontDoor(node)
        return Stage(door: door, ada: ada, caller: try await door.signIn(ada))
    }

    @Test("whoever is refused finds what they wrote on the page that says so, to be copied")
    func problemPage() async throws {
        let stage = try await stage()
        let form = "text=Two+%3Cb%3Ehours%3C%2Fb%3E+of+work&password=hunter&seal2=abc&amount=42"
        let reply = try await stage.door.ask("/drafts/1", "POST", as: stage.caller, form: form)
        #expect(reply.code == 404)
        #expect(reply.body.contains("readonly>Two &lt;b&gt;hours&lt;/b&gt; of work</textarea>"))
        #expect(!reply.body.contains("hunter") && !reply.body.contains("<b>hours"))
        // Also whose session has ended.
        let gone = try await stage.door.ask("/posts", "POST", as: .person("ended"), form: form)
        #expect(gone.code == 401 && gone.body.contains("of work</textarea>"))
        let empty = try await stage.door.ask("/posts", "POST", as: .person("ended"), form: "like=1")
        #expect((300..<400).contains(empty.code))
    }

    @Test("a form that is refused comes back with what was typed into it, and why")
    func formsComeBack() async throws {
        let stage = try await stage()
        let node = stage.door.node
        let post = try await node.post("Before", by: stage.ada, for: .organisation)
        let long = String(repeating: "a", count: 301)
        let cases: [(path: String, form: String, action: String, typed: [String], reason: String)] = [
            (
                "/posts", "text=My+%26+words&summary=Careful&audience=nowhere", "/posts",
                ["My &amp; words</textarea>", "value=\"Careful\""], "Audience is not in the list"
            ),
            (
                "/posts", "text=My+answer&audience=nowhere&reply_to=\(post.id)", "/posts",
                ["My answer</textarea>", "name=\"reply_to\" value=\"\(post.id)\"", "Before"],
                "Audience is not in the list"
            ),
            (
                "/posts/\(post.id)/edit", "text=After&summary=\(String(repeating: "b", count: 1001))",
                "/posts/\(post.id)/edit", ["After</textarea>"], "Spoiler text is too long"
            ),
            (
                "/questions", "title=\(long)&text=More+of+it&audience=node", "/questions",
                ["More of it</textarea>", "value=\"\(long)\"", "value=\"node\" selected"], "Title"
            ),
            (
                "/events", "title=Boat+trip&text=On+the+fjord&place=Quay&starts=never&offset=60", "/events",
                [
                    "value=\"Boat trip\"", "On the fjord</textarea>", "value=\"Quay\"",
                    "value=\"60\" selected",
                ],
                "Date is no date"
            ),
            (
                "/announcements",
                "title=Holidays&text=All+of+them&due=never&audience=node&variants[0][text]=Todos&unit=Sales",
                "/announcements",
                ["value=\"Holidays\"", "All of them</textarea>", "Todos</textarea>", "value=\"Sales\""],
                "Date is no date"
            ),
            (
                "/groups", "name=no+name&display_name=Weavers&note=Of+looms&kind=closed", "/groups",
                ["value=\"Weavers\"", "Of looms</textarea>", "value=\"closed\" selected"], "ame"
            ),
        ]
        for (path, form, action, typed, reason) in cases {
            let reply = try await stage.door.ask(path, "POST", as: stage.caller, form: form)
            #expect(reply.code == 422, "\(path): \(reply.code)")
            #expect(reply.body.contains("action=\"\(action)\""), "\(path)")
            #expect(reply.body.contains("role=\"alert\">"), "\(path)")
            #expect(reply.body.contains(reason), "\(path)")
            for words in typed { #expect(reply.body.contains(words), "\(path): \(words)") }
        }
        // Too many languages are refused and shown as well.
        let languages = (0...12).map { "variants[\($0)][language]=x\($0)&variants[\($0)][text]=Hei" }
            .joined(separator: "&")
        let many = try await stage.door.ask(
            "/announcements", "POST", as: stage.caller, form: "title=A&text=B&\(languages)")
        #expect(many.code == 422 && many.body.contains("Languages"))
    }

    @Test("thanks that are sent twice, as by a double click, are given once")
    func twice() async throws {
        let stage = try await stage()
        let store = stage.door.node.store
        let recognition = stage.door.node.needs.recognition
        let page = try await stage.door.ask("/new/recognition", as: stage.caller).body
        let once = try #require(page.firstMatch(of: #/name="once" value="([^"]+)"/#)).1
        let next = try await stage.door.ask("/new/recognition", as: stage.caller).body
        #expect(!next.contains(once))
        let value = try #require(
            recognition.values.first?.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let form =
            "recipients=@boris&value=\(value)&points=5&text=The+looms&audience=organisation&once=\(once)"
        for _ in 1...2 {
            let reply = try await stage.door.ask("/recognitions", "POST", as: stage.caller, form: form)
            #expect((300..<400).contains(reply.code), "\(reply)")
        }
        let month = Recognition.month(of: clock.now)
        let (posts, given) = try await store.read { [ada = stage.ada.id] transaction in
            (try transaction.livingPosts(of: ada), try transaction.pointsGiven(by: ada, in: month))
        }
        #expect(posts.count == 1 && given == 5)
        // Every form that publishes has it.
        for path in [
            "/", "/new/poll", "/new/survey", "/new/event", "/new/announcement", "/new/question?title=Looms",
        ] {
            let page = try await stage.door.ask(path, as: stage.caller)
            let word = page.body.firstMatch(of: #/name="once" value="[^"]+"/#)
            #expect(word != nil, "\(path)")
        }
        let long = "text=Hello&once=" + String(repeating: "a", count: 65)
        #expect(try await stage.door.ask("/posts", "POST", as: stage.caller, form: long).code == 400)
    }
}
