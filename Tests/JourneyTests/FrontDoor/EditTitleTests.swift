import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Titles in edits by clients: what a post is stays what it is.
@Suite("Edits: titles")
struct EditTitleTests: RecognitionJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "a title is refused with its reason for what has none to change, and nothing of it is changed",
        arguments: ["note", "thanks", "poll", "event"])
    func refused(kind: String) async throws {
        let stage = try await thanksStage()
        var draft = Draft(text: "You saved the launch", audience: .organisation)
        switch kind {
        case "thanks":
            draft.body = .recognition(Recognition(recipients: [stage.boris.id], value: "Courage", points: 0))
        case "poll":
            draft.body = .poll(
                Poll(options: [Poll.Option("Tea"), Poll.Option("Coffee")], closesAt: clock.now + 3600))
        case "event":
            draft.body = .gathering(Gathering(title: "Launch", startsAt: clock.now + 86400, place: "Roof"))
        default: break
        }
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        let documents = Documents(world: stage.oslo.world, version: "test")
        let reader = Viewer.node(authority: Cast.lima, isOfOrganisation: true)
        let before = try await copy(post, on: stage.oslo)
        let document = try await documents.post(post.id, for: reader)
        let door = try FrontDoor(stage.oslo)
        let caller = try await door.signIn(stage.ada)
        let path = "/api/v1/statuses/\(post.id)"
        clock.advance(60)
        let reply = try await door.ask(
            path, "PUT", as: caller, form: "status=Changed&hallway%5Btitle%5D=Thanks")
        #expect(reply.code == 422 && reply.body.contains("Title"), "\(reply)")
        #expect(try await copy(post, on: stage.oslo) == before)
        #expect(try await documents.post(post.id, for: reader) == document)
        // Without one it is an edit like any other, and what it is stays.
        let edited = try await door.ask(path, "PUT", as: caller, form: "status=Changed")
        #expect(edited.isGood && edited.body.contains("Changed"), "\(edited)")
        let after = try await copy(post, on: stage.oslo)
        #expect(after.body.title == before.body.title && after.body.words == before.body.words)
        #expect(after.mentions == before.mentions)
        #expect(after.content.contains("Thanks") == (kind == "thanks"), "\(after.content)")
        let blank = try await door.ask(path, "PUT", as: caller, form: "status=%20")
        #expect(blank.code == (kind == "event" ? 200 : 422), "\(blank)")
    }

    @Test("a question without a text gets another title, on every node, and its form asks for no text")
    func question() async throws {
        let stage = try await thanksStage()
        try await stage.offices.followAda()
        var draft = Draft(text: "", audience: .organisation)
        draft.body = .question(Question(title: "Who certifies lifts?"))
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        let door = try FrontDoor(stage.oslo)
        let caller = try await door.signIn(stage.ada)
        let path = "/api/v1/statuses/\(post.id)"
        clock.advance(60)
        let reply = try await door.ask(
            path, "PUT", as: caller, form: "status=&hallway%5Btitle%5D=Who%20repairs%20lifts%3F")
        #expect(reply.isGood, "\(reply)")
        try await settle(stage.nodes)
        for node in stage.nodes {
            #expect(try await copy(post, on: node).body.title == "Who repairs lifts?", "\(node.authority)")
        }
        let untitled = try await door.ask(path, "PUT", as: caller, form: "status=")
        #expect(untitled.isGood, "\(untitled)")
        let nameless = try await door.ask(path, "PUT", as: caller, form: "status=&hallway%5Btitle%5D=%20")
        #expect(nameless.code == 422, "\(nameless)")
        #expect(try await copy(post, on: stage.oslo).body.title == "Who repairs lifts?")
        // What a client leaves out stays.
        let written = try await door.ask(path, "PUT", as: caller, form: "status=The+ones+in+the+hall")
        #expect(written.isGood, "\(written)")
        let silent = try await door.ask(
            path, "PUT", as: caller, form: "hallway%5Btitle%5D=Who%20mends%20lifts%3F")
        #expect(silent.isGood && silent.body.contains("The ones in the hall"), "\(silent)")
        let page = try await door.ask("/@ada/\(post.id)/edit", as: caller)
        #expect(page.isGood && !page.body.contains("maxlength=\"5000\" required"), "\(page)")
    }
}
