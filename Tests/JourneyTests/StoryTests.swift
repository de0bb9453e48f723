import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// One story from end to end, over nodes that crash between any two of their steps.
@Suite("A post travels")
struct StoryTests: Journey {
    let clock = TestClock()
    let network = FakeNetwork()

    struct Stage {
        var oslo: TestNode
        var lima: TestNode
        var ada: Actor
        var carmen: Actor
        /// Carmen as Oslo knows her, Ada as Lima does.
        var carmenInOslo: Actor
        var adaInLima: Actor
    }

    /// Ada in Oslo and Carmen in Lima follow each other.
    func stage(restarts: Bool) async throws -> Stage {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let carmen = try await Cast.welcome("carmen", to: lima)
        let carmenInOslo = try #require(await oslo.find(try theHandle("carmen@\(Cast.lima)")))
        let adaInLima = try #require(await lima.find(try theHandle("ada@\(Cast.oslo)")))
        _ = try await FollowActor(needs: oslo.needs).follow(carmenInOslo.id, by: ada.id)
        _ = try await FollowActor(needs: lima.needs).follow(adaInLima.id, by: carmen.id)
        try await settle([oslo, lima]) { if restarts { $0.restart() } }
        return Stage(
            oslo: oslo, lima: lima, ada: ada, carmen: carmen, carmenInOslo: carmenInOslo, adaInLima: adaInLima
        )
    }

    func home(_ person: ActorID, on node: TestNode) async throws -> [Post] {
        try await node.store.read { try $0.timeline(.home, for: .person(person), Page(limit: 40)) }
    }

    func kinds(_ person: ActorID, on node: TestNode) async throws -> Set<Domain.Notification.Kind> {
        Set(try await node.store.read { try $0.notifications(of: person, Page(limit: 40)).map(\.kind) })
    }

    @Test(
        "follow, post, reply, edit, like, boost and delete reach the other office", arguments: [false, true])
    func story(restarts: Bool) async throws {
        let stage = try await stage(restarts: restarts)
        let (oslo, lima) = (stage.oslo, stage.lima)
        func settleAll() async throws { try await settle([oslo, lima]) { if restarts { $0.restart() } } }
        let relation = try await oslo.store.read {
            try $0.relation(of: stage.ada.id, to: stage.carmenInOslo.id)
        }
        #expect(relation.follows && relation.isFollowedBy && !relation.hasAsked)

        let post = try await oslo.post("Hello @carmen@\(Cast.lima) #first", by: stage.ada, for: .anyone)
        try await settleAll()
        let received = try #require(try await home(stage.carmen.id, on: lima).first)
        #expect(received.uri == post.uri && received.tags == ["first"])
        #expect(received.mentions.map(\.actor) == [stage.carmen.id])
        #expect(try await kinds(stage.carmen.id, on: lima).isSuperset(of: [.mention, .follow]))

        let reply = try await lima.post(
            "Hello @ada@\(Cast.oslo)", by: stage.carmen, for: .anyone, answering: received.id)
        _ = try await LikePost(needs: lima.needs).like(received.id, by: stage.carmen.id)
        _ = try await PassOn(needs: lima.needs).passOn(received.id, by: stage.carmen.id)
        try await settleAll()
        let own = try #require(try await oslo.store.read { try $0.post(post.id) })
        #expect(own.counts.replies == 1 && own.counts.likes == 1 && own.counts.announces == 1)
        #expect(try await kinds(stage.ada.id, on: oslo).isSuperset(of: [.mention, .like, .announce]))
        let thread = try await oslo.store.read { try $0.descendants(of: own, for: .person(stage.ada.id)) }
        #expect(thread.map(\.uri) == [reply.uri])

        clock.advance(60)
        _ = try await oslo.edit.edit(post.id, to: Draft(text: "Hello again"), by: stage.ada.id)
        try await settleAll()
        let edited = try #require(try await lima.store.read { try $0.post(post.uri) })
        #expect(edited.content == "<p>Hello again</p>" && edited.editedAt != nil)
        #expect(try await lima.store.read { try $0.editions(of: edited.id).count } == 1)

        _ = try await LikePost(needs: lima.needs).unlike(edited.id, by: stage.carmen.id)
        _ = try await PassOn(needs: lima.needs).takeBack(edited.id, by: stage.carmen.id)
        try await settleAll()
        let after = try #require(try await oslo.store.read { try $0.post(post.id) })
        #expect(after.counts.likes == 0 && after.counts.announces == 0)

        _ = try await Withdraw(needs: oslo.needs).withdraw(post.id, by: stage.ada.id)
        try await settleAll()
        #expect(try await lima.store.read { try $0.post(post.uri)?.deletedAt } != nil)
        #expect(try await home(stage.carmen.id, on: lima).allSatisfy { $0.uri != post.uri })
        #expect(try await lima.store.read { try $0.countDeliveries(.waiting) } == 0)
    }

    @Test("the same story with both people in one office")
    func sameOffice() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo)
        let astrid = try await Cast.welcome("astrid", to: oslo)
        _ = try await FollowActor(needs: oslo.needs).follow(ada.id, by: astrid.id)
        let post = try await oslo.post("Hi @astrid", by: ada, for: .organisation)
        try await settle([oslo])
        #expect(try await home(astrid.id, on: oslo).map(\.id) == [post.id])
        let reply = try await oslo.publish.publish(Draft(text: "Hi @ada", replyTo: post.id), by: astrid.id)
        _ = try await LikePost(needs: oslo.needs).like(post.id, by: astrid.id)
        try await settle([oslo])
        #expect(try await kinds(ada.id, on: oslo) == [.follow, .mention, .like])
        #expect(reply.thread == post.thread)
        _ = try await Withdraw(needs: oslo.needs).withdraw(post.id, by: ada.id)
        try await settle([oslo])
        #expect(try await home(astrid.id, on: oslo).map(\.id) == [reply.id])
    }

    @Test("after an hour without a line both offices have everything once, in the author's order")
    func outage() async throws {
        let stage = try await stage(restarts: false)
        network.setDown(true, Cast.lima)
        var written: [ObjectURI] = []
        for number in 0..<12 {
            written.append(
                try await stage.oslo.publish.publish(
                    Draft(text: "Number \(number)", audience: .followers), by: stage.ada.id
                ).uri)
            clock.advance(300)
            try await settle([stage.oslo, stage.lima])
        }
        #expect(try await home(stage.carmen.id, on: stage.lima).isEmpty)
        network.setDown(false, Cast.lima)
        // Lima speaks first: Oslo hears that the line is back and does not wait out its pause.
        try await stage.lima.post("We are back", by: stage.carmen, for: .followers)
        for _ in 0..<4 {
            try await settle([stage.lima, stage.oslo])
            clock.advance(900)
        }
        let seen = try await home(stage.carmen.id, on: stage.lima).filter { $0.author == stage.adaInLima.id }
        #expect(seen.map(\.uri) == written.reversed())
        #expect(try await stage.oslo.store.read { try $0.countDeliveries(.waiting) } == 0)
    }

    @Test("a locked person decides who follows")
    func locked() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: oslo, isLocked: true)
        let carmen = try await Cast.welcome("carmen", to: lima)
        let adaInLima = try #require(await lima.find(try theHandle("ada@\(Cast.oslo)")))
        _ = try await FollowActor(needs: lima.needs).follow(adaInLima.id, by: carmen.id)
        try await settle([lima, oslo])
        let asking = try #require(
            try await oslo.store.read { try $0.followers(of: ada.id, state: .asked) }.first)
        #expect(try await kinds(ada.id, on: oslo) == [.followAsked])
        _ = try await FollowActor(needs: oslo.needs).accept(asking, by: ada.id)
        try await settle([oslo, lima])
        #expect(try await lima.store.read { try $0.isFollowing(carmen.id, adaInLima.id) })
    }

    @Test("what the register told of a person stays when their own node tells of another name")
    func contacts() async throws {
        let stage = try await stage(restarts: false)
        var known = stage.adaInLima
        known.work.contacts = [.init(kind: .telephone, value: "+47 22 33 44 55", reach: .organisation)]
        try await stage.lima.store.write { [known] in try $0.save(known) }
        var changes = People.Changes()
        changes.displayName = "Ada L."
        _ = try await stage.oslo.people.change(stage.ada.id, changes)
        try await settle([stage.oslo, stage.lima])
        let id = known.id
        let told = try #require(try await stage.lima.store.read { try $0.actor(id) })
        #expect(told.displayName == "Ada L." && told.work.contacts == known.work.contacts)
    }

    @Test("a block ends what was, and its end reaches the other office too")
    func blocks() async throws {
        let stage = try await stage(restarts: false)
        _ = try await BlockActor(needs: stage.oslo.needs).block(stage.carmenInOslo.id, by: stage.ada.id)
        try await settle([stage.oslo, stage.lima])
        let blocked = try await stage.lima.store.read {
            try $0.relation(of: stage.carmen.id, to: stage.adaInLima.id)
        }
        #expect(blocked.isBlockedBy && !blocked.follows && !blocked.isFollowedBy)
        _ = try await BlockActor(needs: stage.oslo.needs).unblock(stage.carmenInOslo.id, by: stage.ada.id)
        try await settle([stage.oslo, stage.lima])
        let free = try await stage.lima.store.read {
            try $0.relation(of: stage.carmen.id, to: stage.adaInLima.id)
        }
        #expect(!free.isBlockedBy)
    }

    @Test("a direct answer goes to those it names and to nobody else (N97)")
    func directReply() async throws {
        let stage = try await stage(restarts: false)
        let astrid = try await Cast.welcome("astrid", to: stage.oslo)
        let post = try await stage.lima.post("To all", by: stage.carmen, for: .anyone)
        try await settle([stage.lima, stage.oslo])
        let received = try await id(post, on: stage.oslo)
        let secret = try await stage.oslo.post(
            "@astrid only you", by: stage.ada, for: .direct, answering: received)
        try await settle([stage.oslo, stage.lima])
        #expect(try await stage.lima.store.read { try $0.postID(secret.uri) } == nil)
        #expect(try await home(astrid.id, on: stage.oslo).isEmpty)
        #expect(try await kinds(astrid.id, on: stage.oslo) == [.mention])
    }

    @Test("missing parents and the rest of a thread are fetched (FEP-7888, FEP-f228)")
    func threads() async throws {
        let stage = try await stage(restarts: false)
        let pune = try await TestNode(Cast.pune, network: network, clock: clock)
        let chidi = try await Cast.welcome("chidi", to: pune)
        let root = try await stage.oslo.post("Root", by: stage.ada, for: .anyone)
        try await settle([stage.oslo, stage.lima])
        let inLima = try await id(root, on: stage.lima)
        try await pune.follow("carmen@\(Cast.lima)", by: chidi)
        try await settle([pune, stage.lima, stage.oslo])
        let answer = try await stage.lima.post("Answer", by: stage.carmen, for: .anyone, answering: inLima)
        try await settle([stage.lima, stage.oslo, pune])
        // Pune follows Carmen alone, and has the post that she answered.
        let inPune = try #require(try await pune.store.read { try $0.post(answer.uri) })
        let above = try await pune.store.read { try $0.ancestors(of: inPune, for: .person(chidi.id)) }
        #expect(above.map(\.uri) == [root.uri])
        // Another answer that Pune was never sent is found in the thread's own collection.
        let second = try await stage.oslo.post("More", by: stage.ada, for: .anyone, answering: root.id)
        try await settle([stage.oslo, stage.lima])
        await Threads(world: pune.world).backfill(inPune)
        #expect(try await pune.store.read { try $0.postID(second.uri) } != nil)
    }
}
