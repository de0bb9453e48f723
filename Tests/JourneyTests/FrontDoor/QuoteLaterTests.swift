import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Quotes in drafts and scheduled posts, and who may quote what a person writes if they do not say.
@Suite("Quotes for later")
struct QuoteLaterTests {
    let clock = TestClock()
    let network = FakeNetwork()

    func verb(_ node: TestNode) -> KeepDraft { KeepDraft(needs: node.needs, publish: node.publish) }

    /// A draft that quotes a post, for anyone.
    func draft(_ post: Post, by person: Actor, on node: TestNode, in seconds: Double? = 600) async throws
        -> KeptDraft
    {
        var draft = KeptDraft(
            id: node.needs.ids.next(), person: person.id, text: "Look at this later",
            dueAt: seconds.map { clock.now.addingTimeInterval($0) }, createdAt: clock.now)
        draft.audience = .anyone
        let quoted: PostID = try #require(try await node.store.read { try $0.postID(post.uri) })
        draft.quote = quoted
        return draft
    }

    func written(by person: Actor, on node: TestNode) async throws -> [Post] {
        try await node.store.read { try $0.livingPosts(of: person.id) }
    }

    @Test(
        "a scheduled post asks for consent when it is published, not before, and once",
        arguments: [false, true])
    func scheduled(isRemote: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let (node, person) = stage.quoter(isRemote: isRemote)
        let kept = try await verb(node).keep(try await draft(original, by: person, on: node))
        #expect(try await node.store.read { try $0.draft(kept.id, of: person.id) } == kept)
        clock.advance(599)
        try await verb(node).publishDue()
        try await stage.settleAll(restarts: true)
        func told() async throws -> Int {
            try await stage.notifications(of: stage.ada, on: stage.oslo).count { $0.kind == .quote }
        }
        #expect(try await told() == 0)
        #expect(try await written(by: person, on: node).isEmpty)
        clock.advance(1)
        try await verb(node).publishDue()
        // It died before it had crossed the draft off.
        try await node.store.write { try $0.save(kept) }
        try await verb(node).publishDue()
        let posts = try await written(by: person, on: node)
        #expect(posts.count == 1)
        let uri = try #require(posts.first?.uri)
        #expect(posts.first?.quote?.uri == original.uri)
        try await stage.settleAll()
        #expect(try await stage.sights(uri) == [.shown, .shown, .shown])
        #expect(try await told() == 1)
    }

    enum End: CaseIterable, Sendable { case deleted, closed, blocked }

    @Test(
        "what may not be quoted any more when the moment comes is not published: a draft again, with the reason",
        arguments: End.allCases, [false, true])
    func refusedLater(end: End, isRemote: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let (node, person) = stage.quoter(isRemote: isRemote)
        let kept = try await verb(node).keep(try await draft(original, by: person, on: node))
        switch end {
        case .deleted:
            _ = try await Withdraw(needs: stage.oslo.needs).withdraw(original.id, by: stage.ada.id)
        case .closed:
            _ = try await QuotePost(needs: stage.oslo.needs).setPolicy(
                .nobody, of: original.id, by: stage.ada.id)
        case .blocked:
            let found = try #require(try await stage.oslo.store.read { try $0.actorID(person.uri) })
            _ = try await BlockActor(needs: stage.oslo.needs).block(found, by: stage.ada.id)
        }
        try await stage.settleAll()
        clock.advance(600)
        try await verb(node).publishDue()
        #expect(try await written(by: person, on: node).isEmpty)
        var again = try #require(try await node.store.read { try $0.draft(kept.id, of: person.id) })
        #expect(again.dueAt == nil && again.text == kept.text && again.quote == kept.quote)
        let reason =
            end == .closed
            ? "Its author does not want this post to be quoted"
            : "What it answers or quotes is not available any more"
        #expect(again.refusal == reason)
        // Its author hears of it on their pages and in the list of their drafts.
        let door = try FrontDoor(node)
        let caller = try await door.signIn(person)
        #expect(try await door.ask("/", as: caller).body.contains("Drafts: one could not be published"))
        #expect(try await door.ask("/drafts", as: caller).body.contains(reason))
        let json = try await door.ask("/api/hallway/v1/drafts", as: caller).body
        #expect(json.contains("\"refusal\":\"\(reason)\""))
        // The text can still be changed, and published without the quote.
        again.text = "Never mind"
        _ = try await verb(node).keep(again)
        await #expect(throws: Refusal.self) { try await verb(node).publish(kept.id, by: person.id) }
        let done = try await door.ask(
            "/drafts/\(kept.id)", "POST", as: caller, form: "text=Never+mind&unquoted=1&do=publish")
        #expect(done.code == 303 || done.code == 302)
        let posts = try await written(by: person, on: node)
        #expect(posts.map(\.content) == ["<p>Never mind</p>"] && posts.first?.quote == nil)
        #expect(!(try await door.ask("/", as: caller).body.contains("could not be published")))
    }

    @Test(
        "what may not be quoted is not kept for a moment, with the reason; a draft need only see it",
        arguments: [false, true])
    func refusedAtOnce(isRemote: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let (node, person) = stage.quoter(isRemote: isRemote)
        func count() async throws -> Int {
            try await node.store.read {
                try $0.countDrafts(of: person.id, isScheduled: true)
                    + $0.countDrafts(of: person.id, isScheduled: false)
            }
        }
        func refuses(_ draft: KeptDraft, _ refusal: Refusal) async throws {
            await #expect(throws: refusal) { try await verb(node).keep(draft) }
            #expect(try await count() == 0)
        }
        let closed = try await stage.original(.anyone, .nobody)
        try await refuses(
            try await draft(closed, by: person, on: node),
            .notAllowed(because: "Its author does not want this post to be quoted"))
        let open = try await stage.original()
        var bad = try await draft(open, by: person, on: node)
        bad.audience = .direct
        try await refuses(bad, .notAllowed(because: "Others cannot be quoted in a message to a few people"))
        (bad.audience, bad.question) = (.anyone, "Why?")
        try await refuses(bad, .invalid(field: "Quote", because: "goes with a plain post only"))
        (bad.question, bad.quote) = (nil, PostID(12345))
        try await refuses(bad, .notFound("Record"))
        bad.dueAt = nil
        try await refuses(bad, .notFound("Record"))
        let kept = try await verb(node).keep(try await draft(closed, by: person, on: node, in: nil))
        await #expect(throws: Refusal.self) { try await verb(node).publish(kept.id, by: person.id) }
        #expect(try await count() == 1)
        // Oneself one may always quote.
        let own = try await node.publish.publish(Draft(text: "Mine", audience: .direct), by: person.id)
        _ = try await verb(node).keep(try await draft(own, by: person, on: node))
        #expect(try await count() == 2)
    }

    @Test("a scheduled post of a group is published in it, and nowhere else")
    func inGroup() async throws {
        let stage = try await QuoteStage(network, clock)
        var wish = RunGroup.Wish()
        wish.kind = .closed
        let group = try await RunGroup(people: stage.oslo.people).found("lab", wish, by: stage.ada.id)
        var kept = KeptDraft(
            id: stage.oslo.needs.ids.next(), person: stage.ada.id, text: "For the lab",
            dueAt: clock.now + 600, createdAt: clock.now)
        kept.group = group.id
        _ = try await verb(stage.oslo).keep(kept)
        clock.advance(600)
        try await verb(stage.oslo).publishDue()
        let post = try #require(try await written(by: stage.ada, on: stage.oslo).first)
        #expect(post.group == group.id && post.audience == .group(group.id))
    }

    @Test("who may quote is the person's own default where a post does not say, here and elsewhere")
    func defaults() async throws {
        let stage = try await QuoteStage(network, clock)
        let kept = try await verb(stage.oslo).keep(
            KeptDraft(
                id: stage.oslo.needs.ids.next(), person: stage.ada.id, text: "At ten", dueAt: clock.now + 600,
                createdAt: clock.now))
        var changes = People.Changes()
        changes.quotePolicy = .followers
        _ = try await stage.oslo.people.change(stage.ada.id, changes)
        let plain = try await stage.oslo.publish.publish(
            Draft(text: "One", audience: .anyone), by: stage.ada.id)
        let named = try await stage.original(.anyone, .everyone, "Two")
        clock.advance(600)
        try await verb(stage.oslo).publishDue()
        try await stage.settleAll()
        #expect(plain.quotePolicy == .followers && named.quotePolicy == .everyone)
        for node in [stage.oslo, stage.lima] {
            let policy = try await node.store.read { try $0.post(plain.uri)?.quotePolicy }
            #expect(policy == .followers)
        }
        let later = try await written(by: stage.ada, on: stage.oslo).first { $0.content == "<p>At ten</p>" }
        #expect(later?.quotePolicy == .followers)
        #expect(try await stage.oslo.store.read { try $0.draft(kept.id, of: stage.ada.id) } == nil)
        // Carmen follows Ada, Boris does not; a change of the default changes no post.
        changes.quotePolicy = .everyone
        _ = try await stage.oslo.people.change(stage.ada.id, changes)
        await #expect(
            throws: Refusal.notAllowed(because: "Only its author's followers may quote this post")
        ) { try await stage.quote(plain, by: stage.boris, on: stage.oslo) }
        let quoting = try await stage.quote(plain, by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        #expect(try await stage.sights(quoting.uri) == [.shown, .shown, .shown])
    }

    @Test("clients and pages set the default, and schedule a quote, in Mastodon's words")
    func clients() async throws {
        let stage = try await QuoteStage(network, clock)
        let door = try FrontDoor(stage.oslo)
        let (ada, boris) = (try await door.signIn(stage.ada), try await door.signIn(stage.boris))
        func json(
            _ path: String, _ method: String = "GET", as caller: FrontDoor.Caller, _ form: String? = nil
        )
            async throws -> JSONValue
        {
            let reply = try await door.ask(path, method, as: caller, form: form)
            #expect(reply.isGood, "\(path): \(reply.body)")
            return try JSONParser.parse(Array(reply.body.utf8))
        }
        let update = "/api/v1/accounts/update_credentials"
        func policy(_ caller: FrontDoor.Caller) async throws -> [String?] {
            let account = try await json("/api/v1/accounts/verify_credentials", as: caller)
            let preferences = try await json("/api/v1/preferences", as: caller)
            return [
                account["source"]?["quote_policy"]?.string,
                preferences["posting:default:quote_policy"]?.string,
            ]
        }
        #expect(try await policy(ada) == ["public", "public"])
        for word in ["nobody", "followers"] {
            let changed = try await json(update, "PATCH", as: ada, "source[quote_policy]=\(word)")
            #expect(changed["source"]?["quote_policy"]?.string == word)
            #expect(try await policy(ada) == [word, word])
        }
        #expect(try await policy(boris) == ["public", "public"])
        let refused = try await door.ask(update, "PATCH", as: ada, form: "source[quote_policy]=friends")
        #expect(refused.code == 422)
        _ = try await json(update, "PATCH", as: ada, "source[privacy]=direct")
        #expect(try await policy(ada) == ["followers", "followers"])
        let chosen = "<option value=\"followers\" selected>"
        for path in ["/settings", "/"] {
            #expect(try await door.ask(path, as: ada).body.contains(chosen))
        }
        _ = try await door.ask(
            "/settings", "POST", as: ada, form: "display_name=Ada&quote_policy=everyone&audience=public")
        #expect(try await policy(ada) == ["public", "public"])

        let original = try await stage.original()
        let moment = "2027-01-15T09:30:00.000Z"
        let form = "status=Later&quoted_status_id=\(original.id)&quote_approval_policy=nobody"
        let kept = try await json(
            "/api/v1/statuses", "POST", as: boris, "\(form)&scheduled_at=\(moment)")
        let id = try #require(kept["id"]?.string)
        for scheduled in [kept, try await json("/api/v1/scheduled_statuses/\(id)", as: boris)] {
            #expect(scheduled["scheduled_at"]?.string == moment)
            #expect(scheduled["params"]?["quoted_status_id"]?.string == original.id.description)
            #expect(scheduled["params"]?["quote_approval_policy"]?.string == "nobody")
        }
        let draft = try await json("/api/hallway/v1/drafts", "POST", as: boris, form)
        #expect(draft["params"]?["quoted_status_id"]?.string == original.id.description)
        let page = try await door.ask("/drafts", as: boris).body
        #expect(page.contains("The lifts are in") && page.contains("Leave the quoted post out"))
        let status = try await json(
            "/api/hallway/v1/drafts/\(draft["id"]?.string ?? "")/publish", "POST", as: boris)
        #expect(status["quote"]?["state"]?.string == "accepted")
        #expect(status["quote_approval"]?["automatic"] == [])
        let quoting = "/new/quote?post=\(original.id)"
        #expect(try await door.ask(quoting, as: boris).body.contains("name=\"keep\""))
        let formed = try await door.ask(
            "/new/quote", "POST", as: boris,
            form: "post=\(original.id)&text=Someday&audience=public&quote_policy=everyone&keep=yes")
        #expect(formed.head.contains("location: /drafts"))
        let someday = try await json("/api/hallway/v1/drafts", as: boris)
        #expect(someday.array?.first?["params"]?["quoted_status_id"]?.string == original.id.description)
    }
}
