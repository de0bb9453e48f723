import Domain
import Foundation
import Storage
import Support
import Testing

@Suite("Quotes")
struct QuotesTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    func actor(_ id: Int64, _ name: String, host: String?) throws -> Actor {
        let uri = try theURI("https://\(host ?? Cast.oslo)/actors/\(id)")
        return Actor(
            id: ActorID(id), uri: uri, kind: .person, name: name, host: host,
            endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: date)
    }

    func post(_ id: Int64, by author: Int64, _ audience: Audience = .anyone) throws -> Post {
        Post(
            id: PostID(id), uri: try theURI("https://\(Cast.oslo)/posts/\(id)"), author: ActorID(author),
            body: .note, content: "<p>\(id)</p>", audience: audience, createdAt: date)
    }

    @Test(
        "a quote is kept with its post, found by its stamp and its request, and gone with it",
        arguments: Engine.atHand)
    func keep(engine: Engine) async throws {
        let store = try TestStore(engine)
        let (ada, boris) = (try actor(1, "ada", host: nil), try actor(2, "boris", host: nil))
        let stamp = try theURI("https://\(Cast.oslo)/consents/1")
        let request = try theURI("https://\(Cast.oslo)/activities/1")
        let original = try post(10, by: 1)
        var quoting = try post(11, by: 2)
        quoting.quotePolicy = .nobody
        quoting.quote = Quote(uri: original.uri, state: .asked)
        quoting.quote?.request = request
        try await store.write { [quoting] transaction in
            for actor in [ada, boris] { try transaction.save(actor) }
            // What quotes may come before what is quoted.
            try transaction.insert(quoting, recipients: [], isLocal: true)
            #expect(try transaction.post(quoting.id)?.quote == quoting.quote)
            try transaction.insert(original, recipients: [], isLocal: true)
            let found = try #require(try transaction.post(quoteRequest: request))
            #expect(found.quote?.post == original.id && found.quote?.author == ada.id)
            #expect(found.quote?.authorURI == ada.uri && found.quotePolicy == .nobody)
            #expect(try transaction.countQuotes(of: [original.id]).isEmpty)
            try transaction.settleQuote(.accepted, stamp: stamp, of: quoting.id)
            #expect(try transaction.posts(quoteStamp: stamp).map(\.id) == [quoting.id])
            #expect(try transaction.countQuotes(of: [original.id, quoting.id]) == [original.id: 1])
            #expect(try transaction.localQuoters(of: original.uri).map(\.post) == [quoting.id])
            // Of a post that quotes nothing there is nothing to settle.
            try transaction.settleQuote(.accepted, stamp: stamp, of: original.id)
            #expect(try transaction.post(original.id)?.quote == nil)
            try transaction.setQuotePolicy(.followers, of: original.id)
            #expect(try transaction.post(original.id)?.quotePolicy == .followers)
            try transaction.bury(try #require(try transaction.post(quoting.id)), at: date)
            #expect(try transaction.countQuotes(of: [original.id]).isEmpty)
            #expect(try transaction.posts(quoteStamp: stamp).isEmpty)
            #expect(try transaction.post(quoteRequest: request) == nil)
        }
    }

    @Test(
        "the list shows each reader what they may see, page by page, and the number tells of no more than everyone may",
        arguments: Engine.atHand)
    func lists(engine: Engine) async throws {
        let store = try TestStore(engine)
        let people = [
            try actor(1, "ada", host: nil), try actor(2, "boris", host: nil), try actor(3, "c", host: nil),
        ]
        let original = try post(10, by: 1)
        try await store.write { transaction in
            for actor in people { try transaction.save(actor) }
            try transaction.insert(original, recipients: [], isLocal: true)
            for (id, audience) in [(20, Audience.anyone), (21, .followers), (22, .anyone)] {
                var quoting = try post(Int64(id), by: 2, audience)
                quoting.quote = Quote(uri: original.uri, state: .accepted)
                try transaction.insert(quoting, recipients: [], isLocal: true)
            }
            var refused = try post(23, by: 2)
            refused.quote = Quote(uri: original.uri, state: .refused)
            try transaction.insert(refused, recipients: [], isLocal: true)
            func list(_ viewer: Viewer, _ page: Page = Page()) throws -> [Int64] {
                try transaction.quotes(of: original, for: viewer, page).map(\.id.raw)
            }
            #expect(try list(.person(ActorID(2))) == [22, 21, 20])
            #expect(try list(.person(ActorID(3))) == [22, 20])
            #expect(try list(.nobody) == [22, 20])
            #expect(try list(.person(ActorID(2)), Page(before: 22, limit: 1)) == [21])
            #expect(try list(.person(ActorID(2)), Page(after: 20, limit: 1)) == [21])
            #expect(try list(.person(ActorID(2)), Page(since: 21)) == [22])
            #expect(try transaction.countQuotes(of: [original.id]) == [original.id: 2])
        }
    }

    @Test("there is one consent to one post's quoting another", arguments: Engine.atHand)
    func consents(engine: Engine) async throws {
        let store = try TestStore(engine)
        let uri = try theURI("https://\(Cast.lima)/posts/1")
        var consent = Consent(
            id: ConsentID(1), quoted: PostID(10), quoting: uri, quoter: ActorID(2), createdAt: date)
        try await store.write { [consent] in try $0.save(consent) }
        consent.withdrawnAt = date + 1
        consent.request = uri
        try await store.write { [consent] transaction in
            try transaction.save(consent)
            #expect(try transaction.consent(ConsentID(1)) == consent)
            #expect(try transaction.consent(to: uri, of: PostID(10)) == consent)
            #expect(try transaction.consent(to: uri, of: PostID(11)) == nil)
            #expect(try transaction.consent(ConsentID(2)) == nil)
        }
        let second = Consent(
            id: ConsentID(2), quoted: PostID(10), quoting: uri, quoter: ActorID(3), createdAt: date)
        await #expect(throws: (any Error).self) { try await store.write { try $0.save(second) } }
    }

    @Test("events of quotes are read back as they were written", arguments: Engine.atHand)
    func events(engine: Engine) async throws {
        let store = try TestStore(engine)
        let uri = try theURI("https://\(Cast.lima)/posts/1")
        let events: [Event] = [
            .quoteAsked(PostID(1)), .quoteAllowed(ConsentID(2)),
            .quoteRefused(ActorID(3), PostID(4), request: uri, quoting: uri.sibling("/posts/2")),
            .quoteSettled(PostID(5)), .quoteWithdrawn(ConsentID(6)),
        ]
        let read = try await store.write { transaction in
            for event in events { try transaction.append(event) }
            return try transaction.events(after: 0).map(\.event)
        }
        #expect(read == events)
    }
}
