import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Walls and sums over recognitions, on every engine.
@Suite("Recognitions are kept")
struct RecognitionsTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @discardableResult
    func thank(
        _ recipient: Actor, by giver: Actor, on node: TestNode, value: String = "Courage", points: Int = 1,
        audience: Audience = .anyone
    ) async throws -> PostID {
        var draft = Draft(text: "Thanks", audience: audience)
        draft.body = .recognition(Recognition(recipients: [recipient.id], value: value, points: points))
        clock.advance(1)
        return try await node.publish.publish(draft, by: giver.id).id
    }

    @Test(
        "a wall is read page by page, by value, office and person, and no page shows what is not for the reader",
        arguments: Engine.atHand)
    func walls(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let astrid = try await Cast.welcome("astrid", to: node)
        var changes = People.Changes()
        changes.work = WorkProfile()
        changes.work?.office = "Oslo"
        _ = try await node.people.change(boris.id, changes)
        var posts: [PostID] = []
        for number in 0..<5 {
            posts.insert(
                try await thank(boris, by: ada, on: node, value: number == 3 ? "Craft" : "Courage"), at: 0)
        }
        let secret = try await thank(boris, by: ada, on: node, audience: .direct)
        let other = try await thank(ada, by: boris, on: node)
        func wall(_ query: RecognitionQuery, _ viewer: Actor, _ page: Page = Page()) async throws -> [PostID]
        {
            try await node.store.read { try $0.recognitions(query, for: .person(viewer.id), page).map(\.id) }
        }
        let all = RecognitionQuery()
        #expect(try await wall(all, astrid) == [other] + posts)
        #expect(try await wall(all, boris) == [other, secret] + posts)
        #expect(try await wall(all, astrid, Page(before: posts[0].raw, limit: 2)) == [posts[1], posts[2]])
        #expect(try await wall(all, astrid, Page(after: posts[4].raw, limit: 2)) == [posts[2], posts[3]])
        #expect(try await wall(all, astrid, Page(since: posts[1].raw)) == [other, posts[0]])
        var query = RecognitionQuery()
        query.value = "Craft"
        query.office = "Oslo"
        query.isOfThisNode = true
        query.recipient = boris.id
        #expect(try await wall(query, astrid) == [posts[1]])
        query.group = ActorID(99)
        #expect(try await wall(query, astrid).isEmpty)
        query = RecognitionQuery()
        query.office = "Lima"
        #expect(try await wall(query, astrid).isEmpty)
        try await node.store.read { (transaction: Transaction) throws in
            for viewer: Viewer in [
                .nobody, .node(authority: Cast.lima, isOfOrganisation: true),
                .remote(astrid.id, authority: Cast.lima, isOfOrganisation: true),
            ] {
                #expect(try transaction.recognitions(all, for: viewer, Page()).count == 6)
                #expect(try transaction.recognitionTally(of: boris.id, for: viewer).count == 5)
            }
            #expect(try transaction.recognitionTally(of: boris.id, for: .person(boris.id)).count == 6)
        }
    }

    @Test("coverage tells of departments, never of few people", arguments: Engine.atHand)
    func coverage(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        var people: [Actor] = []
        for name in ["ada", "boris", "astrid", "bjorn", "carl"] {
            people.append(try await Cast.welcome(name, to: node))
        }
        try await thank(people[1], by: people[0], on: node)
        try await thank(people[1], by: people[0], on: node)
        try await thank(people[2], by: people[0], on: node)
        let month = Recognition.month(of: clock.now)
        let found = try await node.store.read { try $0.recognitionCoverage(since: month) }
        #expect(found.map(\.department) == ["Research"] && found.map(\.people) == [5])
        #expect(found.map(\.thanked) == [2])
        #expect(try await node.store.read { try $0.recognitionCoverage(since: month, least: 6) }.isEmpty)
        #expect(
            try await node.store.read { try $0.recognitionCoverage(since: "2999-01") }.map(\.thanked) == [0])
    }

    @Test("what is withdrawn is counted nowhere, and nobody's books keep it", arguments: Engine.atHand)
    func withdrawn(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let first = try await thank(boris, by: ada, on: node, points: 60)
        try await thank(boris, by: ada, on: node, points: 30)
        let month = Recognition.month(of: clock.now)
        #expect(try await node.store.read { try $0.pointsGiven(by: ada.id, in: month) } == 90)
        #expect(try await node.store.read { try $0.pointsGiven(by: ada.id, in: month, besides: first) } == 30)
        #expect(try await node.store.read { try $0.pointsGiven(by: ada.id, in: "1999-01") } == 0)
        try await node.store.write { try $0.keepRecognitionDocument([1, 2], of: first) }
        try await node.store.write { try $0.keepRecognitionDocument([3], of: first) }
        #expect(try await node.store.read { try $0.recognitionDocument(of: first) } == [3])
        _ = try await Withdraw(needs: node.needs).withdraw(first, by: ada.id)
        try await node.store.read { (transaction: Transaction) throws in
            #expect(try transaction.pointsGiven(by: ada.id, in: month) == 30)
            #expect(try transaction.recognitionDocument(of: first) == nil)
            let lines = try transaction.recognitionLedger()
            #expect(lines.map(\.node) == [""] && lines.first?.given == RecognitionTally(count: 1, points: 30))
            #expect(lines.first?.received == lines.first?.given)
        }
    }
}
