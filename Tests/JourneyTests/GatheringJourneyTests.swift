import ActivityStreams
import Domain
@testable import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// Who has a place at a gathering, and who waits for one, is one truth in every office.
@Suite("Gatherings travel")
struct GatheringJourneyTests: GatheringJourney {
    let clock = TestClock()
    let network = FakeNetwork()

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
}
