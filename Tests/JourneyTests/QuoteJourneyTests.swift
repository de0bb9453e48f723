import Domain
@testable import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Ada writes in Oslo; Boris there and Carmen in Lima quote her; Chidi in Pune follows both of them, and Carmen her
/// colleagues in Oslo.
struct QuoteStage {
    var oslo: TestNode
    var lima: TestNode
    var pune: TestNode
    var ada: Actor
    var boris: Actor
    var carmen: Actor
    var chidi: Actor

    init(_ network: FakeNetwork, _ clock: TestClock) async throws {
        oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        lima = try await TestNode(Cast.lima, network: network, clock: clock)
        pune = try await TestNode(Cast.pune, network: network, clock: clock)
        ada = try await Cast.welcome("ada", to: oslo)
        boris = try await Cast.welcome("boris", to: oslo)
        carmen = try await Cast.welcome("carmen", to: lima)
        chidi = try await Cast.welcome("chidi", to: pune)
        for handle in ["ada@\(Cast.oslo)", "boris@\(Cast.oslo)"] {
            try await follow(handle, by: carmen, on: lima)
        }
        for handle in ["boris@\(Cast.oslo)", "carmen@\(Cast.lima)"] {
            try await follow(handle, by: chidi, on: pune)
        }
        try await settleAll()
    }

    var nodes: [TestNode] { [oslo, lima, pune] }

    func settleAll(restarts: Bool = false) async throws {
        try await settle(nodes) { if restarts { $0.restart() } }
    }

    func follow(_ handle: String, by person: Actor, on node: TestNode) async throws {
        let handle = try theHandle(handle)
        let own = try await node.store.read {
            handle.host == node.authority ? try $0.localActor(named: handle.name) : nil
        }
        let found = if let own { own } else { try #require(await node.find(handle)) }
        _ = try await FollowActor(needs: node.needs).follow(found.id, by: person.id)
    }

    /// Ada's post, everywhere it goes.
    func original(
        _ audience: Audience = .anyone, _ policy: QuotePolicy = .everyone, _ text: String = "The lifts are in"
    ) async throws -> Post {
        var draft = Draft(text: text, audience: audience)
        draft.quotePolicy = policy
        let post = try await oslo.publish.publish(draft, by: ada.id)
        try await settleAll()
        return post
    }

    /// Who quotes: Boris in the same office, or Carmen in another.
    func quoter(isRemote: Bool) -> (TestNode, Actor) { isRemote ? (lima, carmen) : (oslo, boris) }

    func quote(_ post: Post, by person: Actor, on node: TestNode, audience: Audience = .anyone) async throws
        -> Post
    {
        var draft = Draft(text: "Look at this", audience: audience)
        let quoted: PostID = try #require(try await node.store.read { try $0.postID(post.uri) })
        draft.quote = quoted
        return try await node.publish.publish(draft, by: person.id)
    }

    /// What a reader is shown of a quoting post.
    func sight(_ uri: ObjectURI, for person: Actor, on node: TestNode) async throws -> QuoteSight {
        try #require(
            try await node.store.read { transaction in
                guard let post = try transaction.post(uri) else { return nil }
                return try QuoteSight.read([post], for: .person(person.id), in: transaction)[post.id]
            })
    }

    func states(_ uri: ObjectURI) async throws -> [Quote.State?] {
        var states: [Quote.State?] = []
        for node in nodes { states.append(try await node.store.read { try $0.post(uri)?.quote?.state }) }
        return states
    }

    /// What people see of it in Oslo, Lima and Pune.
    func sights(_ uri: ObjectURI) async throws -> [QuoteSight.State] {
        var sights: [QuoteSight.State] = []
        for (node, person) in [(oslo, ada), (lima, carmen), (pune, chidi)] {
            sights.append(try await sight(uri, for: person, on: node).state)
        }
        return sights
    }

    func notifications(of person: Actor, on node: TestNode) async throws -> [Domain.Notification] {
        try await node.store.read { try $0.notifications(of: person.id, Page(limit: 40)) }
    }
}

@Suite("Quotes travel")
struct QuoteJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    /// Everything that was sent to a node is sent again.
    func repeatAll() async throws {
        for request in network.sent where request.method == "POST" { _ = try? await network.send(request) }
    }

    @Test(
        "a quote with consent is shown in every office, whoever quotes, once, and its author is told",
        arguments: [false, true], [false, true])
    func consent(isRemote: Bool, restarts: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let (node, person) = stage.quoter(isRemote: isRemote)
        let post = try await stage.quote(original, by: person, on: node)
        #expect(post.quote?.state == (isRemote ? .asked : .accepted))
        try await stage.settleAll(restarts: restarts)
        #expect(try await stage.states(post.uri) == [.accepted, .accepted, .accepted])
        #expect(try await stage.sights(post.uri) == [.shown, .shown, .shown])
        let shown = try await stage.sight(post.uri, for: stage.chidi, on: stage.pune)
        #expect(shown.post?.uri == original.uri && shown.post?.content == "<p>The lifts are in</p>")
        let received = try #require(try await stage.pune.store.read { try $0.post(post.uri) })
        #expect(received.content == "<p>Look at this</p>")
        func count() async throws -> Int? {
            try await stage.oslo.store.read { try $0.countQuotes(of: [original.id])[original.id] }
        }
        func told() async throws -> [Domain.Notification.Kind] {
            try await stage.notifications(of: stage.ada, on: stage.oslo).map(\.kind)
                .filter { $0 == .quote || $0 == .mention }
        }
        #expect(try await count() == 1)
        #expect(try await told() == [.quote])
        try await repeatAll()
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.accepted, .accepted, .accepted])
        #expect(try await count() == 1)
        #expect(try await told() == [.quote])
    }

    @Test("who quotes themself needs no consent, also of a post that nobody else may quote")
    func ownPosts() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original(.followers, .nobody)
        let post = try await stage.quote(original, by: stage.ada, on: stage.oslo)
        try await stage.settleAll()
        let copy = try #require(try await stage.lima.store.read { try $0.post(post.uri)?.quote })
        #expect(copy.state == .accepted && copy.stamp == nil)
        // Carmen follows Ada; Boris does not.
        #expect(try await stage.sight(post.uri, for: stage.carmen, on: stage.lima).state == .shown)
        let forBoris = try await stage.sight(post.uri, for: stage.boris, on: stage.oslo)
        #expect(forBoris.state == .unavailable && forBoris.post == nil)
    }

    @Test(
        "what its author does not want quoted is not, with the reason, and nothing is changed",
        arguments: [false, true])
    func forbidden(isRemote: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let (node, person) = stage.quoter(isRemote: isRemote)
        func refuses(_ post: Post, _ refusal: Refusal) async throws {
            let before = try await node.store.read { try $0.countPosts(localOnly: true) }
            await #expect(throws: refusal) { try await stage.quote(post, by: person, on: node) }
            #expect(try await node.store.read { try $0.countPosts(localOnly: true) } == before)
        }
        let nobody = try await stage.original(.anyone, .nobody)
        try await refuses(nobody, .notAllowed(because: "Its author does not want this post to be quoted"))
        let direct = try await stage.original(
            .direct, .everyone, isRemote ? "@carmen@\(Cast.lima) secret" : "@boris secret")
        try await refuses(
            direct, .notAllowed(because: "Only posts that everyone may read can be quoted by others"))
        let followers = try await stage.original(.anyone, .followers)
        if isRemote {
            let found = try #require(await stage.lima.find(try theHandle("ada@\(Cast.oslo)")))
            _ = try await FollowActor(needs: stage.lima.needs).unfollow(found.id, by: person.id)
            try await stage.settleAll()
        }
        try await refuses(followers, .notAllowed(because: "Only its author's followers may quote this post"))
        try await stage.follow("ada@\(Cast.oslo)", by: person, on: node)
        try await stage.settleAll()
        let post = try await stage.quote(followers, by: person, on: node)
        try await stage.settleAll()
        #expect(try await stage.sights(post.uri).first == .shown)
    }

    @Test("a post that is missing, a message to a few, a poll: each refused with its reason")
    func badDrafts() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        var draft = Draft(text: "Look", audience: .anyone)
        draft.quote = PostID(12345)
        let missing = draft
        await #expect(throws: Refusal.notFound("Record")) {
            try await stage.oslo.publish.publish(missing, by: stage.boris.id)
        }
        draft.quote = original.id
        draft.audience = .direct
        let message = draft
        await #expect(
            throws: Refusal.notAllowed(because: "Others cannot be quoted in a message to a few people")
        ) { try await stage.oslo.publish.publish(message, by: stage.boris.id) }
        draft.audience = .anyone
        draft.body = .poll(Poll(options: []))
        let poll = draft
        await #expect(throws: Refusal.self) {
            try await stage.oslo.publish.publish(poll, by: stage.boris.id)
        }
        #expect(try await stage.oslo.store.read { try $0.consent(ConsentID(1)) } == nil)
        #expect(try await stage.notifications(of: stage.ada, on: stage.oslo).allSatisfy { $0.kind != .quote })
    }

    @Test("a no that comes after the question is heard everywhere, and the text stays")
    func refusedLater() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        network.setDown(true, Cast.lima)
        _ = try await QuotePost(needs: stage.oslo.needs).setPolicy(.nobody, of: original.id, by: stage.ada.id)
        try await stage.settleAll()
        // Lima has not heard of it.
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        network.setDown(false, Cast.lima)
        clock.advance(7200)
        try await stage.settleAll()
        #expect(try await stage.states(post.uri).dropFirst() == [.refused, .refused])
        #expect(try await stage.sight(post.uri, for: stage.carmen, on: stage.lima).state == .refused)
        #expect(try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).post == nil)
        #expect(try await stage.notifications(of: stage.ada, on: stage.oslo).allSatisfy { $0.kind != .quote })
        let kept = try #require(try await stage.pune.store.read { try $0.post(post.uri) })
        #expect(kept.content == "<p>Look at this</p>" && kept.deletedAt == nil)
        let policy = try await stage.lima.store.read { try $0.post(original.uri)?.quotePolicy }
        #expect(policy == .nobody)
        let terms = try #require(try await stage.lima.store.read { try $0.post(original.uri)?.quoteTerms })
        #expect(terms.answer(to: stage.carmen.id) { _ in true } == .no)
    }

    @Test(
        "consent that is taken back takes the quote away in every office, for good, and leaves the post",
        arguments: [false, true], [false, true])
    func withdraw(isRemote: Bool, isOutage: Bool) async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let (node, person) = stage.quoter(isRemote: isRemote)
        let post = try await stage.quote(original, by: person, on: node)
        try await stage.settleAll()
        let quoting = try #require(try await stage.oslo.store.read { try $0.postID(post.uri) })
        let verb = QuotePost(needs: stage.oslo.needs)
        await #expect(throws: Refusal.self) {
            try await verb.withdraw(quoting, of: original.id, by: stage.boris.id)
        }
        #expect(try await stage.sights(post.uri) == [.shown, .shown, .shown])
        if isOutage { network.setDown(true, Cast.pune) }
        for _ in 1...2 { _ = try await verb.withdraw(quoting, of: original.id, by: stage.ada.id) }
        try await stage.settleAll(restarts: true)
        if isOutage {
            #expect(try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).state == .shown)
            network.setDown(false, Cast.pune)
            clock.advance(7200)
            try await stage.settleAll()
        }
        #expect(try await stage.states(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        #expect(try await stage.sights(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        // An old Accept, an old Update: sent again they bring nothing back.
        try await repeatAll()
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        let kept = try #require(try await stage.pune.store.read { try $0.post(post.uri) })
        #expect(kept.deletedAt == nil && kept.content == "<p>Look at this</p>")
        #expect(try await stage.notifications(of: stage.ada, on: stage.oslo).allSatisfy { $0.kind != .quote })
        #expect(try await stage.oslo.store.read { try $0.countQuotes(of: [original.id]) }.isEmpty)
        // The stamp is gone too.
        let stamp = try #require(
            try await stage.oslo.store.read { transaction in
                try transaction.consent(to: post.uri, of: original.id).map {
                    stage.oslo.needs.addresses.consent($0.id)
                }
            })
        await #expect(throws: ExchangeFault.answered(404)) {
            try await Fetch(world: stage.pune.world).object(stamp)
        }
    }

    @Test("the quoting office passes the end of consent on, as it came, to the offices that have the post")
    func passedOn() async throws {
        let stage = try await QuoteStage(network, clock)
        for node in stage.nodes {
            for other in stage.nodes where other.authority != node.authority {
                try await node.admit(other.authority)
            }
        }
        let original = try await stage.original(.organisation)
        let post = try await stage.quote(
            original, by: stage.carmen, on: stage.lima, audience: .organisation)
        try await stage.settleAll()
        #expect(try await stage.sights(post.uri) == [.shown, .shown, .shown])
        let before = network.sent.count
        let quoting = try #require(try await stage.oslo.store.read { try $0.postID(post.uri) })
        _ = try await QuotePost(needs: stage.oslo.needs).withdraw(
            quoting, of: original.id, by: stage.ada.id)
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.withdrawn, .withdrawn, .withdrawn])
        let consent = try #require(
            try await stage.oslo.store.read { try $0.consent(to: post.uri, of: original.id) })
        let stamp = stage.oslo.needs.addresses.consent(consent.id).string
        let toPune = network.sent[before...].filter { $0.method == "POST" && $0.url.authority == Cast.pune }
            .map { String(decoding: $0.body, as: UTF8.self) }
        #expect(toPune.contains { $0.contains("\"Delete\"") && $0.contains(stamp) })
    }

    @Test("a deleted post is shown in no quote")
    func deleted() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        _ = try await Withdraw(needs: stage.oslo.needs).withdraw(original.id, by: stage.ada.id)
        try await stage.settleAll()
        #expect(try await stage.sight(post.uri, for: stage.carmen, on: stage.lima).state == .deleted)
        #expect(try await stage.sight(post.uri, for: stage.carmen, on: stage.lima).post == nil)
    }

    @Test("an office that could not ask shows nothing, and asks again when the post is opened")
    func outage() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        // Lima has its answer before Pune hears of the post, and then Oslo is away.
        try await settle([stage.oslo, stage.lima])
        network.setDown(true, Cast.oslo)
        let first = try #require(try await stage.lima.store.read { try $0.post(post.uri)?.quote })
        #expect(first.state == .accepted)
        try await settle([stage.lima, stage.pune])
        #expect(try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).post == nil)
        let threads = Threads(world: stage.pune.world)
        func open() async throws -> QuoteSight.State {
            let post = try #require(try await stage.pune.store.read { try $0.post(post.uri) })
            await threads.backfill(post)
            return try await stage.sight(post.uri, for: stage.chidi, on: stage.pune).state
        }
        #expect(try await open() == .asked)
        network.setDown(false, Cast.oslo)
        // Not again at once.
        #expect(try await open() == .asked)
        clock.advance(600)
        #expect(try await open() == .shown)
        // Pune does not hear that it is taken back.
        network.setDown(true, Cast.pune)
        let quoting = try #require(try await stage.oslo.store.read { try $0.postID(post.uri) })
        _ = try await QuotePost(needs: stage.oslo.needs).withdraw(
            quoting, of: original.id, by: stage.ada.id)
        try await stage.settleAll()
        network.setDown(false, Cast.pune)
        clock.advance(600)
        #expect(try await open() == .withdrawn)
    }

    @Test("whoever quoted a post hears that it was changed")
    func edited() async throws {
        let stage = try await QuoteStage(network, clock)
        let original = try await stage.original()
        let post = try await stage.quote(original, by: stage.carmen, on: stage.lima)
        try await stage.settleAll()
        clock.advance(60)
        _ = try await stage.oslo.edit.edit(
            original.id, to: Draft(text: "The lifts are out"), by: stage.ada.id)
        try await stage.settleAll()
        let told = try await stage.notifications(of: stage.carmen, on: stage.lima)
            .filter { $0.kind == .quotedEdit }
        #expect(told.map(\.post) == [post.id])
        let shown = try await stage.sight(post.uri, for: stage.carmen, on: stage.lima)
        #expect(shown.post?.content == "<p>The lifts are out</p>")
        // The quote survives an edit of the quoting post.
        _ = try await stage.lima.edit.edit(post.id, to: Draft(text: "Look again"), by: stage.carmen.id)
        try await stage.settleAll()
        #expect(try await stage.states(post.uri) == [.accepted, .accepted, .accepted])
    }
}
