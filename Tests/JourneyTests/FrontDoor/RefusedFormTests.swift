import Domain
import Foundation
import Storage
import Support
import Surface
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
}
