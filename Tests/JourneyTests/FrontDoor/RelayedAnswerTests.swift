import Domain
@testable import Federation
import JSON
import Support
import Testing

@Suite("The answer to what is passed on")
struct RelayedAnswerTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("where its author's key cannot be had it says that this one waits, and is no fault of the node's")
    func answer() async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let door = try FrontDoor(node)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let author = "https://away.example/users/chidi"
        let update: JSONValue = [
            "id": "https://away.example/activities/1", "type": "Update", "actor": .string(author),
            "object": .string(author), "proof": ["verificationMethod": .string("\(author)#proof")],
        ]
        let answer = try await door.deliver(vera.request(update, to: node))
        #expect(Outcome(answer, now: clock.now) == .waits(503, retryAfter: 60))
        let taken = try await door.deliver(
            vera.request(vera.activity("Create", vera.note("1", "Here")), to: node))
        #expect(Outcome(taken, now: clock.now) == .delivered(202))
    }
}
