import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Whoever blocks somebody takes back what they agreed to.
@Suite("Quotes and blocks")
struct QuoteBlockTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test(
        "a block ends consent in every office; it is not given back, and others' stays",
        arguments: [false, true], [false, true])
    func block(isRemote: Bool, isOutage: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let (node, person) = stage.quoter(isRemote: isRemote)
        let (otherNode, other) = stage.quoter(isRemote: !isRemote)
        let post = try await stage.quote(original, by: person, on: node)
        let kept = try await stage.quote(original, by: other, on: otherNode)
        try await stage.settleAll()
        // What the other agreed to stays.
        let mine = try await stage.quote(post, by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        for uri in [post.uri, kept.uri] {
            #expect(try await stage.sights(uri) == [.shown, .shown, .shown])
        }
        let found = try #require(try await stage.oslo.store.read { try $0.actorID(person.uri) })
        let stamp = try #require(
            try await stage.oslo.store.read { transaction in
                try transaction.consent(to: post.uri, of: original.id).map {
                    stage.oslo.needs.addresses.consent($0.id)
                }
            })
        if isOutage { network.setDown(true, Cast.pune) }
        let verb = BlockActor(needs: stage.oslo.needs)
        for _ in 1...2 { _ = try await verb.block(found, by: stage.ada.id) }
        try await stage.settleAll(restarts: true)
        if isOutage {
            #expect(try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).state == .shown)
            network.setDown(false, Cast.pune)
            clock.advance(7200)
            try await stage.settleAll()
        }
        #expect(try await stage.states(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        #expect(try await stage.sights(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        #expect(try await stage.states(kept.uri) == [.accepted, .accepted, .accepted])
        #expect(try await stage.sight(kept.uri, for: stage.chidi, on: stage.pune).state == .shown)
        #expect(try await stage.states(mine.uri).first == .accepted)
        await #expect(throws: ExchangeFault.answered(404)) {
            try await Fetch(world: stage.pune.world).object(stamp)
        }
        #expect(try await stage.oslo.store.read { try $0.countQuotes(of: [original.id]) } == [original.id: 1])
        _ = try await verb.unblock(found, by: stage.ada.id)
        for request in network.sent where request.method == "POST" { _ = try? await network.send(request) }
        try await stage.settleAll()
        #expect(try await stage.sights(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        // Asked anew, for a new post, she agrees as she does to anybody.
        let second = try await stage.quote(original, by: person, on: node)
        try await stage.settleAll()
        #expect(try await stage.sights(second.uri) == [.shown, .shown, .shown])
    }

    @Test(
        "whoever quoted somebody and blocks them then keeps none of their consent: it is taken back everywhere",
        arguments: [false, true])
    func quoterBlocks(isRemote: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let (node, person) = stage.quoter(isRemote: isRemote)
        let post = try await stage.quote(original, by: person, on: node)
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.accepted, .accepted, .accepted])
        let ada = try #require(try await node.store.read { try $0.actorID(stage.ada.uri) })
        _ = try await BlockActor(needs: node.needs).block(ada, by: person.id)
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.accepted, .accepted, .accepted])
        // She finds what quotes her among the quotes of her post.
        let found = try await stage.oslo.store.read {
            try $0.quotes(of: original, for: .person(stage.ada.id), Page(limit: 40)).map(\.uri)
        }
        #expect(found == [post.uri])
        let quoting = try #require(try await stage.oslo.store.read { try $0.postID(post.uri) })
        let verb = QuotePost(needs: stage.oslo.needs)
        for _ in 1...2 {
            let answer = try await verb.withdraw(quoting, of: original.id, by: stage.ada.id)
            #expect(answer.id == original.id)
        }
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        #expect(try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).state == .withdrawn)
        // Of what quotes somebody else nothing is told.
        let other = try await stage.oslo.post("No quote", by: stage.ada, for: .anyone)
        await #expect(throws: Refusal.notFound("Record")) {
            try await verb.withdraw(quoting, of: other.id, by: stage.ada.id)
        }
    }

    @Test(
        "a block by other software ends what its author agreed to, also where no stamp is said to end; nobody else's does"
    )
    func otherSoftware() async throws {
        let stage = try await QuoteStage(network, clock)
        func stranger(_ uri: String) throws -> Stranger {
            network.serve("\(uri)/inbox", [:])
            return try Stranger(uri, on: network, clock: clock)
        }
        let vera = try stranger("https://good.example/users/vera")
        let walt = try stranger("https://good.example/users/walt")
        let found = try #require(await stage.lima.findActor(try theURI(vera.uri)))
        _ = try await FollowActor(needs: stage.lima.needs).follow(found.id, by: stage.carmen.id)
        try await stage.lima.store.write { transaction in
            guard let follow = try transaction.follow(stage.carmen.id, found.id) else { return }
            try FollowActor.accept(follow, in: transaction)
        }
        let rule: JSONValue = [
            "canQuote": ["automaticApproval": "https://www.w3.org/ns/activitystreams#Public"]
        ]
        let note = vera.note("1", "<p>Quote me</p>", more: [("interactionPolicy", rule)])
        let uri = try theURI(try #require(note["id"]?.string))
        network.serve(uri.string, note)
        try await vera.send(vera.activity("Create", note), to: stage.lima)
        let original = try #require(try await stage.lima.store.read { try $0.post(uri) })
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        let stamp = "\(vera.origin)/stamps/1"
        network.serve(
            stamp,
            [
                "id": .string(stamp), "type": "QuoteAuthorization", "attributedTo": .string(vera.uri),
                "interactingObject": .string(post.uri.string), "interactionTarget": .string(uri.string),
            ])
        let request = try #require(post.quote?.request?.string)
        try await vera.send(
            vera.activity("Accept", .string(request), more: [("result", .string(stamp))]), to: stage.lima)
        try await stage.settleAll()
        func states() async throws -> [QuoteSight.State] {
            [
                try await stage.sight(post.uri, for: stage.carmen, on: stage.lima).state,
                try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).state,
            ]
        }
        #expect(try await states() == [.shown, .shown])
        let carmen = JSONValue.string(stage.carmen.uri.string)
        try await walt.send(walt.activity("Block", carmen), to: stage.lima)
        try await stage.settleAll()
        #expect(try await states() == [.shown, .shown])
        let block = vera.activity("Block", carmen, id: "block")
        try await vera.send(block, to: stage.lima)
        try await stage.settleAll()
        #expect(try await states() == [.withdrawn, .withdrawn])
        try await vera.send(vera.activity("Delete", .string(stamp)), to: stage.lima)
        try await vera.send(vera.activity("Undo", block), to: stage.lima)
        // An old yes brings nothing back.
        try await vera.send(
            vera.activity("Accept", .string(request), more: [("result", .string(stamp))]), to: stage.lima)
        try await stage.settleAll()
        #expect(try await states() == [.withdrawn, .withdrawn])
        let kept = try #require(try await stage.pune.store.read { try $0.post(post.uri) })
        #expect(kept.deletedAt == nil && kept.content == "<p>Look at this</p>")
    }
}
