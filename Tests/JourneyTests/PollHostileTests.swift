import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
@testable import Storage
import Support
import Testing

/// Votes and tallies that must not count (N49, N80): each is dropped with its reason, and nothing has changed.
@Suite("Polls refuse")
struct PollHostileTests {
    let clock = TestClock()
    let network = FakeNetwork()

    /// `number`: of the activity, of which its id says nothing else.
    static func vote(_ name: String, _ poll: ObjectURI, by voter: Stranger, number: Int = 1) -> JSONValue {
        let note: JSONValue = [
            "id": .string("\(voter.uri)#votes/\(number)"), "type": "Note",
            "attributedTo": .string(voter.uri), "name": .string(name), "inReplyTo": .string(poll.string),
            "to": [.string(poll.string)],
        ]
        return voter.activity("Create", note, id: "\(voter.uri.suffix(4))-\(number)")
    }

    struct Stage {
        var oslo: TestNode
        var book: LogBook
        var ada: Actor
        var astrid: Actor
        var vera: Stranger
    }

    func stage() async throws -> Stage {
        let book = LogBook()
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock, logBook: book)
        let vera = try Stranger("https://good.example/users/vera", on: network, clock: clock)
        return Stage(
            oslo: oslo, book: book, ada: try await Cast.welcome("ada", to: oslo),
            astrid: try await Cast.welcome("astrid", to: oslo), vera: vera)
    }

    func ask(_ stage: Stage, audience: Audience = .anyone, _ change: (inout Poll) -> Void = { _ in })
        async throws -> Post
    {
        var poll = Poll(options: [Poll.Option("Tea"), Poll.Option("Coffee")], closesAt: clock.now + 3600)
        change(&poll)
        var draft = Draft(text: "Tea or coffee?", audience: audience)
        draft.body = .poll(poll)
        return try await stage.oslo.publish.publish(draft, by: stage.ada.id)
    }

    func rows(_ stage: Stage) async throws -> [String] {
        try await stage.oslo.store.read { transaction in
            try ["poll", "poll_option", "ballot", "vote", "poll_tally", "inbox"].flatMap { name in
                try Tables.all.filter { $0.name == name }.flatMap { table in
                    try transaction.all("SELECT \(table.columns.joined(separator: ", ")) FROM \(name)") {
                        row in
                        "\(name) \(table.columns.indices.map { "\(row.value($0))" })"
                    }
                }
            }
        }
    }

    /// Sends what must not count. `reason`: what the log must say.
    func refuses(_ json: JSONValue, by sender: Stranger, _ stage: Stage, because reason: String) async throws
    {
        let before = try await rows(stage)
        let lines = stage.book.lines.count
        try await sender.send(json, to: stage.oslo)
        #expect(try await rows(stage) == before)
        #expect(stage.book.lines[lines...].contains { $0.contains(reason) }, "\(reason)")
    }

    @Test(
        "a vote after the close, twice, or for an unknown option is ignored (N49)", arguments: [false, true])
    func late(isAnonymous: Bool) async throws {
        let stage = try await stage()
        let post = try await ask(stage) { $0.isAnonymous = isAnonymous }
        try await refuses(
            Self.vote("Water", post.uri, by: stage.vera), by: stage.vera, stage, because: "does not exist")
        try await stage.vera.send(Self.vote("Tea", post.uri, by: stage.vera, number: 2), to: stage.oslo)
        let counted = try await stage.oslo.store.read { try $0.polls(of: [post.id]) }[post.id]?.tally
        #expect(counted == Tally(voters: 1, votes: [1, 0]))
        try await refuses(
            Self.vote("Coffee", post.uri, by: stage.vera, number: 3), by: stage.vera, stage,
            because: "already voted")
        clock.advance(3601)
        let walt = try Stranger("https://good.example/users/walt", on: network, clock: clock)
        // Whatever a stranger says of when it was cast: it came too late.
        try await refuses(
            Self.vote("Tea", post.uri, by: walt), by: walt, stage, because: "already ended")
    }

    @Test("a vote by someone who may not see the poll is ignored (N49)")
    func notForThem() async throws {
        let stage = try await stage()
        let post = try await ask(stage, audience: .followers)
        try await refuses(
            Self.vote("Tea", post.uri, by: stage.vera), by: stage.vera, stage, because: "notFound")
    }

    @Test("a vote in another's name is ignored")
    func borrowed() async throws {
        let stage = try await stage()
        let post = try await ask(stage)
        let mal = try Stranger("https://evil.example/users/mal", on: network, clock: clock)
        let note = try #require(Self.vote("Tea", post.uri, by: stage.vera)["object"])
        try await refuses(mal.activity("Create", note), by: mal, stage, because: "someone else")
    }

    @Test(
        "here too: after the close, twice, in one's own poll, for what is not there, several where one is asked"
    )
    func locally() async throws {
        let stage = try await stage()
        let post = try await ask(stage)
        let verb = VoteInPoll(needs: stage.oslo.needs)
        func refuses(_ choices: [Int], _ person: Actor, _ reason: String) async throws {
            let before = try await rows(stage)
            do {
                _ = try await verb.vote(post.id, for: choices, by: person.id)
                Issue.record("taken: \(reason)")
            } catch let refusal as Refusal {
                #expect("\(refusal)".contains(reason))
            }
            #expect(try await rows(stage) == before)
        }
        try await refuses([0], stage.ada, "your own polls")
        for choices in [[-1], [2], [Int.max]] { try await refuses(choices, stage.astrid, "does not exist") }
        try await refuses([], stage.astrid, "blank")
        try await refuses([0, 1], stage.astrid, "one option")
        _ = try await verb.vote(post.id, for: [0], by: stage.astrid.id)
        try await refuses([1], stage.astrid, "already voted")
        clock.advance(3600)
        try await refuses([1], stage.astrid, "already ended")
    }

    @Test("only a member's node counts its people, nothing is taken back, and sums must add up")
    func tallies() async throws {
        let stage = try await stage()
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let post = try await ask(stage) { $0.isAnonymous = true }
        func send(_ voters: Int, _ votes: [Int], names: [String] = ["Tea", "Coffee"]) async throws -> Tally? {
            let node = try await lima.world.nodeActor()
            let options = zip(names, votes).map { name, votes -> JSONValue in
                ["type": "Note", "name": .string(name), "replies": ["totalItems": .int(Int64(votes))]]
            }
            let id: ActivityID = lima.needs.ids.next()
            _ = try await Errands(world: lima.world).send(
                "POST", try theURI("https://\(Cast.oslo)/inbox"),
                [
                    "@context": "https://www.w3.org/ns/activitystreams",
                    "id": .string(lima.needs.addresses.activity(id).string), "type": "Update",
                    "actor": .string(node.uri.string),
                    "object": [
                        "type": "hallway:Tally", "attributedTo": .string(node.uri.string),
                        "inReplyTo": .string(post.uri.string), "votersCount": .int(Int64(voters)),
                        "oneOf": .array(options),
                    ],
                ])
            try await stage.oslo.handleInbox()
            return try await stage.oslo.store.read { try $0.polls(of: [post.id]) }[post.id]?.tally
        }
        let none = Tally(voters: 0, votes: [0, 0])
        #expect(try await send(2, [1, 1]) == none, "no member")
        try await stage.oslo.admit(Cast.lima)
        for (voters, votes) in [
            (2, [2, 1]), (-1, [-1, 0]), (1, [2, -1]), (2, [1, 0]), (20_000_000, [20_000_000, 0]),
        ] {
            #expect(try await send(voters, votes) == none)
        }
        #expect(try await send(2, [1, 1], names: ["Tea", "Water"]) == none)
        let three = Tally(voters: 3, votes: [2, 1])
        #expect(try await send(3, [2, 1]) == three)
        #expect(try await send(3, [2, 1]) == three, "the same again")
        #expect(try await send(2, [1, 1]) == three, "an older one")
        #expect(try await send(3, [1, 2]) == three, "another of as many")
        #expect(try await send(4, [1, 3]) == three, "one that takes a vote back")
        #expect(try await send(4, [3, 1]) == Tally(voters: 4, votes: [3, 1]))
        clock.advance(3600 + Poll.lateness)
        #expect(try await send(5, [4, 1]) == Tally(voters: 4, votes: [3, 1]), "too late")
    }

    @Test(
        "a question of one or 501 options, or the same option twice, is no post (N80)",
        arguments: [1, 501, -2])
    func options(count: Int) async throws {
        let stage = try await stage()
        let names = count < 0 ? ["Tea", "Tea"] : (0..<count).map { "Option \($0)" }
        let question = stage.vera.note(
            "1", "Which?", to: [.string(stage.ada.uri.string)],
            more: [
                ("type", "Question"),
                ("oneOf", .array(names.map { ["type": "Note", "name": .string($0)] })),
            ])
        try await refuses(stage.vera.activity("Create", question), by: stage.vera, stage, because: "Options")
        let uri = try theURI("\(stage.vera.origin)/notes/1")
        #expect(try await stage.oslo.store.read { try $0.postID(uri) } == nil)
    }
}
