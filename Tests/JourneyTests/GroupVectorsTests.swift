import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Spec/vectors/group: what other nodes' groups say, and the form in which ours speak.
@Suite("Groups: vectors")
struct GroupVectorsTests {
    @Test("a group's document is read as its vector says", arguments: try Vectors.names(in: "group"))
    func documents(name: String) async throws {
        let vector = try Vectors.json(name)
        let network = FakeNetwork()
        let node = try await TestNode(Cast.oslo, network: network, clock: TestClock())
        network.serve("https://far.example/actors/7", try #require(vector["input"]))
        let actor = try #require(await node.findActor(try theURI("https://far.example/actors/7")))
        let group = try await node.store.read { try $0.group(actor.id) }
        #expect(actor.kind == .group)
        #expect(group?.kind.word == vector["kind"]?.string)
        #expect(group?.posting.word == vector["posting"]?.string)
        #expect(group?.rules == vector["rules"]?.string)
    }

    @Test("what is sent has the form of the vectors", arguments: ["add", "announce"])
    func sent(name: String) async throws {
        let vector = try Vectors.json("group/wire/\(name).json")
        let stage = try await GroupStage(.open)
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        _ = try await stage.post("Hello", by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        // Several that wait for one node go as one.
        let all = stage.network.sent.compactMap { try? JSONParser.parse($0.body) }
            .flatMap { $0["orderedItems"]?.list ?? [$0] }
        let sent = try #require(all.last { $0["type"] == vector["type"] })
        func names(_ value: JSONValue) -> Set<String> { Set(value.object?.members.map(\.name) ?? []) }
        let (outer, inner) = (vector["object"] ?? .null, sent["object"] ?? .null)
        for (wanted, found) in [
            (vector, sent), (outer, inner), (outer["object"] ?? .null, inner["object"] ?? .null),
        ] {
            let missing = names(wanted).subtracting(names(found))
            #expect(missing.isEmpty)
        }
    }
}
