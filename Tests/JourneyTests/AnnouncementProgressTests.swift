import ActivityStreams
import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Who has acknowledged an announcement, and who may know.
@Suite("Announcements are acknowledged")
struct AnnouncementProgressTests: AnnouncementJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("reading everything acknowledges nothing, and acknowledging marks nothing as read")
    func separate() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        let (person, now) = (stage.carmen.id, clock.now)
        try await stage.lima.store.write { transaction in
            try transaction.saveMarker(of: person, "home", lastRead: "9999999999999999", at: now)
            try transaction.saveMarker(of: person, "notifications", lastRead: "9999999999999999", at: now)
            try transaction.deleteNotifications(of: person)
        }
        try await Acknowledge(needs: stage.lima.needs).dismiss(inLima.id, by: person)
        try await settle(stage.nodes)
        #expect(try await stage.lima.store.read { try $0.mustRead(by: person) } == [inLima.id])
        #expect(try await board(post, stage).total.acknowledged == 0)
        let marker = try await stage.lima.store.read { try $0.marker(of: person, "home")?.version }
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: person)
        #expect(try await stage.lima.store.read { try $0.marker(of: person, "home")?.version } == marker)
    }

    @Test("who is suspended is not counted, and is again when they are back")
    func comingBack() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        func targeted() async throws -> Int? {
            try await board(post, stage).nodes.first { $0.node == Cast.lima }?.targeted
        }
        #expect(try await targeted() == 1)
        for (state, count) in [(Actor.State.suspended, 0), (.active, 1)] {
            clock.advance(60)
            try await stage.lima.people.dismiss(stage.carmen.id, as: state)
            try await settle(stage.nodes)
            #expect(try await targeted() == count)
        }
    }

    @Test("names travel only where policy says so", arguments: [false, true])
    func names(isNamed: Bool) async throws {
        let stage = try await stage(namesReaders: isNamed)
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        _ = try await Acknowledge(needs: stage.oslo.needs).acknowledge(post.id, by: astrid.id)
        try await settle(stage.nodes)
        let view = try await board(post, stage)
        #expect(view.total.acknowledged == 2)
        #expect(
            Set(view.names.map(\.handle)) == (isNamed ? ["carmen@\(Cast.lima)", "astrid@\(Cast.oslo)"] : []))
        let told = network.sent.filter { String(decoding: $0.body, as: UTF8.self).contains("\"Read\"") }
        #expect(told.isEmpty == !isNamed)
    }

    @Test("progress is for the author and the administrators of the author's office")
    func whoSeesProgress() async throws {
        let stage = try await stage()
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let needs = stage.oslo.needs
        await #expect(throws: Refusal.notFound("Record")) {
            try await needs.store.read {
                _ = try AnnouncementBoard(needs: needs).read(post.id, for: astrid.id, in: $0)
            }
        }
        try await stage.oslo.appoint(astrid)
        try await needs.store.read {
            _ = try AnnouncementBoard(needs: needs).read(post.id, for: astrid.id, in: $0)
        }
        let inLima = try await copy(post, on: stage.lima)
        await #expect(throws: Refusal.notFound("Record")) {
            try await stage.lima.store.read {
                _ = try AnnouncementBoard(needs: stage.lima.needs).read(
                    inLima.id, for: stage.carmen.id, in: $0)
            }
        }
    }

    @Test(
        "a report that no node gave, or that cannot be true, changes nothing",
        arguments: ["person", "stranger", "other", "more", "negative", "units", "none"])
    func hostileReport(kind: String) async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let before = try await board(post, stage).total
        if kind != "stranger" { try await stage.oslo.admit("member.example") }
        let name = kind == "person" ? "users/vera" : "actor"
        let node = try Stranger("https://member.example/\(name)", on: network, clock: clock)
        if kind != "person" { try node.serve([("type", "Application")]) }
        func report(_ changes: [(String, JSONValue)]) -> JSONValue {
            var object = JSONObject([
                ("type", .string(Vocabulary.announcementProgress)), ("attributedTo", .string(node.uri)),
                ("id", .string("\(node.uri)#p")), ("context", .string(post.uri.string)),
                ("hallway:sequence", 5), ("hallway:targeted", 10), ("hallway:reached", 10),
                ("hallway:acknowledged", 10),
            ])
            for (name, value) in changes { object[name] = value }
            return node.activity("Update", .object(object))
        }
        let changes: [(String, JSONValue)] =
            switch kind {
            case "other": [("attributedTo", .string("https://\(Cast.lima)/actor"))]
            case "more": [("hallway:acknowledged", 11)]
            case "negative": [("hallway:acknowledged", -1)]
            case "units":
                [("hallway:units", [["name": "x", "hallway:targeted": 1, "hallway:acknowledged": 1]])]
            case "none": [("context", .string("https://\(Cast.oslo)/posts/1"))]
            default: []
            }
        do {
            try await stage.oslo.receive(node.request(report(changes), to: stage.oslo))
        } catch is Refusal {}
        try await stage.oslo.handleInbox()
        #expect(try await board(post, stage).total == before)
        guard !["person", "stranger"].contains(kind) else { return }
        try await stage.oslo.receive(node.request(report([]), to: stage.oslo))
        try await stage.oslo.handleInbox()
        #expect(try await board(post, stage).total.targeted == before.targeted + 10)
    }
}
