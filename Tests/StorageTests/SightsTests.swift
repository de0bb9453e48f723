import Domain
import Foundation
import Social
@testable import Storage
import Support
import Testing

/// The rule and the SQL made from it must never part: every audience against every kind of viewer.
@Suite("Sights")
struct SightsTests {
    @Test("the timeline's SQL shows exactly what the rule admits", arguments: Engine.atHand)
    func sameAnswer(engine: Engine) async throws {
        let clock = TestClock()
        let network = FakeNetwork()
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let astrid = try await Cast.welcome("astrid", to: node)
        let blocked = try await Cast.welcome("bjorn", to: node)
        let carmen = try Self.remote("carmen", on: Cast.lima, node: node)
        let chidi = try Self.remote("chidi", on: Cast.pune, node: node)
        try await node.store.write { transaction in
            for actor in [carmen, chidi] { try transaction.save(actor) }
            for follower in [boris.id, carmen.id] {
                try transaction.save(
                    Follow(
                        follower: follower, followee: ada.id, state: .accepted, uri: ada.uri,
                        createdAt: clock.now))
            }
            try transaction.insertBlock(ada.id, blocked.id, uri: ada.uri, at: clock.now)
        }
        let audiences: [Audience] = [
            .direct, .followers, .group(boris.id), .unit("Research"), .unit("Sales"), .node, .organisation,
            .anyone,
        ]
        let viewers: [Viewer] = [
            .nobody, .person(ada.id), .person(boris.id), .person(astrid.id), .person(blocked.id),
            .remote(carmen.id, authority: Cast.lima, isOfOrganisation: true),
            .remote(chidi.id, authority: Cast.pune, isOfOrganisation: false),
            .node(authority: Cast.lima, isOfOrganisation: true),
            .node(authority: Cast.pune, isOfOrganisation: false),
        ]
        for author in [ada, carmen] {
            for audience in audiences {
                for recipients in [[], [astrid.id], [chidi.id]] {
                    let id: PostID = node.needs.ids.next()
                    let uri = try theURI("\(author.uri)/p/\(id)")
                    let post = Post(
                        id: id, uri: uri, author: author.id, body: .note, content: "x", audience: audience,
                        createdAt: clock.now)
                    try await node.store.write {
                        try $0.insert(post, recipients: recipients, isLocal: author.isLocal)
                    }
                    for viewer in viewers {
                        let (byRule, bySQL) = try await node.store.read { transaction in
                            (
                                try transaction.maySee(post, viewer),
                                try transaction.timeline(
                                    .author(author.id, withReplies: true, withAnnounces: true), for: viewer,
                                    Page(limit: 1)
                                ).first?.id == id
                            )
                        }
                        #expect(
                            byRule == bySQL,
                            "\(audience) by \(author.name) for \(recipients) seen by \(viewer)")
                    }
                }
            }
        }
    }

    private static func remote(_ name: String, on host: String, node: TestNode) throws -> Actor {
        let uri = try theURI("https://\(host)/actors/\(name)")
        var actor = Actor(
            id: node.needs.ids.next(), uri: uri, kind: .person, name: name, host: host,
            endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: node.needs.now())
        actor.work.department = "Research"
        return actor
    }
}
