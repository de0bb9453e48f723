import Domain
import Foundation
import JSON
import Signatures
import Social
import Storage
import Support
import Testing

/// Documents in the shape that other software writes them, followed and read.
@Suite("Peers")
struct PeersTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "a post of other software reaches its follower here",
        arguments: [
            ("mastodon", "https://mastodon.example/users/alice", "#main-key"),
            ("gotosocial", "https://gts.example/users/bob", "/main-key"),
            ("akkoma", "https://akkoma.example/users/carol", "#main-key"),
        ])
    func post(software: String, name: String, keySuffix: String) async throws {
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let peer = try Stranger(name, on: network, clock: clock)
        let pem = JSONValue.string(try peer.key.publicKey().pem).text.dropFirst().dropLast()
        func vector(_ file: String) throws -> JSONValue {
            try JSONParser.parse(
                try Vectors.text("peers/\(software)/\(file).json").replacing("KEY", with: String(pem)))
        }
        network.serve(name, try vector("actor"))
        if keySuffix == "/main-key" { network.serve(name + keySuffix, try vector("key")) }
        network.serve("\(name)/inbox", .null, code: 202)

        let found = try #require(await node.findActor(try theURI(name)))
        _ = try await FollowActor(needs: node.needs).follow(found.id, by: ada.id)
        let accept = peer.activity(
            "Accept", ["type": "Follow", "actor": .string(ada.uri.string), "object": .string(name)])
        try await node.receive(peer.request(accept, to: node, as: name + keySuffix))
        try await node.handleInbox()
        #expect(try await node.store.read { try $0.isFollowing(ada.id, found.id) })

        try await node.receive(peer.request(try vector("create"), to: node, as: name + keySuffix))
        try await node.handleInbox()
        try await node.fanOut()
        let home = try await node.store.read { try $0.timeline(.home, for: .person(ada.id), Page()) }
        let post = try #require(home.first)
        #expect(post.audience == .anyone && !post.isQuiet && !post.content.isEmpty && post.language == "en")
        #expect(post.createdAt.timeIntervalSince1970 > 1_767_000_000)
        if software == "mastodon" {
            #expect(post.tags == ["world"] && post.attachments.map(\.name) == ["A cat"])
            #expect(post.attachments.first?.width == 800)
        }
    }
}
