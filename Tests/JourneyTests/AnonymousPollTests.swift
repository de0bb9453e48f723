import ActivityStreams
import Domain
import Federation
import Foundation
import JSON
import Social
@testable import Storage
import Support
import Testing

/// Two worlds that differ in one thing: who chose what. Whatever is kept, logged or sent must be the same in both, or it
/// would tell (Spec/decisions/0021).
@Suite("Anonymous polls")
struct AnonymousPollTests {
    /// What is left of a world once everything has been told.
    struct Traces: Equatable {
        var rows: [String] = []
        var log: [String] = []
        var requests: [String] = []
    }

    /// Astrid votes in Oslo, where Ada asked, and Carmen, Diego and Vera of other software elsewhere. `choices`: theirs, in
    /// that order. `isTold`: whether each vote is told before the next is cast.
    func world(_ choices: [Int], isTold: Bool) async throws -> Traces {
        let clock = TestClock()
        let network = FakeNetwork()
        let book = LogBook()
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock, logBook: book)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock, logBook: book)
        let ada = try await Cast.welcome("ada", to: oslo)
        var voters: [Actor] = []
        for name in ["astrid", "bjorn"] { voters.append(try await Cast.welcome(name, to: oslo)) }
        for name in ["carmen", "diego"] { voters.append(try await Cast.welcome(name, to: lima)) }
        try await lima.admit(Cast.oslo)
        try await oslo.admit(Cast.lima)
        try await lima.follow("ada@\(Cast.oslo)", by: voters[2])
        var draft = Draft(text: "Tea or coffee?", audience: .anyone)
        var poll = Poll(options: [Poll.Option("Tea"), Poll.Option("Coffee")], closesAt: clock.now + 3600)
        poll.isAnonymous = true
        draft.body = .poll(poll)
        try await settle([oslo, lima])
        let post = try await oslo.publish.publish(draft, by: ada.id)
        try await settle([oslo, lima])
        let strangers = try ["vera", "walt"].map {
            try Stranger("https://good.example/users/\($0)", on: network, clock: clock)
        }
        for (voter, choice) in zip(voters, choices) {
            let node = voter.uri.authority == Cast.oslo ? oslo : lima
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            _ = try await VoteInPoll(needs: node.needs).vote(id, for: [choice], by: voter.id)
            if isTold { try await settle([oslo, lima]) }
        }
        for (stranger, choice) in zip(strangers, choices.suffix(2)) {
            try await stranger.send(
                PollHostileTests.vote(poll.options[choice].text, post.uri, by: stranger), to: oslo)
            if isTold { try await settle([oslo, lima]) }
        }
        try await settle([oslo, lima])
        clock.advance(3601)
        try await settle([oslo, lima])
        let votes = try await oslo.store.read { try $0.polls(of: [post.id]) }[post.id]?.tally
        #expect(votes == Tally(voters: 6, votes: [3, 3]))
        // A span is drawn by lot for each request.
        var traces = Traces(log: book.lines.map { $0.replacing(/span=[0-9a-f]+/, with: "span") })
        for node in [oslo, lima] { traces.rows += try await Self.rows(of: node) }
        traces.requests = network.sent.filter { $0.url.authority != "good.example" }.map {
            "\($0.method) \($0.url) \(Self.plain($0.body))"
        }
        return traces
    }

    /// Every row of every table, without keys and what is made with them.
    static func rows(of node: TestNode) async throws -> [String] {
        try await node.store.read { transaction in
            try Tables.all.filter { $0.name != "actor_key" }.flatMap { table in
                try transaction.all(
                    "/* all */ SELECT \(table.columns.joined(separator: ", ")) FROM \(table.name)"
                ) {
                    row in
                    let values = table.columns.indices.map { index -> String in
                        // A text's mark is drawn by lot.
                        if table.columns[index] == "mark" { return "" }
                        // Of the machine's own clock, for the figures.
                        if table.name == "event", table.columns[index] == "at" { return "" }
                        return switch row.value(index) {
                        case .blob(let bytes): plain(bytes)
                        case .null: "null"
                        case .int(let number): String(number)
                        case .real(let number): String(number)
                        case .text(let text): text
                        }
                    }
                    return "\(table.name): \(values.joined(separator: " | "))"
                }
            }
        }
    }

    /// A document without its proofs.
    static func plain(_ bytes: [UInt8]) -> String {
        func strip(_ value: JSONValue) -> JSONValue {
            if var object = value.object {
                object["proof"] = nil
                for member in object.members { object[member.name] = strip(member.value) }
                return .object(object)
            }
            // Texts travel in an order that is drawn by lot.
            if let texts = value.array, texts.allSatisfy({ $0.string?.hasPrefix("Text ") ?? false }) {
                return .array(texts.sorted { $0.text < $1.text })
            }
            return value.array.map { .array($0.map(strip)) } ?? value
        }
        guard let value = try? JSONParser.parse(bytes) else { return "\(bytes.count) bytes" }
        return strip(value).text
    }

    @Test("who chose what is in no row, no line of the log and no request, once all is told")
    func nothingTells() async throws {
        let one = try await world([0, 1, 0, 1], isTold: false)
        let other = try await world([1, 0, 1, 0], isTold: false)
        #expect(one.rows.contains { $0.hasPrefix("ballot: ") } && !one.log.isEmpty)
        #expect(one.rows.first(where: { !other.rows.contains($0) }) == nil)
        #expect(one.rows.count == other.rows.count)
        #expect(one.log.first(where: { !other.log.contains($0) }) == nil)
        #expect(one.requests.first(where: { !other.requests.contains($0) }) == nil)
    }

    @Test("nor in the rows and the log where each vote was told by itself: no history of totals is kept")
    func noHistory() async throws {
        let one = try await world([0, 1, 0, 1], isTold: true)
        let other = try await world([1, 0, 1, 0], isTold: true)
        #expect(one.rows.first(where: { !other.rows.contains($0) }) == nil)
        #expect(one.log.first(where: { !other.log.contains($0) }) == nil)
        // On the wire between offices stand numbers, and who voted never.
        for request in one.requests where request.contains("hallway:Tally") {
            #expect(!request.contains("/actors/") || !request.contains("\(Cast.lima)/actors/"))
        }
    }

    /// The same for a survey: answers are swapped between people of one office.
    func survey(_ grades: [Int]) async throws -> Traces {
        let clock = TestClock()
        let network = FakeNetwork()
        let book = LogBook()
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock, logBook: book)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock, logBook: book)
        try await lima.admit(Cast.oslo)
        try await oslo.admit(Cast.lima)
        let ada = try await Cast.welcome("ada", to: oslo)
        var people: [(Actor, TestNode)] = []
        for name in ["astrid", "bjorn", "berit"] {
            people.append((try await Cast.welcome(name, to: oslo), oslo))
        }
        for name in ["carmen", "diego", "dora"] {
            people.append((try await Cast.welcome(name, to: lima), lima))
        }
        try await lima.follow("ada@\(Cast.oslo)", by: people[3].0)
        try await settle([oslo, lima])
        var draft = Draft(text: "How is it?", audience: .organisation)
        draft.body = .survey(
            Survey(
                questions: [Survey.Item("Grade", .scale), Survey.Item("Words", .text)],
                closesAt: clock.now + 3600))
        let post = try await oslo.publish.publish(draft, by: ada.id)
        try await settle([oslo, lima])
        for ((person, node), grade) in zip(people, grades) {
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            _ = try await AnswerSurvey(needs: node.needs).answer(
                id, [0: .cell(grade), 1: .text("Text \(grade)")], by: person.id)
            try await settle([oslo, lima])
        }
        for seconds in [3601, Survey.settling + 1] {
            clock.advance(seconds)
            try await settle([oslo, lima])
        }
        var traces = Traces(log: book.lines.map { $0.replacing(/span=[0-9a-f]+/, with: "span") })
        for node in [oslo, lima] { traces.rows += try await Self.rows(of: node).sorted() }
        traces.requests = network.sent.map { "\($0.method) \($0.url) \(Self.plain($0.body))" }
        return traces
    }

    @Test("nor does a survey tell who answered what: no row, no line of the log, no request")
    func surveyTells() async throws {
        let one = try await survey([0, 1, 2, 3, 4, 0])
        let other = try await survey([2, 0, 1, 4, 0, 3])
        #expect(one.rows.contains { $0.contains("Text 4") })
        #expect(one.rows.first(where: { !other.rows.contains($0) }) == nil)
        #expect(one.log.first(where: { !other.log.contains($0) }) == nil)
        #expect(one.requests.first(where: { !other.requests.contains($0) }) == nil)
    }

    @Test("an open poll tells, so the comparison can fail")
    func comparisonFails() async throws {
        let clock = TestClock()
        let network = FakeNetwork()
        var worlds: [[String]] = []
        for choices in [[0, 1], [1, 0]] {
            let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
            let ada = try await Cast.welcome("ada", to: oslo)
            var draft = Draft(text: "Tea or coffee?", audience: .anyone)
            draft.body = .poll(Poll(options: [Poll.Option("Tea"), Poll.Option("Coffee")]))
            let post = try await oslo.publish.publish(draft, by: ada.id)
            for (name, choice) in zip(["astrid", "bjorn"], choices) {
                let voter = try await Cast.welcome(name, to: oslo)
                _ = try await VoteInPoll(needs: oslo.needs).vote(post.id, for: [choice], by: voter.id)
            }
            worlds.append(try await Self.rows(of: oslo))
        }
        #expect(worlds[0] != worlds[1])
    }
}
