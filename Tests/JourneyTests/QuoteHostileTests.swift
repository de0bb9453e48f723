import ActivityStreams
import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Quotes that must not be: blocked people, private posts, stamps that are not what they seem (N52, N53).
@Suite("Quotes that are refused")
struct QuoteHostileTests {
    let clock = TestClock()
    let network = FakeNetwork()

    /// Somebody of other software, who is listening.
    func stranger(_ uri: String) throws -> Stranger {
        network.serve("\(uri)/inbox", [:])
        return try Stranger(uri, on: network, clock: clock)
    }

    /// A note of a stranger that quotes a post.
    func note(_ person: Stranger, _ id: String, of post: ObjectURI, stamp: String? = nil) -> JSONValue {
        var more: [(String, JSONValue)] = [("quote", .string(post.string))]
        if let stamp { more.append(("quoteAuthorization", .string(stamp))) }
        return person.note(
            id, "<p>Look</p><p class=\"quote-inline\">RE: <a href=\"\(post)\">\(post)</a></p>", more: more)
    }

    func request(_ person: Stranger, _ note: JSONValue, of post: ObjectURI, id: String = "ask") -> JSONValue {
        person.activity(
            "QuoteRequest", .string(post.string), id: id, more: [("instrument", note)])
    }

    /// What a stranger's inbox was sent, by type.
    func answers(to person: Stranger) throws -> [JSONValue] {
        try network.sent.filter { $0.method == "POST" && $0.url.string == "\(person.uri)/inbox" }
            .map { try JSONParser.parse($0.body) }
    }

    @Test("other software asks, is told yes with a stamp that it can read, and asks twice without effect")
    func otherSoftware() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let vera = try stranger("https://good.example/users/vera")
        let note = note(vera, "1", of: original.uri)
        for id in ["ask", "again"] {
            try await vera.send(request(vera, note, of: original.uri, id: id), to: stage.oslo)
        }
        try await stage.settleAll()
        let answers = try answers(to: vera)
        #expect(answers.map { $0["type"]?.string } == ["Accept", "Accept"])
        #expect(Set(answers.compactMap { $0["result"]?.string }).count == 1)
        #expect(answers.first?["object"]?["instrument"]?.string == note["id"]?.string)
        let uri = try theURI(try #require(note["id"]?.string))
        let kept = try #require(try await stage.oslo.store.read { try $0.post(uri) })
        #expect(kept.quote?.state == .accepted && kept.content == "<p>Look</p>")
        let told = try await stage.notifications(of: stage.ada, on: stage.oslo)
        #expect(told.filter { $0.kind == .quote }.map(\.post) == [kept.id])
        let stamp = try #require(answers.first?["result"]?.string)
        let read = try await Fetch(world: stage.pune.world).object(try theURI(stamp))
        #expect(read.json["interactingObject"]?.string == uri.string)
        // Taken back, it stays so, however often it is asked for.
        _ = try await QuotePost(needs: stage.oslo.needs).withdraw(
            kept.id, of: original.id, by: stage.ada.id)
        try await vera.send(request(vera, note, of: original.uri, id: "third"), to: stage.oslo)
        try await stage.settleAll()
        let later = try self.answers(to: vera).dropFirst(2)
        #expect(Set(later.compactMap { $0["type"]?.string }) == ["Delete", "Reject"])
        #expect(later.first { $0["type"]?.string == "Delete" }?["object"]?.string == stamp)
        #expect(try await stage.oslo.store.read { try $0.post(uri)?.quote?.state } == .withdrawn)
    }

    @Test("who is blocked is told no, and changes nothing", arguments: [false, true])
    func blocked(isLocal: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let block = BlockActor(needs: stage.oslo.needs)
        guard !isLocal else {
            _ = try await block.block(stage.boris.id, by: stage.ada.id)
            await #expect(throws: Refusal.notFound("Record")) {
                try await stage.quote(original, by: stage.boris, on: stage.oslo)
            }
            return
        }
        let vera = try stranger("https://good.example/users/vera")
        let found = try #require(await stage.oslo.findActor(try theURI(vera.uri)))
        _ = try await block.block(found.id, by: stage.ada.id)
        let note = note(vera, "1", of: original.uri)
        try await vera.send(request(vera, note, of: original.uri), to: stage.oslo)
        try await stage.settleAll()
        let types = try answers(to: vera).compactMap { $0["type"]?.string }.filter { $0 != "Block" }
        #expect(types == ["Reject"])
        let uri = try theURI(try #require(note["id"]?.string))
        #expect(try await stage.oslo.store.read { try $0.postID(uri) } == nil)
        #expect(try await stage.oslo.store.read { try $0.consent(to: uri, of: original.id) } == nil)
    }

    @Test("a request that breaks a rule has no effect; what is private gets no answer, as what is missing")
    func badRequests() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let secret = try await stage.original(.followers)
        let closed = try await stage.original(.anyone, .nobody)
        let vera = try stranger("https://good.example/users/vera")
        let walt = try stranger("https://bad.example/users/walt")
        let missing = original.uri.sibling("/posts/1")
        for (number, target) in [secret.uri, missing].enumerated() {
            let note = note(vera, "\(number)", of: target)
            try await vera.send(request(vera, note, of: target, id: "\(number)"), to: stage.oslo)
        }
        // Another's post, one that quotes something else, none at all, and one that belongs to another node.
        let own = note(vera, "5", of: original.uri)
        try await vera.send(
            request(vera, note(walt, "1", of: original.uri), of: original.uri), to: stage.oslo)
        try await vera.send(
            request(vera, note(vera, "6", of: closed.uri), of: original.uri, id: "6"), to: stage.oslo)
        try await vera.send(
            vera.activity("QuoteRequest", .string(original.uri.string), id: "7"), to: stage.oslo)
        try await vera.send(
            request(vera, own, of: try theURI("https://\(Cast.lima)/posts/1"), id: "8"), to: stage.oslo)
        try await stage.settleAll()
        #expect(try answers(to: vera).isEmpty)
        try await vera.send(
            request(vera, note(vera, "9", of: closed.uri), of: closed.uri, id: "9"), to: stage.oslo)
        try await stage.settleAll()
        #expect(try answers(to: vera).map { $0["type"]?.string } == ["Reject"])
        #expect(try await stage.notifications(of: stage.ada, on: stage.oslo).allSatisfy { $0.kind != .quote })
        for post in [original, secret, closed] {
            #expect(try await stage.oslo.store.read { try $0.quotes(of: post, for: .nobody, Page()) }.isEmpty)
        }
    }

    @Test("a stamp of another origin, for another post or by another person is none", arguments: 0..<5)
    func forged(form: Int) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let other = try await stage.original(.anyone, .everyone, "Something else")
        let vera = try stranger("https://good.example/users/vera")
        _ = try await stage.follow(vera)
        // A real stamp, for another quote.
        let real = try await stage.quote(other, by: stage.boris, on: stage.oslo)
        let stamp = try #require(real.quote?.stamp?.string)
        let note = note(vera, "1", of: original.uri)
        let id = try #require(note["id"]?.string)
        func serve(_ uri: String, by author: String) {
            network.serve(
                uri,
                [
                    "id": .string(uri), "type": "QuoteAuthorization", "attributedTo": .string(author),
                    "interactingObject": .string(id), "interactionTarget": .string(original.uri.string),
                ])
        }
        let claimed: String
        switch form {
        case 0:
            claimed = "\(vera.origin)/stamps/1"
            serve(claimed, by: stage.ada.uri.string)
        case 1: claimed = stamp
        case 2: claimed = "https://\(Cast.oslo)/consents/99"
        case 3:
            // Somebody else of the same origin says so.
            claimed = "https://\(Cast.oslo)/stamps/1"
            serve(claimed, by: stage.boris.uri.string)
        default: claimed = original.uri.string
        }
        let quoting = self.note(vera, "1", of: original.uri, stamp: claimed)
        for (node, person) in [(stage.oslo, stage.ada), (stage.pune, stage.chidi)] {
            try await vera.send(vera.activity("Create", quoting, id: "c"), to: node)
            let sight = try await stage.sight(try theURI(id), for: person, on: node)
            #expect(sight.state == .asked && sight.post == nil)
            try await vera.send(vera.activity("Update", quoting, id: "u"), to: node)
            #expect(try await stage.sight(try theURI(id), for: person, on: node).state == .asked)
        }
        #expect(try await stage.oslo.store.read { try $0.countQuotes(of: [original.id]) }.isEmpty)
    }

    @Test("nobody but the quoted author answers a request, and nobody else ends consent")
    func pretenders() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        network.setDown(true, Cast.oslo)
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        let walt = try stranger("https://bad.example/users/walt")
        let request = try #require(post.quote?.request)
        for (type, more) in [
            ("Accept", [("result", JSONValue.string("\(walt.origin)/stamps/1"))]), ("Reject", []),
        ] {
            try await walt.send(
                walt.activity(type, .string(request.string), more: more), to: stage.lima)
        }
        #expect(try await stage.lima.store.read { try $0.post(post.id)?.quote?.state } == .asked)
        network.setDown(false, Cast.oslo)
        clock.advance(7200)
        try await stage.settleAll()
        #expect(try await stage.sights(post.uri) == [.shown, .shown, .shown])
        let stamp = try #require(
            try await stage.lima.store.read { try $0.post(post.id)?.quote?.stamp?.string })
        try await walt.send(walt.activity("Delete", .string(stamp)), to: stage.lima)
        try await walt.send(walt.activity("Delete", .string(stamp)), to: stage.pune)
        #expect(try await stage.sights(post.uri) == [.shown, .shown, .shown])
    }

    @Test("consent of other software counts when it comes, unless its end came first")
    func overtaken() async throws {
        let stage = try await QuoteStage(network, clock)
        let vera = try stranger("https://good.example/users/vera")
        let found = try #require(await stage.lima.findActor(try theURI(vera.uri)))
        _ = try await FollowActor(needs: stage.lima.needs).follow(found.id, by: stage.carmen.id)
        let rule: JSONValue = [
            "canQuote": ["manualApproval": "https://www.w3.org/ns/activitystreams#Public"]
        ]
        let note = vera.note("1", "<p>Ask me</p>", more: [("interactionPolicy", rule)])
        let uri = try theURI(try #require(note["id"]?.string))
        network.serve(uri.string, note)
        try await stage.lima.store.write { transaction in
            guard let follow = try transaction.follow(stage.carmen.id, found.id) else { return }
            try FollowActor.accept(follow, in: transaction)
        }
        try await vera.send(vera.activity("Create", note), to: stage.lima)
        let original = try #require(try await stage.lima.store.read { try $0.post(uri) })
        #expect(original.quotePolicy == .onRequest)
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        let asked = try answers(to: vera).first { $0["type"]?.string == "QuoteRequest" }
        let request = try #require(asked?["id"])
        #expect(asked?["instrument"]?["quote"]?.string == uri.string)
        func accept(_ stamp: String) async throws -> Quote.State? {
            try await vera.send(
                vera.activity("Accept", request, more: [("result", .string(stamp))]), to: stage.lima)
            return try await stage.lima.store.read { try $0.post(post.id)?.quote?.state }
        }
        let ended = "\(vera.origin)/stamps/1"
        try await vera.send(vera.activity("Delete", .string(ended)), to: stage.lima)
        #expect(try await accept(ended) == .asked)
        #expect(try await accept("https://bad.example/stamps/1") == .asked)
        #expect(try await accept("\(vera.origin)/stamps/2") == .accepted)
        try await vera.send(vera.activity("Reject", request), to: stage.lima)
        #expect(try await stage.lima.store.read { try $0.post(post.id)?.quote?.state } == .accepted)
    }

    @Test("a quote of something missing, or of what its writer may not see, shows nothing")
    func missing() async throws {
        let stage = try await QuoteStage(network, clock)
        let secret = try await stage.original(.followers)
        let vera = try stranger("https://good.example/users/vera")
        _ = try await stage.follow(vera)
        for (number, uri) in [
            secret.uri, secret.uri.sibling("/posts/1"), try theURI("https://nowhere.example/1"),
        ].enumerated() {
            let note = note(vera, "\(number)", of: uri)
            try await vera.send(vera.activity("Create", note), to: stage.pune)
            let id = try theURI(try #require(note["id"]?.string))
            let sight = try await stage.sight(id, for: stage.chidi, on: stage.pune)
            #expect(sight.state == .asked && sight.post == nil)
        }
        #expect(try await stage.pune.store.read { try $0.postID(secret.uri) } == nil)
    }
}

extension QuoteStage {
    /// Ada and Chidi hear of what a stranger writes.
    fileprivate func follow(_ stranger: Stranger) async throws {
        for (node, person) in [(oslo, ada), (pune, chidi)] {
            let found = try #require(await node.findActor(try theURI(stranger.uri)))
            _ = try await FollowActor(needs: node.needs).follow(found.id, by: person.id)
            try await node.store.write { transaction in
                guard let follow = try transaction.follow(person.id, found.id) else { return }
                try FollowActor.accept(follow, in: transaction)
            }
        }
    }
}
