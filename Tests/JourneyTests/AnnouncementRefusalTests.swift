import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Announcements that are refused, or ask nobody for anything.
@Suite("Announcements are refused")
struct AnnouncementRefusalTests: AnnouncementJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("an announcement by someone without the right is refused, and nothing changes (S58)")
    func unauthorised() async throws {
        let stage = try await stage()
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        await #expect(
            throws: Refusal.notAllowed(
                because: "Only those whom this office lets speak for it may publish announcements")
        ) { try await stage.oslo.publish.publish(draft(), by: astrid.id) }
        try await stage.oslo.people.permitAnnouncements(false, to: stage.ada.id)
        await #expect(throws: Refusal.self) {
            try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        }
        #expect(try await stage.oslo.store.read { try $0.countPosts(localOnly: true) } == 0)
    }

    @Test("whose right was revoked changes nothing that they announced, in any office and by neither way")
    func revoked() async throws {
        let stage = try await stage()
        let (oslo, ada) = (stage.oslo, stage.ada.id)
        let post = try await oslo.publish.publish(draft(), by: ada)
        try await settle(stage.nodes)
        let before = try await copy(post, on: stage.lima)
        let verb = ReviseAnnouncement(needs: oslo.needs, find: oslo.find)
        var wish = ReviseAnnouncement.Wish()
        (wish.title, wish.text) = ("No rules", "Forget them.")
        let wanted = wish
        try await oslo.people.permitAnnouncements(false, to: ada)
        clock.advance(60)
        let reason = Refusal.notAllowed(
            because: "Only those whom this office lets speak for it may publish announcements")
        await #expect(throws: reason) { _ = try await verb.revise(post.id, wanted, by: ada) }
        await #expect(throws: reason) {
            _ = try await oslo.edit.edit(post.id, to: Draft(text: "Forget them."), by: ada)
        }
        try await settle(stage.nodes)
        #expect(try await copy(post, on: oslo).content == post.content)
        let after = try await copy(post, on: stage.lima)
        #expect(after.content == before.content && after.body == before.body)
        try await oslo.people.permitAnnouncements(true, to: ada)
        _ = try await verb.revise(post.id, wanted, by: ada)
        try await settle(stage.nodes)
        #expect(try await copy(post, on: stage.lima).content.contains("Forget them."))
    }

    @Test(
        "bad announcements are refused with their reason",
        arguments: ["", "past", "far", "followers", "unit"])
    func badInput(kind: String) async throws {
        let stage = try await stage()
        var bad = draft()
        switch kind {
        case "": bad = draft("")
        case "past": bad = draft(days: -1)
        case "far": bad = draft(days: 400)
        case "followers": bad.audience = .followers
        default: bad = draft(unit: String(repeating: "x", count: 300))
        }
        await #expect(throws: Refusal.self) { try await stage.oslo.publish.publish(bad, by: stage.ada.id) }
        #expect(try await stage.oslo.store.read { try $0.countPosts(localOnly: true) } == 0)
    }

    @Test("a post of no member's node that looks like an announcement asks nobody for anything")
    func strangersAnnouncement() async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let vera = try Stranger("https://evil.example/users/vera", on: network, clock: clock)
        // Nobody follows her: it is not even kept.
        try await vera.send(fake(vera, "1"), to: pune)
        #expect(try await pune.store.read { try $0.countPosts(localOnly: false) } == 0)
        // A post that names Chidi is kept, as a post.
        let mention: JSONValue = [["type": "Mention", "href": .string(chidi.uri.string)]]
        try await vera.send(fake(vera, "2", more: [("tag", mention)]), to: pune)
        let post = try #require(
            try await pune.store.read { try $0.post(try theURI("https://evil.example/notes/2")) })
        #expect(post.body == .article(title: "Obey"))
        #expect(try await pune.store.read { try $0.mustRead(by: chidi.id).isEmpty })
        #expect(try await count(.announcement, of: chidi, on: pune) == 0)
    }

    @Test(
        "a member's announcement that is out of bounds is refused",
        arguments: ["title", "date", "nodate", "target", "unit"])
    func hostileAnnouncement(kind: String) async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let vera = try Stranger("https://member.example/users/vera", on: network, clock: clock)
        try await pune.admit("member.example")
        let bad: (String, JSONValue) =
            switch kind {
            case "title": ("name", .string(String(repeating: "x", count: 900)))
            case "date": ("hallway:acknowledge", ["endTime": "9999-01-01T00:00:00Z"])
            case "nodate": ("hallway:acknowledge", ["endTime": "soon"])
            case "target": ("hallway:target", "everyone")
            default: ("hallway:target", ["hallway:unit": 7])
            }
        try await vera.send(fake(vera, "1", more: []).replacing(bad), to: pune)
        #expect(try await pune.store.read { try $0.countPosts(localOnly: false) } == 0)
        #expect(try await home(chidi, on: pune).isEmpty)
        try await vera.send(fake(vera, "2"), to: pune)
        #expect(try await home(chidi, on: pune).count == 1)
    }
}
