import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Gatherings and answers that are refused, and change nothing.
@Suite("Gatherings refuse")
struct GatheringRefusalTests: GatheringJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "bad gatherings are refused with their reason",
        arguments: ["title", "past", "end", "capacity", "call", "place"])
    func badInput(kind: String) async throws {
        let stage = try await stage()
        var bad = gathering()
        switch kind {
        case "title": bad.title = " "
        case "past": bad.startsAt = clock.now - 60
        case "end": bad.endsAt = bad.startsAt
        case "capacity": bad.capacity = 0
        case "call": bad.call = "javascript:alert(1)"
        default: bad.place = String(repeating: "x", count: 201)
        }
        await #expect(throws: Refusal.self) { try await publish(bad, stage) }
        #expect(try await stage.oslo.store.read { try $0.countPosts(localOnly: true) } == 0)
    }

    @Test("whoever cannot see a gathering cannot come, and gets no answer that tells of it")
    func unseen() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(), stage, audience: .node)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        try await vera.send(vera.activity("Join", .string(post.uri.string)), to: stage.oslo)
        try await settle(stage.nodes)
        #expect(try await totals(post, on: stage.oslo) == [0, 0])
        #expect(!network.requests.contains { $0.hasPrefix("POST https://good.example") })
        #expect(try await stage.lima.store.read { try $0.postID(post.uri) } == nil)
    }

    @Test("a stranger's Join, twice, is one place; only their own Leave ends it")
    func duplicates() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(capacity: 3), stage)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        for id in ["j1", "j2"] {
            try await vera.send(vera.activity("Join", .string(post.uri.string), id: id), to: stage.oslo)
        }
        #expect(try await totals(post, on: stage.oslo) == [1, 0])
        let mallory = try Stranger("https://evil.example/users/mallory", on: network, clock: clock)
        try await mallory.send(mallory.activity("Leave", .string(post.uri.string)), to: stage.oslo)
        #expect(try await totals(post, on: stage.oslo) == [1, 0])
        try await vera.send(vera.activity("Leave", .string(post.uri.string)), to: stage.oslo)
        #expect(try await totals(post, on: stage.oslo) == [0, 0])
    }

    @Test(
        "an answer that the organiser did not give changes nothing",
        arguments: ["Accept", "Reject", "TentativeAccept"])
    func falseAnswer(type: String) async throws {
        let stage = try await stage()
        let post = try await publish(gathering(capacity: 1), stage)
        try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        network.setDown(true, Cast.oslo)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        let inLima = try await copy(post, on: stage.lima)
        let join = try #require(
            try await stage.lima.store.read { try $0.attendance(stage.carmen.id, of: inLima.id)?.uri })
        let mallory = try Stranger("https://evil.example/users/mallory", on: network, clock: clock)
        let object: JSONValue = [
            "type": "Join", "id": .string(join.string), "actor": .string(stage.carmen.uri.string),
            "object": .string(post.uri.string),
        ]
        try await mallory.send(mallory.activity(type, object), to: stage.lima)
        #expect(try await state(stage.carmen, post, on: stage.lima) == .asked)
    }

    @Test(
        "an event of other software is read, one out of bounds is refused",
        arguments: ["good", "start", "end", "capacity", "offset", "call"])
    func hostileEvent(kind: String) async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let found = try #require(await pune.findActor(try theURI(vera.uri)))
        try await pune.store.write { [clock] transaction in
            try transaction.save(
                Follow(
                    follower: chidi.id, followee: found.id, state: .accepted,
                    uri: try theURI("https://\(Cast.pune)/f"), createdAt: clock.now))
        }
        var more: [(String, JSONValue)] = [
            ("type", "Event"), ("name", "Talk"), ("startTime", .string((clock.now + 86400).ISO8601Format())),
            ("location", ["type": "Place", "name": "Hall <b>1</b>"]), ("maximumAttendeeCapacity", 0),
        ]
        switch kind {
        case "start": more.append(("startTime", "9999-01-01T00:00:00Z"))
        case "end": more.append(("endTime", .string(clock.now.ISO8601Format())))
        case "capacity": more.append(("maximumAttendeeCapacity", -1))
        case "offset": more.append(("hallway:offset", 100_000))
        case "call": more.append(("hallway:call", "javascript:alert(1)"))
        default: break
        }
        try await vera.send(vera.activity("Create", vera.note("1", "<p>Come</p>", more: more)), to: pune)
        let post = try await pune.store.read { try $0.post(try theURI("https://good.example/notes/1")) }
        guard kind == "good" else { return #expect(post == nil) }
        guard case .gathering(let gathering) = try #require(post).body else {
            Issue.record("no gathering")
            return
        }
        #expect(gathering.title == "Talk" && gathering.capacity == nil)
    }
}
