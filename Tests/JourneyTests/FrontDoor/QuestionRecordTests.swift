import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// What a moderator decided in the asker's place, and who may read of it; experts elsewhere; the way to a post's page.
@Suite("Questions: on record, and readable everywhere")
struct QuestionRecordTests {
    let journey = QuestionJourneyTests()

    func rulings(_ question: Post, _ person: Actor, on door: FrontDoor) async throws -> FrontDoor.Reply {
        let id = try #require(try await door.node.store.read { try $0.postID(question.uri) })
        return try await door.ask(
            "/api/hallway/v1/questions/\(id)/rulings", as: door.signIn(person))
    }

    @Test(
        "the asker and administrators read who accepted an answer in the asker's place; to others it is not there"
    )
    func record() async throws {
        let stage = try await journey.stage()
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let bjorn = try await Cast.welcome("bjorn", to: stage.oslo)
        try await stage.oslo.appoint(astrid)
        try await stage.lima.appoint(stage.carmen)
        let answer = try await journey.answer("One", by: stage.carmen, on: stage.lima, stage.question)
        try await settle(stage.nodes)
        let inOslo = try #require(try await stage.oslo.store.read { try $0.postID(answer.uri) })
        let door = try FrontDoor(stage.oslo)
        #expect(try await rulings(stage.question, stage.ada, on: door).body == "[]")
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            inOslo, of: stage.question.id, by: astrid.id)
        try await settle(stage.nodes)

        for person in [stage.ada, astrid] {
            let json = try JSONParser.parse(
                Array(try await rulings(stage.question, person, on: door).body.utf8)
            ).list
            #expect(json.count == 1 && json[0]["accepted"]?.string == answer.uri.string)
            #expect(json[0]["moderator"]?["username"] == "astrid")
            #expect(json[0]["at"]?.string?.hasPrefix("2027-01-15") == true)
        }
        let nothing = try await door.ask(
            "/api/hallway/v1/questions/1/rulings", as: door.signIn(bjorn))
        #expect(nothing.code == 404)
        #expect(try await rulings(stage.question, bjorn, on: door) == nothing)
        // An administrator elsewhere has no say in it, and no record of it.
        let lima = try FrontDoor(stage.lima)
        #expect(try await rulings(stage.question, stage.carmen, on: lima).code == 404)

        func page(_ person: Actor) async throws -> String {
            try await door.ask("/@ada/\(stage.question.id)", as: door.signIn(person)).body
        }
        #expect(try await page(stage.ada).contains("Accepted by Astrid, moderator, on 2027-01-15"))
        let forOthers = try await page(bjorn)
        #expect(forOthers.contains("Accepted by a moderator") && !forOthers.contains("Accepted by Astrid"))
    }

    @Test("an expert of another office is suggested, and gets the question that names them")
    func expert() async throws {
        let offices = try await GroupStage(.open)
        let register = try await RegisterStage(network: offices.network, clock: offices.clock)
        var changes = People.Changes()
        changes.work = WorkProfile()
        changes.work?.skills = ["Lifts"]
        _ = try await offices.lima.people.change(offices.carmen.id, changes)
        try await register.found(offices.nodes)
        let door = try FrontDoor(offices.oslo)
        let ada = try await door.signIn(offices.ada)
        let found = try await door.ask(
            "/api/hallway/v1/questions/experts?text=who%20certifies%20lifts", as: ada)
        let json = try JSONParser.parse(Array(found.body.utf8)).list
        #expect(json.map { $0["account"]?["acct"]?.string } == ["carmen@\(Cast.lima)"])
        #expect(json.first?["reason"] == "Knows about Lifts")
        let form = "title=Who%20certifies%20lifts%3F&expert=carmen%40\(Cast.lima)&audience=organisation"
        let asked = try await door.ask("/questions", "POST", as: ada, form: form)
        #expect((300..<400).contains(asked.code), "\(asked.body)")
        try await offices.settleAll()
        let told = try await offices.lima.store.read {
            try $0.notifications(of: offices.carmen.id, Page(limit: 9)).map(\.kind)
        }
        #expect(told.contains(.mention))
    }

    @Test("questions and thanks lead from any app to their page at the reader's own office, by one line")
    func links() async throws {
        let stage = try await journey.stage()
        let inOslo = try #require(await stage.oslo.findActor(stage.carmen.uri))
        var draft = Draft(text: "For the launch", language: "en", audience: .organisation)
        draft.body = .recognition(Recognition(recipients: [inOslo.id], value: "Courage"))
        let thanks = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        for (post, words) in [(stage.question, "Answer this question"), (thanks, "See these thanks")] {
            for (node, person, author) in [
                (stage.oslo, stage.ada, "ada"), (stage.lima, stage.carmen, "ada@\(Cast.oslo)"),
            ] {
                let door = try FrontDoor(node)
                let stored = try #require(try await node.store.read { try $0.post(post.uri) })
                #expect(!stored.content.contains(words), "\(node.authority)")
                let reply = try await door.ask("/api/v1/statuses/\(stored.id)", as: door.signIn(person))
                let content = try #require(try JSONParser.parse(Array(reply.body.utf8))["content"]?.string)
                let line = "<p><a href=\"https://\(node.authority)/@\(author)/\(stored.id)\">\(words)</a></p>"
                #expect(content.hasSuffix(line), "\(content)")
                #expect(content.components(separatedBy: words).count == 2, "once: \(content)")
                let page = try await door.ask("/@\(author)/\(stored.id)", as: door.signIn(person))
                #expect(page.isGood, "the way leads somewhere")
            }
            let wire = try await Documents(world: stage.oslo.world, version: "test").post(
                post.id, for: .node(authority: Cast.lima, isOfOrganisation: true))
            let content = try #require(wire["content"]?.string)
            #expect(content.hasSuffix("<p><a href=\"\(post.url)\">\(words)</a></p>"), "\(content)")
            #expect(content.components(separatedBy: words).count == 2, "once: \(content)")
        }
    }
}
