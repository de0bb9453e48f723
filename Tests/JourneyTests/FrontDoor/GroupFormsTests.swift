import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// What is not a plain post, in a group: by the forms to which its page leads, and by apps.
@Suite("Groups: forms")
struct GroupFormsTests {
    /// A form as a group's page names it, and what is typed there.
    struct Kind: Sendable, CustomTestStringConvertible {
        var label: String
        var action: String
        var typed: String
        /// What the page is asked with besides: the form for a question comes after its title.
        var query = ""

        var testDescription: String { label }
    }

    static let kinds = [
        Kind(
            label: "Poll", action: "/new/poll",
            typed: "text=Which+loom%3F&options=Old%0D%0ANew&closes_in=86400"),
        Kind(
            label: "Survey", action: "/new/survey",
            typed: "text=Which+loom%3F&days=7&question0=Well%3F&kind0=scale"),
        Kind(
            label: "Event", action: "/events", typed: "title=Weaving&text=Which+loom%3F&offset=0&starts="),
        Kind(
            label: "Ask a question", action: "/questions", typed: "title=Which+loom%3F&text=The+old+one",
            query: "&title=Which+loom%3F"),
        Kind(
            label: "Thank someone", action: "/recognitions",
            typed: "recipients=boris&value=Courage&text=For+the+loom"),
    ]

    /// A secret group of Ada and Boris; Berit works in the same office, and is no member.
    func secretStage() async throws -> (stage: GroupStage, berit: Actor) {
        let stage = try await GroupStage(.secret)
        try await stage.decide(.invite, about: stage.boris, by: stage.ada)
        try await stage.join(stage.boris, on: stage.oslo)
        return (stage, try await Cast.welcome("berit", to: stage.oslo))
    }

    /// The value that a form sends as its audience if nobody touches it.
    func audience(_ page: String) throws -> String {
        let select = try #require(page.components(separatedBy: "name=\"audience\">").last)
        let before = try #require(select.components(separatedBy: "\" selected>").first)
        return try #require(before.components(separatedBy: "value=\"").last)
    }

    @Test("what is asked, thanked or planned from a group's page is for the group", arguments: Self.kinds)
    func forms(kind: Kind) async throws {
        let (stage, berit) = try await secretStage()
        let door = try FrontDoor(stage.oslo)
        let ada = try await door.signIn(stage.ada)
        let group = try await door.ask("/groups/\(stage.group.id)", as: ada)
        let before = try #require(group.body.components(separatedBy: "\">\(kind.label)</a>").first)
        let link = try #require(before.components(separatedBy: "href=\"").last)
        #expect(!group.body.contains("/new/announcement"))
        if !kind.query.isEmpty {
            let first = try await door.ask(link, as: ada)
            #expect(first.body.contains("name=\"group\" value=\"\(stage.group.id)\""), "\(first.body)")
        }
        let form = try await door.ask(link + kind.query, as: ada)
        let audience = try audience(form.body)
        var typed = "\(kind.typed)&audience=\(audience)"
        if kind.label == "Event" {
            let start = (stage.clock.now + 86400).ISO8601Format().prefix(16)
            typed = typed.replacingOccurrences(of: "starts=", with: "starts=\(start)")
        }
        let done = try await door.ask(kind.action, "POST", as: ada, form: typed)
        #expect((300..<400).contains(done.code), "\(done.body)")

        let posts = try await stage.oslo.store.read { [stage] in try $0.livingPosts(of: stage.ada.id) }
        #expect(posts.count == 1)
        let post = try #require(posts.first)
        #expect(post.group == stage.group.id)
        let path = "/api/v1/statuses/\(post.id)"
        #expect(try await door.ask(path, as: ada).code == 200)
        let boris = try await door.signIn(stage.boris)
        #expect(try await door.ask(path, as: boris).code == 200)
        let outsider = try await door.signIn(berit)
        #expect(try await door.ask(path, as: outsider).code == 404)
        #expect(try await !door.ask("/everyone", as: outsider).body.contains("loom"))
    }

    @Test("a form for a group in which one may not write goes nowhere else", arguments: Self.kinds)
    func strangers(kind: Kind) async throws {
        let (stage, berit) = try await secretStage()
        let door = try FrontDoor(stage.oslo)
        let outsider = try await door.signIn(berit)
        let path = kind.action == "/events" ? "/new/event" : kind.action
        let pages = ["/questions": "/new/question", "/recognitions": "/new/recognition"]
        let form = try await door.ask(
            "\(pages[path] ?? path)?group=\(stage.group.id)\(kind.query)", as: outsider)
        #expect(form.isGood && !form.body.contains("Designers"), "\(form.body)")
        #expect(try audience(form.body) == "group:\(stage.group.id)")
        let start = (stage.clock.now + 86400).ISO8601Format().prefix(16)
        let typed = kind.typed.replacingOccurrences(of: "starts=", with: "starts=\(start)")
        for audience in ["group:\(stage.group.id)", "group:them"] {
            let refused = try await door.ask(
                kind.action, "POST", as: outsider, form: "\(typed)&audience=\(audience)")
            #expect((400..<500).contains(refused.code), "\(refused)")
        }
        #expect(try await stage.oslo.store.read { try $0.livingPosts(of: berit.id) }.isEmpty)
    }

    @Test("an app puts surveys and events in a group", arguments: ["surveys", "events"])
    func apps(path: String) async throws {
        let (stage, berit) = try await secretStage()
        let door = try FrontDoor(stage.oslo)
        let start = (stage.clock.now + 86400).ISO8601Format()
        let form =
            "text=Which+loom%3F&title=Weaving&starts_at=\(start)&questions[0][text]=Well%3F"
            + "&questions[0][kind]=scale&closes_in=3600&group_id=\(stage.group.id)"
        let ada = try await door.signIn(stage.ada)
        let reply = try await door.ask("/api/hallway/v1/\(path)", "POST", as: ada, form: form)
        #expect(reply.isGood, "\(reply)")
        let status = try JSONParser.parse(Array(reply.body.utf8))
        #expect(status["group_id"]?.string == stage.group.id.description)
        let id = try #require(status["id"]?.string)
        let outsider = try await door.signIn(berit)
        #expect(try await door.ask("/api/v1/statuses/\(id)", as: outsider).code == 404)
        let refused = try await door.ask("/api/hallway/v1/\(path)", "POST", as: outsider, form: form)
        #expect(refused.code == 404, "\(refused)")
    }
}
