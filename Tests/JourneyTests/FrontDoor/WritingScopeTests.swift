import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Tokens that are good for writing alone, or for reading alone.
@Suite("Scopes of answers")
struct WritingScopeTests {
    let clock = TestClock()
    let network = FakeNetwork()

    /// What Ada of Oslo asks of her colleagues, and where they answer it.
    enum Asked: String, CaseIterable {
        case acknowledge, answer, progress

        var folder: String { self == .acknowledge ? "announcements" : "events" }
    }

    @Test(
        "whoever may write does, and hears how they stand; whoever may only read changes nothing",
        arguments: Asked.allCases)
    func scopes(asked: Asked) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        try await node.people.permitAnnouncements(true, to: ada.id)
        var draft = Draft(text: "All of you", audience: .organisation)
        if asked == .acknowledge {
            draft.body = .announcement(Announcement(title: "New rules", dueAt: clock.now + 3 * 86400))
        } else {
            var gathering = Gathering(
                title: "May by bicycle", startsAt: clock.now + 86400, endsAt: clock.now + 8 * 86400)
            gathering.challenge = Challenge(goal: "Cycle 1,000 km to work")
            draft.body = .gathering(gathering)
        }
        let post = try await node.publish.publish(draft, by: ada.id)
        try await settle([node])
        if asked == .progress {
            _ = try await Attend(needs: node.needs).answer(post.id, .yes, by: boris.id)
            clock.advance(2 * 86400)
        }
        let door = try FrontDoor(node)
        let reader = try await door.signIn(boris, scopes: "read")
        let writer = try await door.signIn(boris, scopes: "write:statuses")
        let path = "/api/hallway/v1/\(asked.folder)/\(post.id)"
        let form = "answer=yes&amount=7"

        let before = try await door.ask(path, as: reader)
        #expect(before.isGood, "\(before)")
        let refused = try await door.ask("\(path)/\(asked.rawValue)", "POST", as: reader, form: form)
        #expect(refused.code == 403, "\(refused)")
        #expect(try await door.ask(path, as: reader) == before)

        let done = try await door.ask("\(path)/\(asked.rawValue)", "POST", as: writer, form: form)
        #expect(done.code == 200, "\(done)")
        let stands = try JSONParser.parse(Array(done.body.utf8))
        switch asked {
        case .acknowledge: #expect(stands["acknowledged_at"]?.string != nil, "\(done)")
        case .answer: #expect(stands["answer"]?.string == "yes", "\(done)")
        case .progress: #expect(stands["amount"]?.int == 7, "\(done)")
        }
        #expect(try await door.ask(path, as: reader) != before)
        #expect(try await door.ask(path, as: writer).code == 403)
    }
}
