import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ada asks in Oslo, Carmen answers in Lima, Chidi reads in Pune.
@Suite("A question travels")
struct QuestionJourneyTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage: OfficeStage {
        let offices: Offices
        var question: Post
    }

    /// What every node must say the same of: what is accepted, and each answer with its votes, in order.
    struct Reading: Equatable {
        var title: String
        var accepted: ObjectURI?
        var duplicateOf: ObjectURI?
        var answers: [ObjectURI]
        var votes: [Int]
    }

    /// Carmen and Chidi follow Ada, who has asked.
    func stage(audience: Audience = .organisation) async throws -> Stage {
        let offices = try await threeOffices()
        try await offices.admitAll()
        try await offices.followAda()
        let question = try await offices.oslo.publish.publish(
            Self.draft("How is a lift \"certified\" & by whom?", audience: audience), by: offices.ada.id)
        try await settle(offices.nodes)
        return Stage(offices: offices, question: question)
    }

    static func draft(_ title: String, audience: Audience = .organisation) -> Draft {
        var draft = Draft(text: "I have looked everywhere.", audience: audience)
        draft.body = .question(Question(title: title))
        return draft
    }

    func answer(_ text: String, by person: Actor, on node: TestNode, _ question: Post) async throws -> Post {
        let known = try await id(question, on: node)
        return try await node.post(text, by: person, for: .organisation, answering: known)
    }

    func vote(for answer: Post, by person: Actor, on node: TestNode) async throws {
        let known = try await id(answer, on: node)
        _ = try await LikePost(needs: node.needs).like(known, by: person.id)
    }

    func read(_ question: Post, on node: TestNode, by person: Actor) async throws -> Reading {
        try await node.store.read { transaction in
            let post = try #require(try transaction.post(question.uri))
            let body = try #require(post.body.question)
            let answers = try transaction.answers(to: post, for: .person(person.id))
            return Reading(
                title: body.title, accepted: body.accepted?.uri, duplicateOf: body.duplicateOf?.uri,
                answers: answers.map(\.uri), votes: answers.map(\.counts.likes))
        }
    }

    /// Whether all three nodes say the same.
    func expectSame(_ stage: Stage, _ expected: Reading) async throws {
        #expect(try await read(stage.question, on: stage.oslo, by: stage.ada) == expected)
        #expect(try await read(stage.question, on: stage.lima, by: stage.carmen) == expected)
        #expect(try await read(stage.question, on: stage.pune, by: stage.chidi) == expected)
    }

    @Test(
        "asked on one node, answered on another, accepted: the same state on a third",
        arguments: [false, true])
    func accepted(restarts: Bool) async throws {
        let stage = try await stage()
        func settleAll() async throws { try await settle(stage.nodes) { if restarts { $0.restart() } } }
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let first = try await answer("Ask the works council.", by: astrid, on: stage.oslo, stage.question)
        clock.advance(1)
        let second = try await answer("By the state.", by: stage.carmen, on: stage.lima, stage.question)
        try await settleAll()
        let title = "How is a lift \"certified\" & by whom?"
        try await expectSame(stage, Reading(title: title, answers: [first.uri, second.uri], votes: [0, 0]))
        #expect(try await kinds(stage.ada, on: stage.oslo).filter { $0 == .answer }.count == 2)

        try await vote(for: second, by: stage.chidi, on: stage.pune)
        try await vote(for: second, by: stage.ada, on: stage.oslo)
        try await vote(for: first, by: stage.carmen, on: stage.lima)
        try await settleAll()
        try await expectSame(stage, Reading(title: title, answers: [second.uri, first.uri], votes: [2, 1]))

        // What its author edits arrives too, through the asker's node.
        clock.advance(1)
        _ = try await stage.lima.edit.edit(
            second.id, to: Draft(text: "By the state, each year."), by: stage.carmen.id)
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            first.id, of: stage.question.id, by: stage.ada.id)
        try await settleAll()
        try await expectSame(
            stage,
            Reading(title: title, accepted: first.uri, answers: [first.uri, second.uri], votes: [1, 2]))
        #expect(try await kinds(astrid, on: stage.oslo).contains(.accepted))
        #expect(
            try await stage.pune.store.read { try $0.post(second.uri)?.content }
                == "<p>By the state, each year.</p>")
        // Nothing that was written was edited by being accepted.
        #expect(try await stage.pune.store.read { try $0.post(stage.question.uri)?.editedAt } == nil)

        let inOslo = try await id(second, on: stage.oslo)
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            inOslo, of: stage.question.id, by: stage.ada.id)
        let inPune = try await id(second, on: stage.pune)
        _ = try await LikePost(needs: stage.pune.needs).unlike(inPune, by: stage.chidi.id)
        try await settleAll()
        try await expectSame(
            stage,
            Reading(title: title, accepted: second.uri, answers: [second.uri, first.uri], votes: [1, 1]))
        #expect(try await kinds(stage.carmen, on: stage.lima).contains(.accepted))
        #expect(try await !kinds(astrid, on: stage.oslo).contains(.accepted))

        _ = try await SettleQuestion(needs: stage.oslo.needs).unaccept(stage.question.id, by: stage.ada.id)
        _ = try await Withdraw(needs: stage.lima.needs).withdraw(second.id, by: stage.carmen.id)
        try await settleAll()
        try await expectSame(stage, Reading(title: title, answers: [first.uri], votes: [1]))
    }

    @Test("a node that was away, or hears everything twice, comes to the same state")
    func outage() async throws {
        let stage = try await stage()
        network.setDown(true, Cast.pune)
        let first = try await answer("One", by: stage.carmen, on: stage.lima, stage.question)
        try await settle(stage.nodes)
        try await vote(for: first, by: stage.ada, on: stage.oslo)
        let inOslo = try await id(first, on: stage.oslo)
        let verb = SettleQuestion(needs: stage.oslo.needs)
        _ = try await verb.accept(inOslo, of: stage.question.id, by: stage.ada.id)
        _ = try await verb.unaccept(stage.question.id, by: stage.ada.id)
        _ = try await verb.accept(inOslo, of: stage.question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        let before = try await read(stage.question, on: stage.pune, by: stage.chidi)
        #expect(before.accepted == nil && before.answers.isEmpty)
        network.setDown(false, Cast.pune)
        clock.advance(3600)
        try await settle(stage.nodes)
        let expected = Reading(
            title: before.title, accepted: first.uri, answers: [first.uri], votes: [1])
        try await expectSame(stage, expected)
        // Everything that ever was sent to Pune is sent again.
        for request in network.sent where request.method == "POST" && request.url.authority == Cast.pune {
            _ = try await network.send(request)
        }
        try await settle(stage.nodes)
        try await expectSame(stage, expected)
    }

    @Test("a node that never had the answer fetches it when it is accepted, with its votes")
    func fetched() async throws {
        let stage = try await stage()
        let first = try await answer("One", by: stage.carmen, on: stage.lima, stage.question)
        try await settle([stage.oslo, stage.lima])
        // What Oslo would have passed on is lost.
        try await stage.oslo.store.write { transaction in
            for host in [Cast.pune] {
                for delivery in try transaction.waiting(host: host, limit: 100) {
                    var lost = delivery.delivery
                    lost.state = .refused
                    try transaction.update(lost, at: clock.now)
                }
            }
        }
        try await vote(for: first, by: stage.ada, on: stage.oslo)
        try await settle([stage.oslo, stage.lima])
        let inOslo = try await id(first, on: stage.oslo)
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            inOslo, of: stage.question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        let reading = try await read(stage.question, on: stage.pune, by: stage.chidi)
        #expect(reading.accepted == first.uri && reading.answers == [first.uri] && reading.votes == [1])
    }

    @Test("nobody but the asker accepts an answer, and nothing changes when another tries")
    func strangers() async throws {
        let stage = try await stage()
        let bjorn = try await Cast.welcome("bjorn", to: stage.oslo)
        let first = try await answer("One", by: stage.carmen, on: stage.lima, stage.question)
        try await settle(stage.nodes)
        let before = try await read(stage.question, on: stage.oslo, by: stage.ada)
        let inOslo = try await id(first, on: stage.oslo)
        let reason = Refusal.notAllowed(
            because: "Only the asker or a moderator of the asker's office can decide this")
        await #expect(throws: reason) {
            try await SettleQuestion(needs: stage.oslo.needs).accept(
                inOslo, of: stage.question.id, by: bjorn.id)
        }
        // Neither at the answerer's own node, where she even moderates.
        let inLima = try await id(stage.question, on: stage.lima)
        try await stage.lima.appoint(stage.carmen)
        await #expect(throws: reason) {
            try await SettleQuestion(needs: stage.lima.needs).accept(
                first.id, of: inLima, by: stage.carmen.id)
        }
        await #expect(throws: reason) {
            try await SettleQuestion(needs: stage.lima.needs).markDuplicate(
                inLima, of: nil, by: stage.carmen.id)
        }
        try await settle(stage.nodes)
        try await expectSame(stage, before)
    }

    @Test("another node's word that an answer is accepted is refused with its reason")
    func forged() async throws {
        let stage = try await stage()
        let first = try await answer("One", by: stage.carmen, on: stage.lima, stage.question)
        try await settle(stage.nodes)
        let before = try await read(stage.question, on: stage.oslo, by: stage.ada)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        let claim: JSONValue = [
            "id": .string(stage.question.uri.string), "type": "Note",
            "attributedTo": .string(stage.ada.uri.string), "name": "x", "content": "x",
            "hallway:question": true,
            "schema:acceptedAnswer": .string(first.uri.string), "hallway:settled": "2030-01-01T00:00:00Z",
            "to": "http://www.w3.org/ns/auth/acl#AuthenticatedAgent",
        ]
        var own = try #require(claim.object)
        own["attributedTo"] = .string(vera.uri)
        for node in stage.nodes {
            try await vera.send(vera.activity("Update", claim), to: node)
            try await vera.send(vera.activity("Update", .object(own)), to: node)
        }
        // A colleague on the asker's own node is no better, by its own key.
        let bjorn = try await Cast.welcome("bjorn", to: stage.oslo)
        let object = try ASObject(claim)
        let inPune = try #require(await stage.pune.findActor(bjorn.uri))
        #expect(throws: Refusal.notAllowed(because: "the object is attributed to someone else")) {
            try PostIn(world: stage.pune.world).read(object, by: inPune)
        }
        try await settle(stage.nodes)
        try await expectSame(stage, before)
    }

    @Test("an accepted answer that is none is refused, here and from the asker's node")
    func noAnswer() async throws {
        let stage = try await stage()
        let other = try await stage.oslo.post("By the way", by: stage.ada, for: .organisation)
        try await settle(stage.nodes)
        let before = try await read(stage.question, on: stage.oslo, by: stage.ada)
        await #expect(
            throws: Refusal.invalid(field: "Answer", because: "is not an answer to this question")
        ) {
            try await SettleQuestion(needs: stage.oslo.needs).accept(
                other.id, of: stage.question.id, by: stage.ada.id)
        }
        let inPune = try #require(try await stage.pune.store.read { try $0.post(stage.question.uri) })
        var claim = try #require(inPune.body.question)
        claim.accepted = Question.Link(uri: other.uri)
        claim.settledAt = clock.now
        await #expect(
            throws: Refusal.invalid(field: "acceptedAnswer", because: "is not an answer to this question")
        ) {
            try await stage.pune.store.write { [claim] in
                try SettleQuestion.receive(claim, of: inPune, in: $0)
            }
        }
        try await expectSame(stage, before)
    }

    @Test("a moderator of the asker's node decides in the asker's place, which is kept on record")
    func moderator() async throws {
        let stage = try await stage()
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        try await stage.oslo.appoint(astrid)
        let first = try await answer("One", by: stage.carmen, on: stage.lima, stage.question)
        try await settle(stage.nodes)
        let inOslo = try await id(first, on: stage.oslo)
        _ = try await SettleQuestion(needs: stage.oslo.needs).accept(
            inOslo, of: stage.question.id, by: astrid.id)
        try await settle(stage.nodes)
        for (node, person) in [(stage.oslo, stage.ada), (stage.pune, stage.chidi)] {
            #expect(try await read(stage.question, on: node, by: person).accepted == first.uri)
            let post = try await node.store.read { try $0.post(stage.question.uri) }
            #expect(post?.body.question?.isByModerator == true)
        }
        let rulings = try await stage.oslo.store.read {
            try $0.rulings(on: stage.question, for: stage.ada.id)
        }
        #expect(
            rulings == [
                Ruling(
                    question: stage.question.id, moderator: astrid.id, accepted: first.uri, duplicateOf: nil,
                    at: clock.now)
            ])
    }

    @Test("a duplicate points to the question that it repeats, on every node")
    func duplicate() async throws {
        let stage = try await stage()
        let again = try await stage.oslo.publish.publish(Self.draft("Who certifies lifts?"), by: stage.ada.id)
        let verb = SettleQuestion(needs: stage.oslo.needs)
        _ = try await verb.markDuplicate(again.id, of: stage.question.id, by: stage.ada.id)
        try await settle(stage.nodes)
        for (node, person) in [
            (stage.oslo, stage.ada), (stage.lima, stage.carmen), (stage.pune, stage.chidi),
        ] {
            #expect(try await read(again, on: node, by: person).duplicateOf == stage.question.uri)
            let open = try await node.store.read {
                try $0.questions(.unanswered, for: .person(person.id), Page())
            }
            #expect(open.map(\.uri) == [stage.question.uri])
        }
        await #expect(throws: Refusal.self) {
            try await verb.markDuplicate(stage.question.id, of: again.id, by: stage.ada.id)
        }
        await #expect(throws: Refusal.self) {
            try await verb.markDuplicate(again.id, of: again.id, by: stage.ada.id)
        }
    }

    @Test("a question for everyone repeats none in a secret group; in the group one repeats another")
    func secretOriginal() async throws {
        let stage = try await stage()
        var wish = RunGroup.Wish()
        wish.displayName = "Aurora"
        wish.kind = .secret
        let group = try await RunGroup(people: stage.oslo.people).found("aurora", wish, by: stage.ada.id)
        func ask(_ title: String) async throws -> Post {
            var draft = Self.draft(title)
            draft.group = group.id
            return try await stage.oslo.publish.publish(draft, by: stage.ada.id)
        }
        let (original, again) = (try await ask("Who buys whom?"), try await ask("Whom do we buy?"))
        let verb = SettleQuestion(needs: stage.oslo.needs)
        let reason = Refusal.invalid(field: "Of", because: "is for fewer people than the question")
        await #expect(throws: reason) {
            try await verb.markDuplicate(stage.question.id, of: original.id, by: stage.ada.id)
        }
        try await settle(stage.nodes)
        #expect(try await read(stage.question, on: stage.lima, by: stage.carmen).duplicateOf == nil)
        let done = try await verb.markDuplicate(again.id, of: original.id, by: stage.ada.id)
        #expect(done.body.question?.duplicateOf?.uri == original.uri)
    }

    @Test("a question that is not for everyone neither leaves nor is listed for others")
    func hidden() async throws {
        let stage = try await stage()
        let quiet = try await stage.oslo.publish.publish(
            Self.draft("Who earns what?", audience: .direct), by: stage.ada.id)
        try await settle(stage.nodes)
        #expect(try await stage.pune.store.read { try $0.postID(quiet.uri) } == nil)
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let (all, similar) = try await stage.oslo.store.read { transaction in
            (
                try transaction.questions(.all, for: .person(astrid.id), Page()),
                try transaction.similarQuestions("earns what", for: .person(astrid.id))
            )
        }
        #expect(all.map(\.id) == [stage.question.id] && similar.isEmpty)
        await #expect(throws: Refusal.notFound("Record")) {
            try await SettleQuestion(needs: stage.oslo.needs).unaccept(quiet.id, by: astrid.id)
        }
    }

    @Test(
        "an office that has a question by its answer alone learns what was accepted when the thread is read")
    func unaddressed() async throws {
        let offices = try await threeOffices()
        try await offices.admitAll()
        let (oslo, lima, pune) = (offices.oslo, offices.lima, offices.pune)
        try await lima.follow("ada@\(Cast.oslo)", by: offices.carmen)
        try await pune.follow("carmen@\(Cast.lima)", by: offices.chidi)
        try await settle(offices.nodes)
        let question = try await oslo.publish.publish(Self.draft("Who certifies lifts?"), by: offices.ada.id)
        try await settle(offices.nodes)
        let answer = try await answer("The state.", by: offices.carmen, on: lima, question)
        try await settle(offices.nodes)
        _ = try await SettleQuestion(needs: oslo.needs).accept(
            try await id(answer, on: oslo), of: question.id, by: offices.ada.id)
        try await settle(offices.nodes)
        let inPune = try await copy(question, on: pune)
        #expect(inPune.body.question?.accepted == nil, "nobody told Pune")
        let read = try await copy(answer, on: pune)
        let threads = Threads(world: pune.world)
        await threads.backfill(read)
        let settled = try await copy(question, on: pune).body.question
        #expect(settled?.accepted?.uri == answer.uri && settled?.accepted?.post == read.id)
    }
}
