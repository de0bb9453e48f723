import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// What is read where it lives before its own node brings it: whoever is to hear of it hears of it then, once.
@Suite("What is fetched before it is brought")
struct UntoldPostsTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    /// How an office comes by a post that was not brought yet.
    enum Way: CaseIterable, Sendable {
        case opened, lookedUp, answered
    }

    @Test(
        "an answer that was fetched while its node waited is told to whom it names and to followers, once",
        arguments: Way.allCases)
    func late(way: Way) async throws {
        let offices = try await threeOffices()
        let (oslo, lima, pune) = (offices.oslo, offices.lima, offices.pune)
        let (ada, boris) = (offices.ada, try await Cast.welcome("boris", to: oslo))
        for person in [ada, boris] {
            for handle in ["carmen@\(Cast.lima)", "chidi@\(Cast.pune)"] {
                try await oslo.follow(handle, by: person)
            }
        }
        try await lima.follow("chidi@\(Cast.pune)", by: offices.carmen)
        try await settle(offices.nodes)
        let root = try await pune.post("Who has the key?", by: offices.chidi, for: .anyone)
        try await settle(offices.nodes)
        network.setDown(true, Cast.oslo)
        let inLima = try await id(root, on: lima)
        let answer = try await lima.post(
            "@ada@\(Cast.oslo) has it", by: offices.carmen, for: .anyone, answering: inLima)
        try await settle([lima, pune])
        network.setDown(false, Cast.oslo)

        switch way {
        case .opened: await Threads(world: oslo.world).backfill(try await copy(root, on: oslo))
        case .lookedUp: _ = await Threads(world: oslo.world).find(answer.uri)
        case .answered:
            let inPune = try await id(answer, on: pune)
            try await pune.post("So she has", by: offices.chidi, for: .anyone, answering: inPune)
            try await settle([pune, oslo])
        }
        let known = try await copy(answer, on: oslo)
        #expect(try await count(.mention, of: ada, on: oslo) == 0)
        var claimed = known
        claimed.author = boris.id
        #expect(try await !isNews(claimed, on: oslo))

        clock.advance(3600)
        try await settle(offices.nodes)
        #expect(try await lima.store.read { try $0.countDeliveries(.waiting) } == 0)
        #expect(try await count(.mention, of: ada, on: oslo) == 1)
        for person in [ada, boris] {
            let shown = try await home(person, on: oslo).filter { $0 == answer.uri }
            #expect(shown.count == 1, "\(person.name)")
        }
        // Brought once more, it is no news any more.
        #expect(try await !isNews(known, on: oslo))
    }

    /// Whether a post that is brought by whoever says that it is theirs is told to anybody.
    private func isNews(_ post: Post, on node: TestNode) async throws -> Bool {
        try await node.store.write { try Publish.receive(post, recipients: [], isNews: true, in: $0) }
    }

    @Test("an answer that was looked up is news to the asker, and to whoever has the question, when it comes")
    func question() async throws {
        let offices = try await threeOffices()
        try await offices.admitAll()
        try await offices.followAda()
        let question = try await offices.oslo.publish.publish(
            QuestionJourneyTests.draft("Who has the key?"), by: offices.ada.id)
        try await settle(offices.nodes)
        network.setDown(true, Cast.oslo)
        let inLima = try await id(question, on: offices.lima)
        let answer = try await offices.lima.post(
            "I have", by: offices.carmen, for: .organisation, answering: inLima)
        try await settle([offices.lima])
        network.setDown(false, Cast.oslo)
        _ = await Threads(world: offices.oslo.world).find(answer.uri)
        _ = try await id(answer, on: offices.oslo)
        try await settle([offices.oslo, offices.pune])
        #expect(try await count(.answer, of: offices.ada, on: offices.oslo) == 0)
        #expect(try await offices.pune.store.read { try $0.postID(answer.uri) } == nil)

        clock.advance(3600)
        try await settle(offices.nodes)
        #expect(try await count(.answer, of: offices.ada, on: offices.oslo) == 1)
        #expect(try await offices.pune.store.read { try $0.postID(answer.uri) } != nil)
    }

    @Test("a page of a group's history that overtakes the group's own word takes no news away")
    func history() async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.carmen, on: stage.lima)
        for _ in 0..<2 {
            for node in [stage.lima, stage.oslo] {
                try await node.handleInbox()
                try await node.fanOut()
                try await node.fillLedger()
                try await node.deliver()
            }
        }
        try await stage.lima.handleInbox()
        stage.network.setDown(true, Cast.lima)
        let post = try await stage.post("Welcome, @carmen@\(Cast.lima)", by: stage.ada, on: stage.oslo)
        try await settle([stage.oslo])
        stage.network.setDown(false, Cast.lima)
        try await stage.lima.readGroups()
        _ = try await stage.copy(post, on: stage.lima)
        #expect(try await stage.count(.mention, of: stage.carmen, on: stage.lima) == 0)

        stage.clock.advance(3600)
        try await stage.settleAll()
        #expect(try await stage.count(.mention, of: stage.carmen, on: stage.lima) == 1)
        let shown = try await stage.home(stage.carmen, on: stage.lima).filter { $0 == post.uri }
        #expect(shown.count == 1)
    }

    @Test("a quote that was fetched below an answer is shown with its consent when it is brought")
    func quote() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        network.setDown(true, Cast.pune)
        let post = try await stage.quote(original, by: stage.boris, on: stage.oslo)
        try await settle([stage.oslo, stage.lima])
        network.setDown(false, Cast.pune)
        let inLima = try await id(post, on: stage.lima)
        try await stage.lima.post("So it is", by: stage.carmen, for: .anyone, answering: inLima)
        try await settle([stage.lima, stage.pune])
        _ = try await copy(post, on: stage.pune)
        clock.advance(3600)
        try await stage.settleAll()
        #expect(try await copy(post, on: stage.pune).quote?.state == .accepted)
        let shown = try await home(stage.chidi, on: stage.pune).filter { $0 == post.uri }
        #expect(shown.count == 1)
    }
}
