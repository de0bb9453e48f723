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

    @Test(
        "what one author agreed to of one quoter is found, and what of it is shown; not what is taken back or gone",
        arguments: Engine.atHand)
    func betweenTwo(engine: Engine) async throws {
        let store = try TestStore(engine)
        try await store.write { transaction in
            for (id, name) in [(1, "ada"), (2, "boris"), (3, "carmen")] {
                try transaction.save(try actor(Int64(id), name, host: nil))
            }
            for (id, author) in [(10, 1), (11, 1), (12, 3)] {
                try transaction.insert(
                    try post(Int64(id), by: Int64(author)), recipients: [], isLocal: true)
            }
            // Boris quotes each of them, and Carmen the first.
            for (id, author, quoted, state) in [
                (20, 2, 10, Quote.State.accepted), (21, 2, 11, .accepted), (22, 2, 12, .accepted),
                (23, 3, 10, .accepted), (24, 2, 10, .asked),
            ] {
                var quoting = try post(Int64(id), by: Int64(author))
                quoting.quote = Quote(
                    uri: try theURI("https://\(Cast.oslo)/posts/\(quoted)"), state: state)
                try transaction.insert(quoting, recipients: [], isLocal: true)
                try transaction.save(
                    Consent(
                        id: ConsentID(Int64(id)), quoted: PostID(Int64(quoted)), quoting: quoting.uri,
                        quoter: ActorID(Int64(author)), createdAt: date))
            }
            func found() throws -> [[Int64]] {
                [
                    try transaction.consents(of: ActorID(1), to: ActorID(2)).map(\.id.raw),
                    try transaction.quotes(by: ActorID(2), of: ActorID(1)).map(\.id.raw),
                ]
            }
            #expect(try found() == [[20, 21, 24], [20, 21]])
            var consent = try #require(try transaction.consent(ConsentID(21)))
            consent.withdrawnAt = date
            try transaction.save(consent)
            try transaction.bury(try #require(try transaction.post(PostID(20))), at: date)
            #expect(try found() == [[20, 24], [21]])
            try transaction.bury(try #require(try transaction.post(PostID(10))), at: date)
            #expect(try found() == [[], [21]])
        }
    }

    @Test(
        "a draft keeps what it quotes, who may quote it and why it was not published",
        arguments: Engine.atHand)
    func drafts(engine: Engine) async throws {
        let store = try TestStore(engine)
        var draft = KeptDraft(id: DraftID(1), person: ActorID(1), text: "Look", createdAt: date)
        try await store.write { [draft] transaction in
            try transaction.save(draft)
            #expect(try transaction.draft(draft.id, of: draft.person) == draft)
            #expect(try !transaction.hasRefusedDraft(of: draft.person))
        }
        (draft.quote, draft.group, draft.quotePolicy) = (PostID(10), ActorID(9), .nobody)
        draft.refusal = "Gone"
        try await store.write { [draft] transaction in
            try transaction.save(draft)
            #expect(try transaction.draft(draft.id, of: draft.person) == draft)
            #expect(try transaction.hasRefusedDraft(of: draft.person))
            #expect(try !transaction.hasRefusedDraft(of: ActorID(2)))
        }
    }

    @Test("a person's own default for quotes is kept with their login", arguments: Engine.atHand)
    func defaults(engine: Engine) async throws {
        let store = try TestStore(engine)
        var login = Login(
            person: ActorID(1), email: "ada@\(Cast.oslo)", passwordHash: "none", isAdministrator: false,
            defaultAudience: .anyone, createdAt: date)
        for policy in [QuotePolicy.everyone, .followers, .nobody, .everyone] {
            login.quotePolicy = policy
            let kept = try await store.write { [login] transaction in
                try transaction.save(login)
                return try transaction.login(of: login.person)
            }
            #expect(kept == login)
        }
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
