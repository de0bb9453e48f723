import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Points and badges as they come from rows, on every engine.
@Suite("Leaderboards are counted")
struct LeaderboardsTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @discardableResult
    func thank(
        _ recipient: Actor, by giver: Actor, on node: TestNode, value: String = "Courage", points: Int = 0,
        audience: Audience = .organisation
    ) async throws -> PostID {
        var draft = Draft(text: "Thanks", audience: audience)
        draft.body = .recognition(Recognition(recipients: [recipient.id], value: value, points: points))
        return try await node.publish.publish(draft, by: giver.id).id
    }

    func people(_ count: Int, on node: TestNode) async throws -> [Actor] {
        var people: [Actor] = []
        for number in 0..<count {
            people.append(try await Cast.welcome("person\(number < 10 ? "0" : "")\(number)", to: node))
        }
        return people
    }

    /// `1 Person02 10`, as a reader of the node sees it.
    func board(
        _ node: TestNode, for reader: Actor, _ period: Leaderboard.Period = .month,
        _ team: Leaderboard.Team = .department("Research")
    ) async throws -> [String] {
        try await node.store.read { transaction in
            let board = try RankPeople(needs: node.needs).board(
                of: team, in: period, for: reader.id, transaction)
            let names = try transaction.actors(board.lines.map(\.person)).map(\.displayName)
            return zip(board.lines, names).map { "\($0.rank) \($1) \($0.points)" }
        }
    }

    @Test("fifty thanks at once bring a day's points and no more", arguments: Engine.atHand)
    func dayLimit(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let people = try await people(12, on: node)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await thank(people[0], by: people[1 + number % 10], on: node, points: 2)
                }
            }
            try await group.waitForAll()
        }
        try await thank(people[1], by: people[0], on: node, points: 25)
        #expect(try await board(node, for: people[11]) == ["1 Person00 30", "2 Person01 10"])
        // The next day they count again, up to what one giver brings in a month.
        clock.advance(86400)
        for giver in people[1...10] { try await thank(people[0], by: giver, on: node, points: 4) }
        #expect(try await board(node, for: people[11], .all).first == "1 Person00 60")
        // A month later nothing has been lost.
        clock.advance(40 * 86400)
        #expect(try await board(node, for: people[11]).isEmpty)
        #expect(try await board(node, for: people[11], .all).first == "1 Person00 60")
    }

    @Test(
        "accepted answers and votes of colleagues bring points, one's own posts and votes none",
        arguments: Engine.atHand)
    func answers(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let people = try await people(8, on: node)
        var draft = Draft(text: "", audience: .organisation)
        draft.body = .question(Question(title: "How?"))
        let question = try await node.publish.publish(draft, by: people[0].id)
        let answer = try await node.publish.publish(
            Draft(text: "So", audience: .organisation, replyTo: question.id), by: people[1].id)
        let own = try await node.publish.publish(
            Draft(text: "Or so", audience: .organisation, replyTo: question.id), by: people[0].id)
        for number in 0..<40 {
            _ = try await node.publish.publish(
                Draft(text: "\(number)", audience: .organisation), by: people[2].id)
        }
        let like = LikePost(needs: node.needs)
        for person in people[1...4] { _ = try await like.like(answer.id, by: person.id) }
        #expect(try await board(node, for: people[7]) == ["1 Person01 3"])
        let settle = SettleQuestion(needs: node.needs)
        _ = try await settle.accept(answer.id, of: question.id, by: people[0].id)
        #expect(try await board(node, for: people[7]) == ["1 Person01 8"])
        #expect(try await node.store.read { try $0.badgeEvidence(of: people[1].id) }.acceptedAnswers == 1)
        // Whoever accepts their own answer has nothing of it.
        _ = try await settle.accept(own.id, of: question.id, by: people[0].id)
        #expect(try await board(node, for: people[7]) == ["1 Person01 3"])
        #expect(try await node.store.read { try $0.badgeEvidence(of: people[0].id) }.acceptedAnswers == 0)
        _ = try await like.unlike(answer.id, by: people[2].id)
        #expect(try await board(node, for: people[7]) == ["1 Person01 2"])
    }

    @Test(
        "what is not for the whole organisation, or was hidden, withdrawn or removed, counts nowhere",
        arguments: Engine.atHand)
    func uncounted(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let people = try await people(8, on: node)
        let audiences: [Audience] = [.direct, .followers, .node, .unit("Research")]
        for (number, audience) in audiences.enumerated() {
            try await thank(
                people[1], by: people[number + 2], on: node, value: "Craft", audience: audience)
        }
        #expect(try await board(node, for: people[7]).isEmpty)
        let evidence = try await node.store.read { try $0.badgeEvidence(of: people[1].id) }
        #expect(evidence == Badge.Evidence())
        let recognise = Recognise(needs: node.needs)
        let hidden = try await thank(people[1], by: people[2], on: node, points: 5)
        let withdrawn = try await thank(people[1], by: people[3], on: node, points: 6)
        let removed = try await thank(people[1], by: people[4], on: node, points: 7)
        #expect(try await board(node, for: people[7]) == ["1 Person01 18"])
        _ = try await recognise.hide(true, hidden, by: people[1].id)
        #expect(try await board(node, for: people[7]) == ["1 Person01 13"])
        _ = try await Withdraw(needs: node.needs).withdraw(withdrawn, by: people[3].id)
        #expect(try await board(node, for: people[7]) == ["1 Person01 7"])
        try await node.store.write {
            try $0.removeRecognition(removed, by: people[0].id, because: "", at: clock.now)
        }
        #expect(try await board(node, for: people[7]).isEmpty)
        _ = try await recognise.hide(false, hidden, by: people[1].id)
        #expect(try await board(node, for: people[7]) == ["1 Person01 5"])
    }

    @Test("whoever opted out or left is nowhere, as if they had never been there", arguments: Engine.atHand)
    func absent(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let people = try await people(8, on: node)
        for (number, points) in [(1, 9), (2, 7), (3, 5)] {
            try await thank(people[number], by: people[0], on: node, points: points)
        }
        let before = try await board(node, for: people[7])
        #expect(before == ["1 Person01 9", "2 Person02 7", "3 Person03 5"])
        let dora = try await Cast.welcome("dora", to: node)
        try await thank(dora, by: people[5], on: node, points: 8)
        #expect(try await board(node, for: people[7])[1] == "2 Dora 8")
        let rank = RankPeople(needs: node.needs)
        try await rank.choose(false, by: dora.id)
        try await rank.choose(false, by: dora.id)
        #expect(try await board(node, for: people[7]) == before)
        #expect(try await board(node, for: dora) == before)
        let standings = try await node.store.read { try rank.standings($0) }
        #expect(!standings.contains { $0.person == dora.id } && standings.count == 3)
        try await rank.choose(true, by: dora.id)
        #expect(try await board(node, for: people[7])[1] == "2 Dora 8")
        try await node.people.dismiss(dora.id, as: .suspended)
        #expect(try await board(node, for: people[7]) == before)
        // Fewer than five have no board.
        for person in people[4...7] { try await rank.choose(false, by: person.id) }
        await #expect(throws: Refusal.notFound("Record")) { try await board(node, for: people[0]) }
        #expect(try await node.store.read { try rank.teams(of: people[0], $0) }.isEmpty)
        // Nor has a team of which there is nobody.
        await #expect(throws: Refusal.notFound("Record")) {
            try await board(node, for: people[0], .month, .office("Nowhere"))
        }
    }

    @Test("a group's board is for its members, and for others there is none", arguments: Engine.atHand)
    func groups(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let people = try await people(8, on: node)
        let uri = try theURI("https://\(Cast.oslo)/actors/99")
        let group = Actor(
            id: ActorID(99), uri: uri, kind: .group, name: "club", host: nil,
            endpoints: .init(inbox: uri.sibling("/actors/99/inbox")), createdAt: clock.now)
        try await node.store.write { transaction in
            try transaction.save(group)
            for person in people.prefix(6) {
                try transaction.save(
                    Membership(
                        group: group.id, person: person.id,
                        state: person.id == people[5].id ? .asked : .member,
                        uri: theURI("https://\(Cast.oslo)/joins/\(person.id)"), createdAt: clock.now))
            }
        }
        for person in [people[1], people[5], people[7]] { try await thank(person, by: people[0], on: node) }
        #expect(try await board(node, for: people[0], .month, .group(group.id)) == ["1 Person01 1"])
        for stranger in people[5...7] {
            await #expect(throws: Refusal.notFound("Record")) {
                try await board(node, for: stranger, .month, .group(group.id))
            }
        }
        let teams = try await node.store.read {
            try RankPeople(needs: node.needs).teams(of: people[0], $0)
        }
        #expect(teams == [.department("Research"), .group(group.id)])
    }

    @Test("badges come from what colleagues did, and go when it goes", arguments: Engine.atHand)
    func badges(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let people = try await people(4, on: node)
        for (number, office) in ["Oslo", "Bergen", "Tromsø"].enumerated() {
            var changes = People.Changes()
            changes.work = WorkProfile()
            changes.work?.office = office
            _ = try await node.people.change(people[number + 1].id, changes)
        }
        func badges() async throws -> [Badge] {
            try await node.store.read { transaction in
                let actor = try #require(try transaction.actor(people[0].id))
                return try RankPeople(needs: node.needs).badges(of: actor, transaction)
            }
        }
        let values = node.needs.recognition.values
        var last: PostID?
        for (number, value) in values.enumerated() {
            last = try await thank(people[0], by: people[1 + number % 3], on: node, value: value)
        }
        #expect(try await badges() == [.offices, .values])
        #expect(try await badges() == [.offices, .values])
        let thread = try await node.publish.publish(
            Draft(text: "Hello", audience: .organisation), by: people[0].id)
        _ = try await node.publish.publish(
            Draft(text: "Myself", audience: .organisation, replyTo: thread.id), by: people[0].id)
        #expect(try await badges() == [.offices, .values])
        _ = try await node.publish.publish(
            Draft(text: "Welcome", audience: .organisation, replyTo: thread.id), by: people[1].id)
        #expect(try await badges() == [.offices, .values, .welcome])
        let counts = try await node.store.read {
            try $0.recognitionValues(of: people[0].id, for: .person(people[3].id))
        }
        #expect(counts.map(\.count) == values.map { _ in 1 } && Set(counts.map(\.value)) == Set(values))
        _ = try await Withdraw(needs: node.needs).withdraw(
            try #require(last), by: people[1 + (values.count - 1) % 3].id)
        #expect(try await badges() == [.offices, .welcome])
        try await RankPeople(needs: node.needs).choose(false, by: people[0].id)
        #expect(try await badges().isEmpty)
    }
}
