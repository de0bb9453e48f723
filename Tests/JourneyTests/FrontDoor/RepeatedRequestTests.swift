import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// An app that heard no answer asks again, by the same `Idempotency-Key`.
@Suite("Repeated requests")
struct RepeatedRequestTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func stage() async throws -> (door: FrontDoor, ada: Actor, caller: FrontDoor.Caller) {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        try await node.people.permitAnnouncements(true, to: ada.id)
        let door = try FrontDoor(node)
        return (door, ada, try await door.signIn(ada))
    }

    @Test(
        "what an app asks for twice by the same key is there once",
        arguments: ["statuses", "announcements", "events", "surveys"])
    func once(kind: String) async throws {
        let (door, ada, caller) = try await stage()
        let path = kind == "statuses" ? "/api/v1/statuses" : "/api/hallway/v1/\(kind)"
        let start = (clock.now + 86400).ISO8601Format()
        let form =
            "status=Lunch&text=Lunch&title=Lunch&starts_at=\(start)&questions[0][text]=Well%3F"
            + "&questions[0][kind]=scale&closes_in=3600"
        let first = try await door.ask(path, "POST", as: caller, form: form, key: "one")
        let again = try await door.ask(path, "POST", as: caller, form: form, key: "one")
        #expect(first.isGood && again.isGood, "\(first) \(again)")
        let ids = try [first, again].map { try JSONParser.parse(Array($0.body.utf8))["id"]?.string }
        #expect(ids[0] != nil && ids[0] == ids[1])
        func count() async throws -> Int {
            try await door.node.store.read { try $0.livingPosts(of: ada.id) }.count
        }
        #expect(try await count() == 1)
        let long = String(repeating: "k", count: 256)
        #expect(try await door.ask(path, "POST", as: caller, form: form, key: long).code == 422)
        #expect(try await count() == 1)
        let other = try await door.ask(path, "POST", as: caller, form: form, key: "two")
        #expect(other.isGood, "\(other)")
        #expect(try await count() == 2)
    }

    @Test("a status for later that is asked for twice waits once, and is published once")
    func scheduled() async throws {
        let (door, ada, caller) = try await stage()
        let form = "status=At+ten&scheduled_at=\((clock.now + 400).ISO8601Format())"
        let first = try await door.ask("/api/v1/statuses", "POST", as: caller, form: form, key: "one")
        #expect(first.isGood, "\(first)")
        // By now a moment so near could not be chosen any more.
        clock.advance(200)
        let again = try await door.ask("/api/v1/statuses", "POST", as: caller, form: form, key: "one")
        let ids = try [first, again].map { try JSONParser.parse(Array($0.body.utf8))["id"]?.string }
        #expect(again.isGood && ids[0] != nil && ids[0] == ids[1], "\(again)")
        let list = try await door.ask("/api/v1/scheduled_statuses", as: caller)
        #expect(try JSONParser.parse(Array(list.body.utf8)).array?.count == 1, "\(list)")
        // What is published at once by the same key is something else.
        let now = try await door.ask("/api/v1/statuses", "POST", as: caller, form: "status=Now", key: "one")
        #expect(now.isGood && now.body.contains("Now"), "\(now)")

        clock.advance(200)
        let verb = KeepDraft(needs: door.node.needs, publish: door.node.publish)
        try await verb.publishDue()
        let late = try await door.ask("/api/v1/statuses", "POST", as: caller, form: form, key: "one")
        #expect(late.code == 404, "\(late)")
        let posts = try await door.node.store.read { try $0.livingPosts(of: ada.id) }
        #expect(posts.count == 2)
    }
}
