import Domain
import Federation
import Foundation
import Social
@testable import Storage
import Support
import Testing

/// Polls, surveys and events in a closed group of Oslo: who asks, where the group lives and who takes part are of three offices.
@Suite("Groups: what is counted")
struct GroupCountsTests {
    /// Besides Ada, who runs it, Boris, Carmen of Lima and Chidi of Pune are in the group.
    func stage() async throws -> GroupStage {
        let stage = try await GroupStage(.closed)
        for (person, node) in [
            (stage.boris, stage.oslo), (stage.carmen, stage.lima), (stage.chidi, stage.pune),
        ] {
            try await enter(person, node, stage)
        }
        return stage
    }

    func enter(_ person: Actor, _ node: TestNode, _ stage: GroupStage) async throws {
        try await stage.decide(.invite, about: person, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(person, on: node)
        try await stage.settleAll()
    }

    func publish(_ body: PostBody, by person: Actor, on node: TestNode, _ stage: GroupStage) async throws
        -> Post
    {
        var draft = Draft(text: "What do you say?")
        draft.group = try await stage.group(on: node)
        draft.body = body
        let post = try await node.publish.publish(draft, by: person.id)
        try await stage.settleAll()
        return post
    }

    func ask(
        by person: Actor, on node: TestNode, _ stage: GroupStage, _ change: (inout Poll) -> Void
    ) async throws -> Post {
        var poll = Poll(
            options: [Poll.Option("Tea"), Poll.Option("Coffee")], closesAt: stage.clock.now + 3600)
        change(&poll)
        return try await publish(.poll(poll), by: person, on: node, stage)
    }

    func vote(_ choice: Int, _ person: Actor, _ post: Post, on node: TestNode) async throws {
        let id = try #require(try await node.store.read { try $0.postID(post.uri) })
        _ = try await VoteInPoll(needs: node.needs).vote(id, for: [choice], by: person.id)
    }

    func totals(_ post: Post, on node: TestNode) async throws -> Tally? {
        guard case .poll(let poll) = try await node.store.read({ try $0.post(post.uri) })?.body else {
            return nil
        }
        return poll.tally
    }

    @Test(
        "members of all offices vote in the poll of a member elsewhere, and all see the same; others cannot",
        arguments: [false, true], [false, true])
    func polls(isAnonymous: Bool, isElsewhere: Bool) async throws {
        let stage = try await stage()
        let (author, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.ada, stage.oslo)
        let post = try await ask(by: author, on: node, stage) { $0.isAnonymous = isAnonymous }
        for (person, node, choice) in [(stage.boris, stage.oslo, 0), (stage.chidi, stage.pune, 1)] {
            try await vote(choice, person, post, on: node)
            try await stage.settleAll()
        }
        for node in stage.nodes {
            #expect(try await totals(post, on: node) == Tally(voters: 2, votes: [1, 1]), "\(node.authority)")
        }
        for (person, node) in [(stage.cesar, stage.lima), (stage.devi, stage.pune)] {
            await #expect(throws: Refusal.notFound("Record")) { try await vote(0, person, post, on: node) }
        }
    }

    @Test(
        "totals that are hidden reach nobody else's office before the end, whoever asks; then everyone's",
        arguments: [false, true])
    func hidden(isElsewhere: Bool) async throws {
        let stage = try await stage()
        let (author, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.ada, stage.oslo)
        let post = try await ask(by: author, on: node, stage) { $0.hidesTotals = true }
        try await vote(0, stage.boris, post, on: stage.oslo)
        try await stage.settleAll()
        #expect(try await totals(post, on: stage.pune) == Tally(voters: 0, votes: [0, 0]))
        // An office that comes now reads what was written before.
        let late = try await stage.addNode("quito.example", to: stage.nodes)
        let elena = try await Cast.welcome("elena", to: late)
        try await stage.decide(.invite, about: elena, by: stage.ada)
        try await settle(stage.nodes + [late])
        try await stage.join(elena, on: late)
        try await settle(stage.nodes + [late])
        #expect(try await totals(post, on: late) == Tally(voters: 0, votes: [0, 0]))
        stage.clock.advance(3601)
        try await settle(stage.nodes + [late])
        for node in stage.nodes + [late] {
            #expect(try await totals(post, on: node) == Tally(voters: 1, votes: [1, 0]), "\(node.authority)")
        }
    }

    @Test("of the totals of a poll in a group no history is kept", arguments: [false, true])
    func history(isElsewhere: Bool) async throws {
        let stage = try await stage()
        let (author, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.ada, stage.oslo)
        let post = try await ask(by: author, on: node, stage) { $0.isAnonymous = true }
        func kept() async throws -> [Int] {
            var counts: [Int] = []
            for node in stage.nodes {
                counts.append(
                    try await node.store.read { transaction in
                        // Also what is kept without being linked to the poll.
                        try transaction.all("/* all */ SELECT json FROM activity") { $0.bytes(0) }
                            .count { String(decoding: $0, as: UTF8.self).contains(post.uri.string) }
                    })
            }
            return counts
        }
        try await vote(0, stage.boris, post, on: stage.oslo)
        try await stage.settleAll()
        let once = try await kept()
        try await vote(1, stage.chidi, post, on: stage.pune)
        try await stage.settleAll()
        if !isElsewhere { try await vote(1, stage.carmen, post, on: stage.lima) }
        try await stage.settleAll()
        let twice = try await kept()
        // Pune tells its own tally, of which it keeps one.
        #expect(twice[0] == once[0] && twice[2] <= once[2] + 1, "\(once) \(twice)")
    }

    @Test("members of all offices come to the event of a member elsewhere, and all see how many")
    func events() async throws {
        let stage = try await stage()
        let gathering = Gathering(
            title: "Loom party", startsAt: stage.clock.now + 86400, endsAt: stage.clock.now + 90000,
            place: "Roof", call: "", capacity: 1)
        let post = try await publish(.gathering(gathering), by: stage.carmen, on: stage.lima, stage)
        var states: [Attendance.State?] = []
        for (person, node) in [(stage.chidi, stage.pune), (stage.boris, stage.oslo)] {
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            _ = try await Attend(needs: node.needs).answer(id, .yes, by: person.id)
            try await stage.settleAll()
            states.append(try await node.store.read { try $0.attendance(person.id, of: id)?.state })
        }
        #expect(states == [.going, .waiting])
        for node in stage.nodes {
            guard case .gathering(let known) = try await node.store.read({ try $0.post(post.uri) })?.body
            else { throw Refusal.notFound("Event") }
            #expect(known.going == 1 && known.waiting == 1, "\(node.authority)")
        }
    }

    @Test("what a survey in a group came to is read by those who answered, in every office")
    func surveys() async throws {
        let stage = try await stage()
        var people = [(stage.ada, stage.oslo), (stage.boris, stage.oslo), (stage.chidi, stage.pune)]
        for (name, node) in [("astrid", stage.oslo), ("dilip", stage.pune)] {
            let person = try await Cast.welcome(name, to: node)
            try await enter(person, node, stage)
            people.append((person, node))
        }
        let survey = Survey(
            questions: [Survey.Item("How well do you work here?", .scale)], closesAt: stage.clock.now + 3600)
        let post = try await publish(.survey(survey), by: stage.carmen, on: stage.lima, stage)
        for (person, node) in people {
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            _ = try await AnswerSurvey(needs: node.needs).answer(id, [0: .cell(3)], by: person.id)
        }
        try await stage.settleAll()
        for seconds in [3601, Survey.settling + 1] {
            stage.clock.advance(seconds)
            try await stage.settleAll()
        }
        for (person, node) in people + [(stage.carmen, stage.lima)] {
            let results = try await node.store.read { transaction in
                try transaction.post(post.uri).flatMap {
                    try AnswerSurvey.results(of: $0, for: person.id, in: transaction)
                }
            }
            #expect(results?.respondents == 5, "\(person.name)")
        }
    }
}
