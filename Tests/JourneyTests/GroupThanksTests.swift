import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Thanks in a group to people outside it.
@Suite("Groups: thanks to others")
struct GroupThanksTests {
    func thank(
        _ recipients: [Actor], by giver: Actor, on node: TestNode, _ stage: GroupStage
    ) async throws -> Post {
        var ids: [ActorID] = []
        for person in recipients {
            if let known = try await node.store.read({ try $0.actorID(person.uri) }) {
                ids.append(known)
            } else {
                ids.append(try #require(await node.findActor(person.uri)).id)
            }
        }
        var draft = Draft(text: "For the looms")
        draft.group = try await stage.group(on: node)
        draft.body = .recognition(
            Recognition(
                recipients: ids, value: try #require(node.needs.recognition.values.first), points: 5))
        return try await node.publish.publish(draft, by: giver.id)
    }

    @Test(
        "whoever is thanked in a closed group reads it and can hide it, in whatever office, and others outside cannot",
        arguments: [false, true])
    func outside(isElsewhere: Bool) async throws {
        let stage = try await GroupStage(.closed)
        try await stage.decide(.invite, about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        let (giver, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.ada, stage.oslo)
        let post = try await thank([stage.chidi, stage.boris], by: giver, on: node, stage)
        try await stage.settleAll()
        // What its giver's node has to show for it is what was delivered.
        var papers: [JSONValue] = []
        for (node, reader) in [(node, giver), (stage.pune, stage.chidi)] {
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            papers.append(
                try await RecognitionDocuments(world: node.world).proof(of: id, viewer: .person(reader.id)))
        }
        #expect(papers[0] == papers[1])
        for (person, node) in [(stage.chidi, stage.pune), (stage.boris, stage.oslo)] {
            #expect(try await stage.sees(person, post.uri, on: node), "\(person.name)")
            let id = try #require(try await node.store.read { try $0.postID(post.uri) })
            _ = try await Recognise(needs: node.needs).hide(true, id, by: person.id)
        }
        try await stage.settleAll()
        #expect(try await !stage.sees(stage.devi, post.uri, on: stage.pune))
        for node in [stage.oslo, stage.lima] {
            let isHidden = try await node.store.read { [stage] transaction in
                let id = try #require(try transaction.postID(post.uri))
                return try [stage.chidi, stage.boris].map { person in
                    try transaction.isHidden(id, for: try #require(try transaction.actorID(person.uri)))
                }
            }
            #expect(isHidden == [true, true], "\(node.authority)")
        }
    }

    @Test("in a secret group its members alone are thanked")
    func secret() async throws {
        let stage = try await GroupStage(.secret)
        await #expect(
            throws: Refusal.invalid(
                field: "Recipients", because: "of thanks in a secret group are its members")
        ) {
            _ = try await thank([stage.boris], by: stage.ada, on: stage.oslo, stage)
        }
    }
}
