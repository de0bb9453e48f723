import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Logging
import Signatures
@testable import Social
import Storage
import Support
import Testing

/// Gatherings over three offices: Ada of Oslo organises, others come.
@Suite("Gatherings travel")
struct GatheringJourneyTests {
    let clock: TestClock
    let network: FakeNetwork

    init() { self.init(clock: TestClock(), network: FakeNetwork()) }

    init(clock: TestClock, network: FakeNetwork) {
        self.clock = clock
        self.network = network
    }

    struct Stage {
        var oslo: TestNode
        var lima: TestNode
        var pune: TestNode
        var ada: Actor
        var carmen: Actor
        var chidi: Actor
        var nodes: [TestNode] { [oslo, lima, pune] }
    }

    /// Carmen in Lima and Chidi in Pune follow Ada.
    func stage() async throws -> Stage {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let stage = Stage(
            oslo: oslo, lima: lima, pune: pune, ada: try await Cast.welcome("ada", to: oslo),
            carmen: try await Cast.welcome("carmen", to: lima),
            chidi: try await Cast.welcome("chidi", to: pune))
        for (node, person) in [(lima, stage.carmen), (pune, stage.chidi)] {
            let ada = try #require(await node.find(try theHandle("ada@\(Cast.oslo)")))
            _ = try await FollowActor(needs: node.needs).follow(ada.id, by: person.id)
        }
        try await settle(stage.nodes)
        return stage
    }

    func gathering(capacity: Int? = nil, days: Double = 3) -> Gathering {
        Gathering(
            title: "Summer party", startsAt: clock.now + days * 86400,
            endsAt: clock.now + days * 86400 + 7200, place: "Roof", call: "https://call.example/roof",
            capacity: capacity, offsetMinutes: 120)
    }

    func publish(_ gathering: Gathering, _ stage: Stage, audience: Audience = .anyone) async throws -> Post {
        var draft = Draft(text: "Come all!", audience: audience)
        draft.body = .gathering(gathering)
        let post = try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        try await settle(stage.nodes)
        return post
    }

    func copy(_ post: Post, on node: TestNode) async throws -> Post {
        try #require(try await node.store.read { try $0.post(post.uri) })
    }

    func totals(_ post: Post, on node: TestNode) async throws -> [Int] {
        guard case .gathering(let gathering) = try await copy(post, on: node).body else { return [] }
        return [gathering.going, gathering.waiting]
    }

    func state(_ person: Actor, _ post: Post, on node: TestNode) async throws -> Attendance.State? {
        let id = try await copy(post, on: node).id
        return try await node.store.read { try $0.attendance(person.id, of: id)?.state }
    }

    @discardableResult
    func answer(_ answer: Gathering.Answer, _ post: Post, by person: Actor, on node: TestNode) async throws
        -> Attendance.State
    {
        let id = try await copy(post, on: node).id
        return try await Attend(needs: node.needs).answer(id, answer, by: person.id)
    }

    func count(_ kind: Domain.Notification.Kind, of person: Actor, on node: TestNode) async throws -> Int {
        try await node.store.read {
            try $0.notifications(of: person.id, kinds: [kind], Page(limit: 40)).count
        }
    }

    @Test(
        "the last place goes to who asked first; the next moves up when someone cancels",
        arguments: [false, true])
    func waitingList(restarts: Bool) async throws {
        let stage = try await stage()
        func settleAll() async throws { try await settle(stage.nodes) { if restarts { $0.restart() } } }
        let post = try await publish(gathering(capacity: 1), stage)
        let inLima = try await copy(post, on: stage.lima)
        #expect(inLima.body == post.body && inLima.content == post.content)

        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settleAll()
        #expect(try await state(stage.carmen, post, on: stage.lima) == .going)
        try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        try await settleAll()
        #expect(try await state(stage.chidi, post, on: stage.pune) == .waiting)
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        #expect(try await answer(.yes, post, by: astrid, on: stage.oslo) == .waiting)
        try await settleAll()
        for node in stage.nodes { #expect(try await totals(post, on: node) == [1, 2]) }

        try await answer(.no, post, by: stage.carmen, on: stage.lima)
        try await settleAll()
        #expect(try await state(stage.chidi, post, on: stage.pune) == .going)
        #expect(try await state(astrid, post, on: stage.oslo) == .waiting)
        #expect(try await count(.place, of: stage.chidi, on: stage.pune) == 1)
        for node in stage.nodes { #expect(try await totals(post, on: node) == [1, 1]) }

        // More room: everyone comes in.
        clock.advance(60)
        _ = try await Organise(needs: stage.oslo.needs).change(
            post.id, to: gathering(capacity: 5), by: stage.ada.id)
        try await settleAll()
        #expect(try await state(astrid, post, on: stage.oslo) == .going)
        #expect(try await count(.place, of: astrid, on: stage.oslo) == 1)
        #expect(try await count(.gatheringChanged, of: stage.chidi, on: stage.pune) == 1)
        for node in stage.nodes { #expect(try await totals(post, on: node) == [2, 0]) }
    }

    @Test("fifty who ask at once never overbook (S61)", arguments: Engine.atHand)
    func concurrent(engine: Engine) async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: oslo)
        var people: [Actor] = []
        for number in 0..<50 { people.append(try await Cast.welcome("p\(number)", to: oslo)) }
        var draft = Draft(text: "Come", audience: .anyone)
        draft.body = .gathering(gathering(capacity: 7))
        let post = try await oslo.publish.publish(draft, by: ada.id)
        let attend = Attend(needs: oslo.needs)
        let states = try await withThrowingTaskGroup(of: Attendance.State.self) { group in
            for person in people { group.addTask { try await attend.answer(post.id, .yes, by: person.id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(states.count { $0 == .going } == 7 && states.count { $0 == .waiting } == 43)
        #expect(try await totals(post, on: oslo) == [7, 43])
        // All who have a place leave at once, and as many move up.
        let going = try await oslo.store.read { try $0.attendances(to: post.id, in: .going) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for person in going {
                group.addTask { _ = try await attend.answer(post.id, .no, by: person.actor) }
            }
            try await group.waitForAll()
        }
        #expect(try await totals(post, on: oslo) == [7, 36])
        let now = try await oslo.store.read { try $0.attendances(to: post.id, in: .going) }
        #expect(now.map(\.position).sorted() == Array(8...14))
    }

    @Test("after an outage and duplicates everyone has one place and the totals are exact")
    func outage() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(capacity: 2), stage)
        network.setDown(true, Cast.oslo)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        for _ in 0..<4 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        #expect(try await state(stage.carmen, post, on: stage.lima) == .asked)
        network.setDown(false, Cast.oslo)
        for _ in 0..<4 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        #expect(try await state(stage.carmen, post, on: stage.lima) == .going)
        #expect(try await state(stage.chidi, post, on: stage.pune) == .going)
        let said = network.sent.filter { $0.method == "POST" }
        for request in said.reversed() { _ = try await network.send(request) }
        try await settle(stage.nodes)
        for node in stage.nodes { #expect(try await totals(post, on: node) == [2, 0]) }
        #expect(try await state(stage.carmen, post, on: stage.lima) == .going)
    }

    @Test("maybe stays at home, and gives a place back")
    func maybe() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(capacity: 1), stage)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        try await answer(.maybe, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        #expect(try await state(stage.carmen, post, on: stage.lima) == .maybe)
        #expect(try await totals(post, on: stage.oslo) == [0, 0])
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        #expect(try await state(stage.carmen, post, on: stage.lima) == .going)
    }

    @Test("reminders come a day and an hour before, once each, and not to who declined")
    func reminders() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(days: 2), stage)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        try await answer(.no, post, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        var ids: Set<NotificationID> = []
        var counts: [Int] = []
        for _ in 0..<50 {
            clock.advance(3600)
            for node in stage.nodes {
                node.restart()
                let reminders = Reminders(needs: node.needs, logger: node.world.logger) {}
                while try await reminders.drain() {}
            }
            ids.formUnion(
                try await stage.lima.store.read {
                    try $0.notifications(
                        of: stage.carmen.id, kinds: [.gatheringReminder], Page(limit: 9)
                    ).map(\.id)
                })
            counts.append(ids.count)
        }
        #expect(counts[22] == 0 && counts[23] == 1 && counts[45] == 1 && counts[46] == 2 && counts[49] == 2)
        #expect(try await count(.gatheringReminder, of: stage.chidi, on: stage.pune) == 0)
    }

    @Test("what is called off is so everywhere, and those who came are told")
    func cancelled() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(), stage)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        clock.advance(60)
        await #expect(throws: Refusal.notFound("Record")) {
            try await Organise(needs: stage.lima.needs).cancel(
                copy(post, on: stage.lima).id, by: stage.carmen.id)
        }
        _ = try await Organise(needs: stage.oslo.needs).cancel(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        guard case .gathering(let seen) = try await copy(post, on: stage.lima).body else { return }
        #expect(seen.isCancelled)
        #expect(try await count(.gatheringChanged, of: stage.carmen, on: stage.lima) == 1)
        await #expect(throws: Refusal.notAllowed(because: "This event was cancelled")) {
            try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        }
    }

    @Test("a calendar holds what its person goes to, until its link is revoked")
    func calendar() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(), stage)
        let calendar = GatheringCalendar(needs: stage.lima.needs)
        let (person, hash, now) = (stage.carmen.id, Digest.sha256("secret".utf8), clock.now)
        try await stage.lima.store.write { try $0.saveCalendarLink(of: person, hash: hash, at: now) }
        #expect(try await !calendar.read(hash: hash).contains("VEVENT"))
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        var text = try await calendar.read(hash: hash)
        #expect(text.contains("\r\nUID:\(post.uri)\r\n") && text.contains("\r\nSTATUS:CONFIRMED\r\n"))
        #expect(text.contains("\r\nSEQUENCE:0\r\n") && text.contains("\r\nDTSTART:20270118T080000Z\r\n"))
        clock.advance(60)
        _ = try await Organise(needs: stage.oslo.needs).cancel(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        text = try await calendar.read(hash: hash)
        #expect(text.contains("\r\nSTATUS:CANCELLED\r\n") && text.contains("\r\nSEQUENCE:1\r\n"))
        // Gone for the person, gone from the calendar.
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(post.id, by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await !calendar.read(hash: hash).contains("VEVENT"))
        try await stage.lima.store.write { try $0.deleteCalendarLink(of: person) }
        await #expect(throws: Refusal.notFound("Calendar")) { try await calendar.read(hash: hash) }
    }

    @Test("whoever has left gives their place back, here and elsewhere")
    func leaversPlace() async throws {
        let stage = try await stage()
        let post = try await publish(gathering(capacity: 1), stage)
        try await answer(.yes, post, by: stage.carmen, on: stage.lima)
        try await settle(stage.nodes)
        try await answer(.yes, post, by: stage.chidi, on: stage.pune)
        try await settle(stage.nodes)
        try await stage.lima.people.dismiss(stage.carmen.id, as: .left)
        try await settle(stage.nodes)
        #expect(try await state(stage.chidi, post, on: stage.pune) == .going)
        #expect(try await totals(post, on: stage.oslo) == [1, 0])
    }

    @Test("a leaver's calendar is closed")
    func leaver() async throws {
        let stage = try await stage()
        let (person, hash, now) = (stage.carmen.id, Digest.sha256("secret".utf8), clock.now)
        try await stage.lima.store.write { try $0.saveCalendarLink(of: person, hash: hash, at: now) }
        try await stage.lima.people.dismiss(person, as: .left)
        await #expect(throws: Refusal.notFound("Calendar")) {
            try await GatheringCalendar(needs: stage.lima.needs).read(hash: hash)
        }
    }

    // MARK: What is refused

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

    @Test("the example of the protocol is read")
    func vectors() throws {
        let object = try ASObject(try Vectors.json("gathering/event.json"))
        let now = try #require(ASDate.date("2026-05-01T00:00:00Z"))
        let gathering = try #require(try GatheringIn.read(object, title: object.text("name") ?? "", at: now))
        #expect(gathering.capacity == 30 && gathering.going == 28 && gathering.placesLeft == 2)
        #expect(gathering.place == "Roof terrace" && gathering.offsetMinutes == 120)
        #expect(
            GatheringIn.text(object.text("content") ?? "", of: object, title: gathering.title)
                == "<p>Bring a friend.</p>")
    }

    @Test("calendar lines are escaped, and folded at 75 octets without cutting a character (RFC 5545)")
    func lines() {
        #expect(GatheringCalendar.escape("a;b,c\\d\ne\r\u{7}") == "a\\;b\\,c\\\\d\\ne")
        let folded = GatheringCalendar.fold("SUMMARY:" + String(repeating: "é日", count: 60))
        let parts = folded.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(parts.count > 3 && parts.allSatisfy { $0.utf8.count <= 75 })
        #expect(parts.dropFirst().allSatisfy { $0.hasPrefix(" ") })
        #expect(folded.replacing("\r\n ", with: "") == "SUMMARY:" + String(repeating: "é日", count: 60))
    }
}
