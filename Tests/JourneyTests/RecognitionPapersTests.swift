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

/// What proves thanks later, to anyone (Spec/features/recognition.md §6).
@Suite("Recognitions are proved")
struct RecognitionPapersTests: RecognitionJourney {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "the examples verify by the keys beside them, and no longer once a letter is changed",
        arguments: ["note", "credential"])
    func vectors(name: String) throws {
        let vector = try Vectors.json("recognition/\(name).json")
        let key = try Multikey.decode(try #require(vector["publicKeyMultibase"]?.string))
        let document = try #require(vector["document"])
        try ObjectProof.verify(document, by: key, now: clock.now)
        var altered = try #require(document.object)
        altered["id"] = "https://oslo.example/another"
        #expect(throws: SignatureFault.self) {
            try ObjectProof.verify(.object(altered), by: key, now: clock.now)
        }
    }

    @Test("the example note is read as it was meant, and its part needs terms of the shared context alone")
    func note() throws {
        let document = try #require(try Vectors.json("recognition/note.json")["document"])
        let read = try #require(try RecognitionIn(try ASObject(document)))
        #expect(read.recognition == Recognition(recipients: [], value: "Courage", points: 10, allowance: 100))
        #expect(read.recipients.count == 1)
        let terms = try #require(try Vectors.json("../context.jsonld")["@context"]?.object)
        let prefix = "https://hallway.social/ns#"
        for term in ["recognition", "value", "recipients", "points", "allowance"] {
            let meaning = terms["hallway:\(term)"]
            #expect((meaning?.string ?? meaning?["@id"]?.string) == prefix + term)
        }
    }

    @Test("recipients get the credential of the giver's node at their own, and others of few do not")
    func credential() async throws {
        let stage = try await thanksStage()
        let post = try await thank(
            [stage.carmen, stage.chidi], by: stage.ada, on: stage.oslo, stage, points: 10, audience: .direct)
        try await settle(stage.nodes)
        let inLima = try await id(post, on: stage.lima)
        let papers = RecognitionDocuments(world: stage.lima.world)
        let json = try await papers.credential(
            of: inLima, for: stage.carmen.id, viewer: .person(stage.carmen.id))
        #expect(json["type"]?.list == ["VerifiableCredential", "AchievementCredential"])
        #expect(json["@context"]?.list.first == "https://www.w3.org/ns/credentials/v2")
        #expect(json["issuer"]?["id"]?.string == stage.oslo.needs.addresses.node.string)
        #expect(json["credentialSubject"]?["id"]?.string == stage.carmen.uri.string)
        #expect(json["credentialSubject"]?["achievement"]?["name"] == "Courage")
        #expect(json["credentialSubject"]?["creditsEarned"] == 10)
        // By the key that anyone may read at the issuer.
        let (_, key) = try await stage.oslo.keys.signingKey(.ed25519, of: stage.oslo.world.nodeActor())
        try ObjectProof.verify(json, by: try key.publicKey(), now: clock.now)
        let celia = try await Cast.welcome("celia", to: stage.lima)
        await #expect(throws: Refusal.notFound("Record")) {
            try await papers.credential(of: inLima, for: stage.carmen.id, viewer: .person(celia.id))
        }
        await #expect(throws: Refusal.notFound("Record")) {
            try await papers.credential(of: inLima, for: celia.id, viewer: .person(stage.carmen.id))
        }
        network.setDown(true, Cast.oslo)
        await #expect(throws: Refusal.self) {
            try await papers.credential(of: inLima, for: stage.carmen.id, viewer: .person(stage.carmen.id))
        }
    }

    @Test("what the giver signed is kept where it arrived, and verifies while their node is away")
    func proof() async throws {
        let stage = try await thanksStage()
        let post = try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 10)
        try await settle(stage.nodes)
        let there = try await RecognitionDocuments(world: stage.oslo.world).proof(
            of: post.id, viewer: .person(stage.ada.id))
        network.setDown(true, Cast.oslo)
        let inLima = try await id(post, on: stage.lima)
        let json = try await RecognitionDocuments(world: stage.lima.world).proof(
            of: inLima, viewer: .person(stage.carmen.id))
        #expect(json == there)
        let key = try Multikey.decode(try #require(json["publicKeyMultibase"]?.string))
        let document = try #require(json["document"])
        try ObjectProof.verify(document, by: key, now: clock.now + 10 * 365 * 86400)
        #expect(document["attributedTo"]?.string == stage.ada.uri.string)
    }

    @Test("thanks that came as a part of a thread are proved too; after an edit the new words are")
    func edited() async throws {
        let stage = try await thanksStage()
        let post = try await thank([stage.carmen], by: stage.chidi, on: stage.pune, stage, points: 5)
        try await settle(stage.nodes)
        _ = try await stage.id(stage.carmen, on: stage.oslo)
        #expect(await Threads(world: stage.oslo.world).find(post.uri) != nil)
        func proof(_ node: TestNode, _ person: Actor) async throws -> JSONValue {
            let known = try await id(post, on: node)
            return try await RecognitionDocuments(world: node.world).proof(
                of: known, viewer: .person(person.id))
        }
        let given = try await proof(stage.pune, stage.chidi)
        #expect(try await proof(stage.lima, stage.carmen) == given)
        #expect(try await proof(stage.oslo, stage.ada) == given)
        clock.advance(60)
        _ = try await stage.pune.edit.edit(post.id, to: Draft(text: "For the rescue"), by: stage.chidi.id)
        try await settle(stage.nodes)
        let now = try await proof(stage.pune, stage.chidi)
        #expect(now["document"]?["content"]?.string?.contains("For the rescue") == true)
        #expect(try await proof(stage.lima, stage.carmen) == now)
        // What was said first comes once more.
        try await RecognitionJourneyTests().replay(post, from: stage.pune, to: stage.lima)
        try await settle(stage.nodes)
        #expect(try await proof(stage.lima, stage.carmen) == now)
    }

    @Test("the books about a node are for that node, and for members alone")
    func ledger() async throws {
        let stage = try await thanksStage()
        try await thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 10)
        let papers = RecognitionDocuments(world: stage.oslo.world)
        let lima = try await papers.ledger(for: .node(authority: Cast.lima, isOfOrganisation: true))
        #expect(lima["given"]?["points"] == 10)
        let pune = try await papers.ledger(for: .node(authority: Cast.pune, isOfOrganisation: true))
        #expect(pune["given"]?["points"] == 0)
        for viewer: Viewer in [
            .nobody, .person(stage.ada.id), .node(authority: Cast.lima, isOfOrganisation: false),
            .remote(stage.carmen.id, authority: Cast.lima, isOfOrganisation: true),
        ] {
            await #expect(throws: Refusal.notFound("Record")) { try await papers.ledger(for: viewer) }
        }
    }
}
