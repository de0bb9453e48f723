import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Every name in an answer is one that `Spec/openapi.yaml` names at its path.
@Suite("Spec/openapi.yaml: names in answers")
struct PromisedNamesTests {
    let clock = TestClock()
    let network = FakeNetwork()

    /// The words that the document has at a path.
    func promised(_ path: String) throws -> Set<String> {
        let text = try String(
            contentsOf: Vectors.checkout.appending(path: "Spec/openapi.yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n").drop { $0 != "  \(path):" }.dropFirst()
        let section = lines.prefix { !$0.hasPrefix("  /") }.joined(separator: "\n")
        return Set(section.split { !$0.isLetter && $0 != "_" }.map { String($0) })
    }

    func expect(_ answer: JSONValue?, at path: String) throws {
        let object = try #require(answer?.object)
        let names = Set(object.names)
        #expect(!names.isEmpty)
        let missing = names.subtracting(try promised(path)).sorted()
        #expect(missing.isEmpty, "\(path): \(missing)")
    }

    func json(_ reply: FrontDoor.Reply) throws -> JSONValue {
        #expect(reply.isGood, "\(reply)")
        return try JSONParser.parse(Array(reply.body.utf8))
    }

    @Test("what groups, announcements, events, surveys and drafts are answered with is in the document")
    func names() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        try await node.people.permitAnnouncements(true, to: ada.id)
        let door = try FrontDoor(node)
        let caller = try await door.signIn(ada)
        let root = "/api/hallway/v1"
        func post(_ path: String, _ form: String) async throws -> JSONValue {
            try json(await door.ask("\(root)/\(path)", "POST", as: caller, form: form))
        }
        func read(_ path: String) async throws -> JSONValue {
            try json(await door.ask("\(root)/\(path)", as: caller))
        }

        try expect(try await post("groups", "name=weavers&kind=open"), at: "\(root)/groups")
        let announcement = try #require(
            try await post("announcements", "title=Rules&text=Read+them")["id"]?.string)
        try expect(try await read("announcements/\(announcement)"), at: "\(root)/announcements/{id}")
        let (start, end) = (clock.now + 86400, clock.now + 8 * 86400)
        let event = try await post(
            "events",
            "title=May&text=Cycle&goal=1000&starts_at=\(start.ISO8601Format())&ends_at=\(end.ISO8601Format())"
        )
        try expect(event["hallway"], at: "\(root)/events")
        #expect(event["hallway"]?["kind"]?.string == "challenge")
        let id = try #require(event["id"]?.string)
        try expect(try await read("events/\(id)"), at: "\(root)/events/{id}")
        let survey = try await post(
            "surveys", "text=Well%3F&visibility=&questions[0][text]=Well%3F&questions[0][kind]=scale")
        let asked = try #require(survey["id"]?.string)
        try expect(try await read("surveys/\(asked)"), at: "\(root)/surveys/{id}")
        let question = "hallway[kind]=question&hallway[title]=Lunch%3F&status=Soup"
        let draft = try await post("drafts", question)
        try expect(draft, at: "\(root)/drafts")
        try expect(draft["params"], at: "\(root)/drafts")
        try expect(draft["params"]?["hallway"], at: "\(root)/drafts")
    }
}
