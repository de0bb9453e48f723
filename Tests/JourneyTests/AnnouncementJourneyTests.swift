import ActivityStreams
import Domain
@testable import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// How announcements come to whom they are for, in every office.
@Suite("Announcements travel")
struct AnnouncementJourneyTests: AnnouncementJourney {
    let clock = TestClock()
    let network = FakeNetwork()

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
            (astrid, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
        ] {
            #expect(try await home(person, on: node) == [post.uri])
            #expect(try await count(.announcement, of: person, on: node) == 1)
            #expect(try await node.store.read { try $0.mustRead(by: person.id).count } == 1)
        }
        let inLima = try await copy(post, on: stage.lima)
        #expect(inLima.body == post.body && inLima.content == post.content)
        var total = try await board(post, stage).total
        #expect((total.targeted, total.reached, total.acknowledged) == (3, 0, 0))
        try await show(post, to: [(astrid, stage.oslo), (stage.carmen, stage.lima)])
        try await settleAll()
        total = try await board(post, stage).total
        #expect((total.targeted, total.reached, total.acknowledged) == (3, 2, 0))
        try await show(
            post, to: [(stage.chidi, stage.pune), (stage.chidi, stage.pune), (stage.carmen, stage.lima)])
        try await settleAll()
        total = try await board(post, stage).total
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
        // Whoever acknowledges has been reached, whatever else is known of them.
        #expect((lima.targeted, lima.reached, lima.acknowledged) == (6, 5, 5))
        #expect(lima.units == [.init(name: "Research", targeted: 6, acknowledged: 5)])

        // Everything that Lima ever said, said again, and in the wrong order.
        let said = network.sent.filter { $0.method == "POST" && $0.url.authority == Cast.oslo }
        for request in said.reversed() { _ = try await network.send(request) }
        try await settle(stage.nodes)
        let after = try #require(try await board(post, stage).nodes.first { $0.node == Cast.lima })
        #expect((after.targeted, after.reached, after.acknowledged) == (6, 5, 5))
    }

    @Test("an office that was cut off is silent, and nobody counts as reached before it was shown to them")
    func reachedMeansShown() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        var view = try await board(post, stage)
        #expect(view.silent == [Cast.pune] && view.total.reached == 0)
        try await show(post, to: [(stage.carmen, stage.lima)])
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.reached == 1)
        #expect(try await home(stage.chidi, on: stage.pune).isEmpty)
        network.setDown(false, Cast.pune)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes)
        }
        view = try await board(post, stage)
        #expect(view.silent.isEmpty && view.total.reached == 1)
        #expect(try await home(stage.chidi, on: stage.pune) == [post.uri])
        try await show(post, to: [(stage.chidi, stage.pune)])
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.reached == 2)
    }

    @Test("whom the author blocked is not reached, and is not asked")
    func blocked() async throws {
        let stage = try await stage()
        let carmenInOslo = try #require(await stage.oslo.find(try theHandle("carmen@\(Cast.lima)")))
        _ = try await BlockActor(needs: stage.oslo.needs).block(carmenInOslo.id, by: stage.ada.id)
        try await settle(stage.nodes)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        try await show(post, to: [(stage.carmen, stage.lima)])
        try await settle(stage.nodes)
        let lima = try #require(try await board(post, stage).nodes.first { $0.node == Cast.lima })
        #expect((lima.targeted, lima.reached) == (1, 0))
        #expect(try await home(stage.carmen, on: stage.lima).isEmpty)
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
        #expect(try await home(stage.carmen, on: stage.lima) == [post.uri])
        #expect(try await home(stage.chidi, on: stage.pune).isEmpty)
        try await show(post, to: [(stage.carmen, stage.lima), (stage.chidi, stage.pune)])
        try await settle(stage.nodes)
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
        #expect(try await home(stage.carmen, on: stage.lima) == [post.uri])
        #expect(try await home(stage.chidi, on: stage.pune).isEmpty)
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

    @Test("an announcement that was first seen as part of a thread is brought to its readers all the same")
    func threadFirst() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let post = try await stage.oslo.publish.publish(draft(), by: stage.ada.id)
        try await settle(stage.nodes)
        network.setDown(false, Cast.pune)
        _ = await Threads(world: stage.pune.world).find(post.uri)
        #expect(try await copy(post, on: stage.pune).body == post.body)
        #expect(try await home(stage.chidi, on: stage.pune).isEmpty)
        for _ in 0..<3 {
            clock.advance(900)
            try await settle(stage.nodes)
        }
        #expect(try await home(stage.chidi, on: stage.pune) == [post.uri])
        try await show(post, to: [(stage.chidi, stage.pune)])
        try await settle(stage.nodes)
        #expect(try await board(post, stage).total.reached == 1)
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

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
