import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// Ada asks in Oslo, Carmen answers in Lima, and each office keeps what it learnt; Chidi reads in Pune.
@Suite("What was answered is kept")
struct KnowledgeJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage: OfficeStage {
        let offices: Offices
        var astrid: Actor
        var question: Post
        var answer: Post
    }

    /// Ada's question has Carmen's answer, which she accepted; all three nodes know.
    func stage(audience: Audience = .organisation, accepted: Bool = true) async throws -> Stage {
        let offices = try await threeOffices()
        try await offices.admitAll()
        let (oslo, lima) = (offices.oslo, offices.lima)
        let astrid = try await Cast.welcome("astrid", to: oslo)
        try await offices.followAda()
        var draft = Draft(text: "", audience: audience)
        draft.body = .question(Question(title: "Who certifies lifts?"))
        let question = try await oslo.publish.publish(draft, by: offices.ada.id)
        try await settle(offices.nodes)
        let known = try await id(question, on: lima)
        let answer = try await lima.post("The state.", by: offices.carmen, for: audience, answering: known)
        try await settle(offices.nodes)
        if accepted {
            let inOslo = try await id(answer, on: oslo)
            _ = try await SettleQuestion(needs: oslo.needs).accept(
                inOslo, of: question.id, by: offices.ada.id)
            try await settle(offices.nodes)
        }
        return Stage(offices: offices, astrid: astrid, question: question, answer: answer)
    }

    func verb(_ node: TestNode) -> KeepKnowledge { KeepKnowledge(needs: node.needs) }

    /// The titles that a person finds, each with whether it is marked.
    func list(
        _ person: Actor, on node: TestNode, _ filter: Knowledge.Filter = .all
    ) async throws -> [String: Bool] {
        try await node.store.read { [clock] transaction in
            let found = try transaction.knowledge(filter, at: clock.now, for: .person(person.id), Page())
            return Dictionary(
                try found.map { article in
                    let post = try #require(try transaction.post(article.post))
                    return (article.title, article.isOutdated(post, at: clock.now))
                }
            ) { first, _ in first }
        }
    }

    func remind(_ node: TestNode) async throws {
        let reminders = Reminders(needs: node.needs, logger: node.world.logger) {}
        while try await reminders.drain() { node.restart() }
    }

    func told(_ person: Actor, on node: TestNode, _ kind: Domain.Notification.Kind = .knowledgeReview)
        async throws -> Int
    {
        try await count(kind, of: person, on: node)
    }

    @Test("each office keeps the same question for itself: the asker's, the answerer's and a moderator's")
    func offices() async throws {
        let stage = try await stage()
        try await stage.pune.appoint(stage.chidi)
        let before = network.requests.count
        _ = try await verb(stage.oslo).promote(id(stage.question, on: stage.oslo), by: stage.ada.id)
        #expect(try await list(stage.astrid, on: stage.oslo) == ["Who certifies lifts?": false])
        #expect(try await list(stage.carmen, on: stage.lima).isEmpty)
        let inLima = try await verb(stage.lima).promote(
            id(stage.question, on: stage.lima), title: "Lifts", reviewAt: clock.now + 60, by: stage.carmen.id)
        #expect(inLima.owner == stage.carmen.id && inLima.reviewAt == clock.now + 60)
        _ = try await verb(stage.pune).promote(id(stage.question, on: stage.pune), by: stage.chidi.id)
        #expect(try await list(stage.carmen, on: stage.lima) == ["Lifts": false])
        #expect(try await list(stage.chidi, on: stage.pune) == ["Who certifies lifts?": false])
        // A second time changes nothing.
        let again = try await verb(stage.lima).promote(
            id(stage.question, on: stage.lima), title: "Other", by: stage.carmen.id)
        #expect(again == inLima)
        // It is each office's own: nothing of it leaves.
        try await settle(stage.nodes)
        #expect(network.requests.count == before)
    }

    @Test(
        "past its review date an article is marked at once, and its owner is told once, whatever stops in between"
    )
    func review() async throws {
        let stage = try await stage()
        let article = try await verb(stage.oslo).promote(
            id(stage.question, on: stage.oslo), reviewAt: clock.now + 60, by: stage.ada.id)
        clock.advance(59)
        try await remind(stage.oslo)
        #expect(try await told(stage.ada, on: stage.oslo) == 0)
        clock.advance(1)
        // Nothing had to run for the mark.
        #expect(try await list(stage.astrid, on: stage.oslo) == ["Who certifies lifts?": true])
        #expect(try await list(stage.astrid, on: stage.oslo, .outdated).count == 1)
        for _ in 1...3 { try await remind(stage.oslo) }
        #expect(try await told(stage.ada, on: stage.oslo) == 1)
        #expect(try await told(stage.astrid, on: stage.oslo) == 0)

        for until in [clock.now, clock.now + Knowledge.longestTerm + 1] {
            await #expect(throws: Refusal.self) {
                _ = try await verb(stage.oslo).review(article.id, .right(until: until), by: stage.ada.id)
            }
        }
        #expect(try await list(stage.astrid, on: stage.oslo) == ["Who certifies lifts?": true])
        _ = try await verb(stage.oslo).review(article.id, .right(until: nil), by: stage.ada.id)
        #expect(try await list(stage.astrid, on: stage.oslo) == ["Who certifies lifts?": false])
        #expect(try await told(stage.ada, on: stage.oslo) == 0)
        clock.advance(Knowledge.usualTerm)
        let habits = NotificationHabits(stopped: [.knowledgeReview])
        let other = try await verb(stage.oslo).promote(
            stage.oslo.publish.publish(Draft(text: "x", audience: .organisation), by: stage.astrid.id).id,
            title: "Other", reviewAt: clock.now + 1, by: stage.astrid.id)
        try await ChooseNotifications(needs: stage.oslo.needs).choose(habits, by: stage.astrid.id)
        clock.advance(1)
        try await remind(stage.oslo)
        #expect(try await told(stage.astrid, on: stage.oslo) == 0)
        try await verb(stage.oslo).remove(other.id, by: stage.astrid.id)
        #expect(try await list(stage.astrid, on: stage.oslo) == ["Who certifies lifts?": true])
        try await remind(stage.oslo)
        #expect(try await told(stage.ada, on: stage.oslo) == 1)
    }

    @Test("an owner marks, hands over and takes out; a moderator can in their place, others cannot")
    func owners() async throws {
        let stage = try await stage()
        let (oslo, verb) = (stage.oslo, verb(stage.oslo))
        let bjorn = try await Cast.welcome("bjorn", to: oslo)
        let article = try await verb.promote(id(stage.question, on: oslo), by: stage.ada.id)
        for review in [KeepKnowledge.Review.right(until: nil), .outdated, .handOver(to: stage.astrid.id)] {
            await #expect(throws: Refusal.self) {
                _ = try await verb.review(article.id, review, by: stage.astrid.id)
            }
        }
        await #expect(throws: Refusal.self) { try await verb.remove(article.id, by: stage.astrid.id) }
        #expect(try await oslo.store.read { try $0.knowledge(article.id) } == article)

        _ = try await verb.review(article.id, .outdated, by: stage.ada.id)
        #expect(try await list(stage.astrid, on: oslo) == ["Who certifies lifts?": true])
        try await remind(oslo)
        #expect(try await told(stage.ada, on: oslo) == 0)
        let carmen = try #require(await oslo.find(try theHandle("carmen@\(Cast.lima)")))
        for other in [carmen.id, ActorID(1)] {
            await #expect(throws: Refusal.self) {
                _ = try await verb.review(article.id, .handOver(to: other), by: stage.ada.id)
            }
        }
        _ = try await verb.review(article.id, .handOver(to: stage.astrid.id), by: stage.ada.id)
        try await remind(oslo)
        #expect(try await told(stage.astrid, on: oslo, .knowledgeHanded) == 1)
        #expect(try await told(stage.astrid, on: oslo) == 1)
        await #expect(throws: Refusal.self) {
            _ = try await verb.review(article.id, .right(until: nil), by: stage.ada.id)
        }

        // Whoever owned it is gone: those who moderate look after it.
        try await oslo.appoint(bjorn)
        _ = try await verb.review(article.id, .right(until: clock.now + 60), by: bjorn.id)
        try await oslo.people.dismiss(stage.astrid.id, as: .left)
        clock.advance(60)
        try await remind(oslo)
        #expect(try await told(bjorn, on: oslo) == 1)
        try await verb.remove(article.id, by: bjorn.id)
        #expect(try await list(stage.ada, on: oslo).isEmpty)
        #expect(try await told(bjorn, on: oslo) == 0)
        #expect(try await oslo.store.read { try $0.post(stage.question.id)?.deletedAt } == nil)
        await #expect(throws: Refusal.notFound("Record")) { try await verb.remove(article.id, by: bjorn.id) }
    }

    @Test("an article is for those whom its post is for, and whom it is not for finds nothing")
    func audience() async throws {
        let stage = try await stage()
        let oslo = stage.oslo
        let post = try await oslo.post("How we negotiate", by: stage.ada, for: .followers)
        let article = try await verb(oslo).promote(post.id, title: "Negotiating", by: stage.ada.id)
        #expect(try await list(stage.ada, on: oslo) == ["Negotiating": false])
        #expect(try await list(stage.astrid, on: oslo).isEmpty)
        try await oslo.appoint(stage.astrid)
        for review in [KeepKnowledge.Review.right(until: nil), .outdated] {
            await #expect(throws: Refusal.notFound("Record")) {
                _ = try await verb(oslo).review(article.id, review, by: stage.astrid.id)
            }
        }
        await #expect(throws: Refusal.self) {
            _ = try await verb(oslo).review(article.id, .handOver(to: stage.astrid.id), by: stage.ada.id)
        }
        _ = try await Withdraw(needs: oslo.needs).withdraw(post.id, by: stage.ada.id)
        #expect(try await list(stage.ada, on: oslo).isEmpty)
    }

    @Test(
        "without an accepted answer a question is no article, and one that loses it is marked, also from afar"
    )
    func acceptance() async throws {
        let open = try await stage(accepted: false)
        for (node, person) in [(open.oslo, open.ada), (open.lima, open.carmen)] {
            let known = try await id(open.question, on: node)
            await #expect(throws: Refusal.self) { _ = try await verb(node).promote(known, by: person.id) }
            #expect(try await list(person, on: node).isEmpty)
        }
        let stage = open
        let inOslo = try await id(stage.answer, on: stage.oslo)
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            inOslo, of: stage.question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        // A colleague who neither asked nor answered, and an answer that nobody asked for.
        let ids = (try await id(stage.question, on: stage.pune), try await id(stage.answer, on: stage.lima))
        await #expect(throws: Refusal.self) {
            _ = try await verb(stage.pune).promote(ids.0, by: stage.chidi.id)
        }
        await #expect(throws: Refusal.self) {
            _ = try await verb(stage.lima).promote(ids.1, title: "x", by: stage.carmen.id)
        }
        await #expect(throws: Refusal.notFound("Record")) {
            _ = try await verb(stage.lima).promote(PostID(1), by: stage.carmen.id)
        }
        _ = try await verb(stage.lima).promote(id(stage.question, on: stage.lima), by: stage.carmen.id)
        #expect(try await list(stage.carmen, on: stage.lima) == ["Who certifies lifts?": false])
        _ = try await SettleQuestion(needs: stage.oslo.needs).unaccept(stage.question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await list(stage.carmen, on: stage.lima) == ["Who certifies lifts?": true])
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(stage.question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await list(stage.carmen, on: stage.lima).isEmpty)
    }
}
