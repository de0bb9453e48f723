import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Signatures
import Social
import Storage
import Support
import Testing

/// Thanks that are refused, with their reason, and leave everything as it was.
@Suite("Recognitions are refused")
struct RecognitionRefusalTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func draft(
        _ recipients: [ActorID], points: Int = 0, value: String = "Courage", text: String = "Well done"
    ) -> Draft {
        var draft = Draft(text: text, audience: .anyone)
        draft.body = .recognition(Recognition(recipients: recipients, value: value, points: points))
        return draft
    }

    func count(_ node: TestNode) async throws -> Int {
        try await node.store.read { try $0.countPosts(localOnly: false) }
    }

    @Test("here: too many, oneself, nobody, a stranger's value, too many points; nothing is kept")
    func local() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        var people: [ActorID] = []
        for number in 1...11 { people.append(try await Cast.welcome("p\(number)", to: oslo).id) }
        let one = people[0]
        func refusal(_ draft: Draft) async -> Refusal? {
            do {
                _ = try await oslo.publish.publish(draft, by: ada.id)
                return nil
            } catch {
                return error as? Refusal
            }
        }
        #expect(
            await refusal(draft(people)) == .invalid(field: "Recipients", because: "must be one to 10 people")
        )
        #expect(await refusal(draft([])) != nil)
        #expect(await refusal(draft([one, ada.id])) == .notAllowed(because: "Nobody can thank themself"))
        #expect(await refusal(draft([one, one])) != nil)
        #expect(await refusal(draft([one, ActorID(77)])) == .notFound("Recipient"))
        #expect(
            await refusal(draft([one], value: "Greed"))
                == .invalid(field: "Value", because: "is not one of the organisation's values"))
        #expect(await refusal(draft([one], points: -1)) != nil)
        #expect(await refusal(draft([one], points: Int.max)) != nil)
        #expect(await refusal(draft([one], text: " ")) != nil)
        #expect(
            await refusal(draft(Array(people[0..<3]), points: 40))
                == .invalid(
                    field: "Points", because: "120 are more than the 100 that are left of 100 this month"))
        #expect(try await count(oslo) == 0)
        #expect(await refusal(draft(Array(people[0..<2]), points: 40)) == nil)
        #expect(await refusal(draft([one], points: 21)) != nil)
        #expect(await refusal(draft([one], points: 20)) == nil)
        #expect(try await count(oslo) == 2)
        let month = Recognition.month(of: clock.now)
        #expect(try await oslo.store.read { try $0.pointsGiven(by: ada.id, in: month) } == 100)
    }

    @Test("fifty requests at once spend the allowance and not one point more", arguments: Engine.atHand)
    func concurrent(engine: Engine) async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: oslo)
        let boris = try await Cast.welcome("boris", to: oslo)
        let given = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        _ = try await oslo.publish.publish(draft([boris.id], points: 7), by: ada.id)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(given == 14)
        let month = Recognition.month(of: clock.now)
        #expect(try await oslo.store.read { try $0.pointsGiven(by: ada.id, in: month) } == 98)
        #expect(try await count(oslo) == 14)
    }

    @Test("a node that allows no points says so")
    func noPoints() throws {
        #expect(throws: Refusal.self) {
            try Recognition.checkSpending(1, spent: 0, allowance: 0)
        }
        try Recognition.checkSpending(0, spent: 0, allowance: 0)
    }

    /// What a stranger could send in place of what it should be: each with its changes to an honest recognition.
    static let forgeries = Result { try Vectors.json("recognition/refusals.json").array ?? [] }

    func stranger() throws -> Stranger {
        try Stranger("https://away.example/users/eve", on: network, clock: clock)
    }

    func thanks(
        _ eve: Stranger, _ id: String, to person: Actor, _ changes: [(String, JSONValue)] = [],
        more: [(String, JSONValue)] = [], isProved: Bool = true
    ) throws -> JSONValue {
        var part = JSONObject([
            ("type", "hallway:Recognition"), ("hallway:value", "Courage"),
            ("hallway:recipients", [.string(person.uri.string)]), ("hallway:points", 10),
        ])
        for (name, value) in changes { part[name] = value }
        let note = eve.note(id, "<p>Thanks</p>", more: [("hallway:recognition", .object(part))] + more)
        guard isProved else { return note }
        return try ObjectProof.add(
            to: note, key: eve.proofKey, method: "\(eve.uri)#proof", created: clock.now)
    }

    @Test(
        "from elsewhere: what breaks a rule leaves no post, no points and no notification",
        arguments: try forgeries.get())
    func forged(forgery: JSONValue) async throws {
        let changes = try #require(forgery["changes"]?.object).members.map { ($0.name, $0.value) }
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let eve = try stranger()
        try await eve.send(
            eve.activity(
                "Create", try thanks(eve, "bad", to: ada, changes), more: [("to", .string(ada.uri.string))]),
            to: oslo)
        #expect(try await count(oslo) == 0)
        #expect(try await oslo.store.read { try $0.recognitionLedger() }.isEmpty)
        #expect(try await oslo.store.read { try $0.notifications(of: ada.id, Page()) }.isEmpty)
        // The same, honestly, is taken: so it was the forgery that was refused.
        try await eve.send(eve.activity("Create", try thanks(eve, "good", to: ada)), to: oslo)
        #expect(try await count(oslo) == 1)
        #expect(try await oslo.store.read { try $0.recognitionLedger() }.map(\.received.points) == [10])
    }

    @Test("from elsewhere: what adds up to more than the stated allowance, or comes long after, is refused")
    func spent() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let eve = try stranger()
        func give(_ id: String, _ points: JSONValue, more: [(String, JSONValue)] = []) async throws {
            let object = try thanks(
                eve, id, to: ada, [("hallway:points", points), ("hallway:allowance", 120)], more: more)
            try await eve.send(eve.activity("Create", object), to: oslo)
        }
        func received() async throws -> Int? {
            try await oslo.store.read { try $0.recognitionLedger() }.first?.received.points
        }
        try await give("1", 60)
        try await give("2", 60)
        try await give("2", 60)
        #expect(try await received() == 120)
        try await give("3", 1)
        #expect(try await received() == 120)
        // A date of long ago would open another month's allowance.
        let old = (clock.now - 100 * 86400).ISO8601Format()
        try await give("4", 60, more: [("published", .string(old))])
        #expect(try await received() == 120)
        clock.advance(31 * 86400)
        try await give("5", 60)
        #expect(try await received() == 180)
    }

    @Test("from elsewhere: thanks without the giver's own proof, or with a broken one, are refused")
    func unproved() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let eve = try stranger()
        let mallory = try Stranger("https://away.example/users/mallory", on: network, clock: clock)
        try await eve.send(eve.activity("Create", try thanks(eve, "1", to: ada, isProved: false)), to: oslo)
        var altered = try #require(try thanks(eve, "2", to: ada).object)
        altered["content"] = "<p>Thanks for nothing</p>"
        try await eve.send(eve.activity("Create", .object(altered)), to: oslo)
        let unproved = try thanks(eve, "3", to: ada, isProved: false)
        let foreign = try ObjectProof.add(
            to: unproved, key: mallory.proofKey, method: "\(mallory.uri)#proof", created: clock.now)
        try await eve.send(eve.activity("Create", foreign), to: oslo)
        #expect(try await count(oslo) == 0)
        #expect(try await oslo.store.read { try $0.recognitionLedger() }.isEmpty)
    }

    @Test("from elsewhere: only the giver withdraws and edits, proved words alone; only a recipient hides")
    func others() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let eve = try stranger()
        let mallory = try Stranger("https://away.example/users/mallory", on: network, clock: clock)
        let object = try thanks(eve, "1", to: ada)
        try await eve.send(eve.activity("Create", object), to: oslo)
        let uri = try #require(object["id"]?.string)
        try await mallory.send(mallory.activity("Delete", .string(uri)), to: oslo)
        try await mallory.send(mallory.activity("Ignore", .string(uri)), to: oslo)
        clock.advance(60)
        let words: [(String, JSONValue)] = [("content", "<p>Many thanks</p>")]
        let changes = [
            try thanks(eve, "1", to: ada, [("hallway:points", 100)], more: words),
            try thanks(eve, "1", to: ada, [("hallway:value", "Greed")], more: words),
            try thanks(eve, "1", to: ada, more: words, isProved: false), eve.note("1", "<p>No thanks</p>"),
        ]
        func post() async throws -> Post {
            try #require(try await oslo.store.read { try $0.post(try theURI(uri)) })
        }
        for change in changes { try await eve.send(eve.activity("Update", change), to: oslo) }
        #expect(try await post().editedAt == nil)
        // With a proof, and of the words alone, it is taken; and it is what is proved from then on.
        let honest = try thanks(eve, "1", to: ada, more: words)
        try await eve.send(eve.activity("Update", honest), to: oslo)
        try await eve.send(eve.activity("Create", object), to: oslo)
        let edited = try await post()
        guard case .recognition(let recognition) = edited.body else { throw Refusal.notFound("recognition") }
        #expect(recognition.points == 10 && edited.deletedAt == nil && edited.content == "<p>Many thanks</p>")
        let kept = try #require(try await oslo.store.read { try $0.recognitionDocument(of: edited.id) })
        #expect(try JSONParser.parse(kept) == honest)
        #expect(
            try await oslo.store.read {
                try $0.recognitions(RecognitionQuery(), for: .person(ada.id), Page())
            }
            .count == 1)
    }
}
