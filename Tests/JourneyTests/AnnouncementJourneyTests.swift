import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Logging
import Social
import Storage
import Support
import Testing

/// Announcements over three offices of one organisation.
@Suite("Announcements travel")
struct AnnouncementJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage {
        var oslo: TestNode
        var lima: TestNode
        var pune: TestNode
        /// Of Oslo, and may publish announcements.
        var ada: Actor
        var carmen: Actor
        var chidi: Actor
        var nodes: [TestNode] { [oslo, lima, pune] }
    }

    /// Three offices that belong together; nobody follows anybody.
    func stage(namesReaders: Bool = false) async throws -> Stage {
        let oslo = try await node(Cast.oslo, namesReaders: namesReaders)
        let lima = try await node(Cast.lima, namesReaders: namesReaders)
        let pune = try await node(Cast.pune, namesReaders: namesReaders)
        let stage = Stage(
            oslo: oslo, lima: lima, pune: pune, ada: try await Cast.welcome("ada", to: oslo),
            carmen: try await Cast.welcome("carmen", to: lima),
            chidi: try await Cast.welcome("chidi", to: pune))
        for node in stage.nodes {
            for other in stage.nodes where other.authority != node.authority {
                try await BatchTests.admit(other, at: node, clock: clock)
            }
        }
        try await oslo.people.permitAnnouncements(true, to: stage.ada.id)
        return stage
    }

    private func node(_ authority: String, namesReaders: Bool) async throws -> TestNode {
        try await TestNode(
            authority, network: network, clock: clock, policy: .organisation, namesReaders: namesReaders)
    }

    func draft(_ title: String = "New rules", days: Double? = 3, unit: String = "") -> Draft {
        var draft = Draft(text: "Please read them.", audience: .organisation)
        draft.body = .announcement(
            Announcement(
                title: title, dueAt: days.map { clock.now + $0 * 86400 },
                target: Announcement.Target(unit: unit)))
        return draft
    }

    /// The post as another node has it.
    func copy(_ post: Post, on node: TestNode) async throws -> Post {
        try #require(try await node.store.read { try $0.post(post.uri) })
    }

    func board(_ post: Post, _ stage: Stage) async throws -> AnnouncementBoard.View {
        try await stage.oslo.store.read {
            try AnnouncementBoard(needs: stage.oslo.needs).read(post.id, for: stage.ada.id, in: $0).1
        }
    }

    func notifications(_ person: ActorID, _ kind: Domain.Notification.Kind, on node: TestNode) async throws
        -> Int
    {
        try await node.store.read { try $0.notifications(of: person, kinds: [kind], Page(limit: 40)).count }
    }

    func home(_ person: ActorID, on node: TestNode) async throws -> [ObjectURI] {
        try await node.store.read {
            try $0.timeline(.home, for: .person(person), Page(limit: 40)).map(\.uri)
        }
    }

    func remindAll(_ stage: Stage) async throws {
        for node in stage.nodes {
            let reminders = Reminders(needs: node.needs, logger: node.world.logger) {}
            while try await reminders.drain() {}
        }
    }

    @Test(
        "an announcement reaches whom it is for in every office, and each acknowledges for itself",
        arguments: [false, true])
    func reaches(restarts: Bool) async throws {
        let stage = try await stage()
        func settleAll() async throws { try await settle(stage.nodes) { if restarts { $0.restart() } } }
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settleAll()
        for (person, node) in [
            (astrid.id, stage.oslo), (stage.carmen.id, stage.lima), (stage.chidi.id, stage.pune),
        ] {
            #expect(try await home(person, on: node) == [post.uri])
            #expect(try await notifications(person, .announcement, on: node) == 1)
            #expect(try await node.store.read { try $0.mustRead(by: person).count } == 1)
        }
        let inLima = try await copy(post, on: stage.lima)
        #expect(inLima.body == post.body && inLima.content == post.content)
        var total = try await board(post, stage).total
        #expect((total.targeted, total.reached, total.acknowledged) == (3, 3, 0))

        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        _ = try await Acknowledge(needs: stage.oslo.needs).acknowledge(post.id, by: astrid.id)
        try await settleAll()
        total = try await board(post, stage).total
        #expect((total.targeted, total.reached, total.acknowledged) == (3, 3, 2))
        #expect(try await stage.lima.store.read { try $0.mustRead(by: stage.carmen.id).isEmpty })
        let view = try await board(post, stage)
        #expect(view.nodes.map(\.node) == [Cast.oslo, Cast.lima, Cast.pune] && view.silent.isEmpty)
        #expect(view.names.isEmpty)
    }

    @Test("totals are exact after duplicates, an hour without a line and a restart")
    func exact() async throws {
        let stage = try await stage()
        let people = try await [1, 2, 3, 4, 5].asyncMap { try await Cast.welcome("p\($0)", to: stage.lima) }
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        network.setDown(true, Cast.oslo)
        let inLima = try await copy(post, on: stage.lima)
        for person in people {
            _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: person.id)
            clock.advance(600)
            try await settle(stage.nodes) { $0.restart() }
        }
        #expect(try await board(post, stage).total.acknowledged == 0)
        network.setDown(false, Cast.oslo)
        for _ in 0..<4 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        let lima = try #require(try await board(post, stage).nodes.first { $0.node == Cast.lima })
        #expect((lima.targeted, lima.reached, lima.acknowledged) == (6, 6, 5))
        #expect(lima.units == [.init(name: "Research", targeted: 6, acknowledged: 5)])

        // Everything that Lima ever said, said again, and in the wrong order.
        let said = network.sent.filter { $0.method == "POST" && $0.url.authority == Cast.oslo }
        for request in said.reversed() { _ = try await network.send(request) }
        try await settle(stage.nodes)
        let after = try #require(try await board(post, stage).nodes.first { $0.node == Cast.lima })
        #expect((after.targeted, after.reached, after.acknowledged) == (6, 6, 5))
    }

    @Test("an office that was cut off is silent, and nobody of it counts as reached before they are")
    func reachedMeansHome() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        var view = try await board(post, stage)
        #expect(view.silent == [Cast.pune] && view.total.reached == 1)
        #expect(try await home(stage.chidi.id, on: stage.pune).isEmpty)
        network.setDown(false, Cast.pune)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes)
        }
        view = try await board(post, stage)
        #expect(view.silent.isEmpty && view.total.reached == 2)
        #expect(try await home(stage.chidi.id, on: stage.pune) == [post.uri])
    }

    @Test("whom the author blocked is not reached, and is not asked")
    func blocked() async throws {
        let stage = try await stage()
        let carmenInOslo = try #require(await stage.oslo.find(try theHandle("carmen@\(Cast.lima)")))
        _ = try await BlockActor(needs: stage.oslo.needs).block(carmenInOslo.id, by: stage.ada.id)
        try await settle(stage.nodes)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let lima = try #require(try await board(post, stage).nodes.first { $0.node == Cast.lima })
        #expect((lima.targeted, lima.reached) == (1, 0))
        #expect(try await home(stage.carmen.id, on: stage.lima).isEmpty)
        let inLima = try await copy(post, on: stage.lima)
        await #expect(throws: Refusal.self) {
            try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        }
    }

    @Test("an announcement for one unit asks its people alone, in every office")
    func targeted() async throws {
        let stage = try await stage()
        var changes = People.Changes()
        var work = WorkProfile()
        work.department = "Sales"
        changes.work = work
        _ = try await stage.lima.people.change(stage.carmen.id, changes)
        let post = try await stage.oslo.publish.publish(draft(unit: "sales"), by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await home(stage.carmen.id, on: stage.lima) == [post.uri])
        #expect(try await home(stage.chidi.id, on: stage.pune).isEmpty)
        let view = try await board(post, stage)
        #expect((view.total.targeted, view.total.reached) == (1, 1))
        let inPune = try await copy(post, on: stage.pune)
        await #expect(
            throws: Refusal.notAllowed(because: "This announcement does not ask you to acknowledge it")
        ) {
            try await Acknowledge(needs: stage.pune.needs).acknowledge(inPune.id, by: stage.chidi.id)
        }
        #expect(try await board(post, stage).total.acknowledged == 0)
    }

    @Test("the date's language is a target of its own: who reads another is not asked")
    func language() async throws {
        let stage = try await stage()
        var changes = People.Changes()
        changes.language = "es-PE"
        _ = try await stage.lima.people.change(stage.carmen.id, changes)
        changes.language = "en"
        _ = try await stage.pune.people.change(stage.chidi.id, changes)
        var spanish = draft()
        spanish.body = .announcement(
            Announcement(
                title: "Aviso", dueAt: clock.now + 86400 * 3,
                target: Announcement.Target(language: "es")))
        let post = try await stage.oslo.publish.publish(spanish, by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await home(stage.carmen.id, on: stage.lima) == [post.uri])
        #expect(try await home(stage.chidi.id, on: stage.pune).isEmpty)
    }

    @Test("at most two reminders, one for each date, over restarts; none for who acknowledged")
    func reminders() async throws {
        let stage = try await stage()
        let carlos = try await Cast.welcome("carlos", to: stage.lima)
        let post = try await stage.oslo.publish.publish(draft(days: 3), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: carlos.id)
        func given(_ person: Actor) async throws -> Int {
            try await stage.lima.store.read {
                try $0.announcementReader(person.id, of: inLima.id)?.reminders ?? -1
            }
        }
        var counts: [Int] = []
        for _ in 0..<8 {
            clock.advance(43_200)
            try await remindAll(stage)
            for node in stage.nodes { node.restart() }
            try await remindAll(stage)
            try await settle(stage.nodes)
            counts.append(try await given(stage.carmen))
        }
        #expect(counts == [0, 0, 0, 1, 1, 2, 2, 2])
        #expect(try await given(carlos) == 0)
        #expect(try await notifications(stage.carmen.id, .announcementReminder, on: stage.lima) == 1)
        #expect(try await notifications(carlos.id, .announcementReminder, on: stage.lima) == 0)
        #expect(try await notifications(stage.ada.id, .announcementOverdue, on: stage.oslo) == 1)
        let now = clock.now
        let dueAt = try await stage.oslo.store.read {
            try AnnouncementBoard(needs: stage.oslo.needs).read(post.id, for: stage.ada.id, in: $0).0.dueAt
        }
        #expect(try await board(post, stage).total.overdue(dueAt: dueAt, at: now) == 2)
        // Late is better than never, and is counted.
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.overdue(dueAt: dueAt, at: now) == 1)
        #expect(try await notifications(stage.carmen.id, .announcementReminder, on: stage.lima) == 0)
    }

    @Test("the author's reminder counts as one of the two, in every office, and only the author gives it")
    func authorsReminder() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(days: 3), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        await #expect(throws: Refusal.notFound("Record")) {
            try await RemindReaders(needs: stage.lima.needs).remind(inLima.id, by: stage.carmen.id)
        }
        for _ in 0..<4 {
            _ = try await RemindReaders(needs: stage.oslo.needs).remind(post.id, by: stage.ada.id)
            try await settle(stage.nodes)
        }
        clock.advance(86400 * 4)
        try await remindAll(stage)
        let reader = try await stage.lima.store.read {
            try $0.announcementReader(stage.carmen.id, of: inLima.id)
        }
        #expect(reader?.reminders == 2)
        // Somebody else's word for it is refused.
        let carmenInOslo = try await stage.lima.world.keys.signingKey(.ed25519, of: stage.carmen)
        #expect(carmenInOslo.0.origin == "https://\(Cast.lima)")
    }

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
        try await needs.store.write { transaction in
            guard var login = try transaction.login(of: astrid.id) else { return }
            login.isAdministrator = true
            try transaction.save(login)
        }
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

    @Test("whoever has left counts no more")
    func leavers() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.targeted == 2)
        try await stage.lima.people.dismiss(stage.carmen.id, as: .left)
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.targeted == 1)
    }

    @Test("none expires without its author being told, also where an office was never heard of (S16)")
    func expiry() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        let inLima = try await copy(post, on: stage.lima)
        _ = try await Acknowledge(needs: stage.lima.needs).acknowledge(inLima.id, by: stage.carmen.id)
        try await settle(stage.nodes)
        clock.advance(86400 * 3 - 1)
        try await remindAll(stage)
        #expect(try await notifications(stage.ada.id, .announcementOverdue, on: stage.oslo) == 0)
        clock.advance(2)
        for _ in 0..<2 { try await remindAll(stage) }
        #expect(try await notifications(stage.ada.id, .announcementOverdue, on: stage.oslo) == 1)
    }

    @Test("an announcement that was first seen as part of a thread is brought to its readers all the same")
    func threadFirst() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        network.setDown(false, Cast.pune)
        _ = await Threads(world: stage.pune.world).find(post.uri)
        #expect(try await copy(post, on: stage.pune).body == post.body)
        #expect(try await home(stage.chidi.id, on: stage.pune).isEmpty)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes)
        }
        #expect(try await home(stage.chidi.id, on: stage.pune) == [post.uri])
        #expect(try await board(post, stage).total.reached == 2)
    }

    @Test("an edit may move the date, and the reminders with it, but asks nobody anew")
    func movedDate() async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let vera = try Stranger("https://member.example/users/vera", on: network, clock: clock)
        try await admit("member.example", at: pune)
        try await vera.send(fake(vera, "1"), to: pune)
        try await vera.send(fake(vera, "2", more: [("hallway:acknowledge", .null)]), to: pune)
        let later = clock.now + 5 * 86400
        clock.advance(60)
        for id in ["1", "2"] {
            let note = fake(
                vera, id, more: [("hallway:acknowledge", ["endTime": .string(later.ISO8601Format())])])
            let updated: (String, JSONValue) = ("updated", .string(clock.now.ISO8601Format()))
            let version = note.replacing(updated)["object"] ?? .null
            try await vera.send(vera.activity("Update", version), to: pune)
        }
        let posts = try await pune.store.read { transaction in
            try ["1", "2"].compactMap {
                try transaction.post(try theURI("https://member.example/notes/\($0)"))
            }
        }
        #expect(posts.allSatisfy { $0.editedAt != nil } && posts.count == 2)
        let dates = posts.map { post -> Date? in
            if case .announcement(let announcement) = post.body { announcement.dueAt } else { nil }
        }
        #expect(dates == [later, nil])
        let readers = try await pune.store.read { transaction in
            try posts.map { try transaction.announcementReader(chidi.id, of: $0.id)?.nextReminderAt }
        }
        // Nobody was reminded yet: a day before the new date.
        #expect(readers == [later - 86400, nil])
        #expect(try await pune.store.read { try $0.mustRead(by: chidi.id) } == [posts[0].id])
    }

    // MARK: What is refused

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

    /// What a stranger writes that looks like an announcement.
    func fake(_ stranger: Stranger, _ id: String, more: [(String, JSONValue)] = []) -> JSONValue {
        stranger.activity(
            "Create",
            stranger.note(
                id, "<p>Obey</p>", to: .string(Vocabulary.authenticated),
                more: [
                    ("name", "Obey"), ("hallway:announcement", true),
                    ("hallway:acknowledge", ["endTime": .string((clock.now + 86400).ISO8601Format())]),
                ] + more))
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
        #expect(try await notifications(chidi.id, .announcement, on: pune) == 0)
    }

    @Test(
        "a member's announcement that is out of bounds is refused",
        arguments: ["title", "date", "nodate", "target", "unit"])
    func hostileAnnouncement(kind: String) async throws {
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let vera = try Stranger("https://member.example/users/vera", on: network, clock: clock)
        try await admit("member.example", at: pune)
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
        #expect(try await home(chidi.id, on: pune).isEmpty)
        try await vera.send(fake(vera, "2"), to: pune)
        #expect(try await home(chidi.id, on: pune).count == 1)
    }

    private func admit(_ authority: String, at node: TestNode) async throws {
        let application = try theURI("https://\(authority)/actor")
        let until = clock.now + 86400
        try await node.store.write { transaction in
            try transaction.save(
                Member(
                    authority: authority, name: authority, application: application, entity: "organisation",
                    key: "", ranges: [], expiresAt: until, state: .admitted, document: []))
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
        if kind != "stranger" { try await admit("member.example", at: stage.oslo) }
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

    @Test("reminding of another's announcement is refused, whoever sends it")
    func foreignReminder() async throws {
        let stage = try await stage()
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        try await admit("member.example", at: stage.lima)
        let vera = try Stranger("https://member.example/users/vera", on: network, clock: clock)
        try await vera.send(vera.activity(Vocabulary.remind, .string(post.uri.string)), to: stage.lima)
        let inLima = try await copy(post, on: stage.lima)
        let reader = try await stage.lima.store.read {
            try $0.announcementReader(stage.carmen.id, of: inLima.id)
        }
        #expect(reader?.reminders == 0)
    }

    @Test("the examples of the protocol are read")
    func vectors() throws {
        let object = try ASObject(try Vectors.json("announcement/note.json"))
        let announcement = try AnnouncementIn.read(
            object, title: object.text("name") ?? "", at: try #require(ASDate.date("2026-05-01T00:00:00Z")))
        #expect(announcement.target == Announcement.Target(unit: "Sales", office: "Lima"))
        #expect(announcement.dueAt == ASDate.date("2026-05-08T12:00:00Z"))
        #expect(
            AnnouncementIn.text(object.text("content") ?? "", of: object, title: announcement.title)
                == "<p>They hold from June.</p>")
        let report = try ASObject(try Vectors.json("announcement/progress.json"))
        let embedded = try #require(report.objects("object").first)
        let progress = try AnnouncementProgressObject.read(embedded, node: Cast.lima)
        #expect((progress.targeted, progress.reached, progress.acknowledged) == (12, 12, 5))
        #expect(progress.units.map(\.name) == ["Research"])
    }
}

extension JSONValue {
    /// An activity whose object has another value of a property.
    fileprivate func replacing(_ change: (String, JSONValue)) -> JSONValue {
        guard var json = object, var inner = json["object"]?.object else { return self }
        inner[change.0] = change.1
        json["object"] = .object(inner)
        return .object(json)
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
