import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// A recipient takes thanks off the walls: off every wall to which they went (Spec/features/recognition.md §3).
@Suite("Recognitions are hidden everywhere")
struct HiddenRecognitionTests {
    let journey = RecognitionJourneyTests()

    /// Chidi in Pune only follows Ada of Oslo, who thanks others.
    func stage() async throws -> RecognitionJourneyTests.Stage {
        let stage = try await journey.thanksStage()
        let ada = try await stage.id(stage.ada, on: stage.pune)
        _ = try await FollowActor(needs: stage.pune.needs).follow(ada, by: stage.chidi.id)
        try await settle(stage.nodes)
        return stage
    }

    func hide(_ isHidden: Bool, _ post: Post, by person: Actor, on node: TestNode) async throws {
        let id = try #require(try await node.store.read { try $0.postID(post.uri) })
        _ = try await Recognise(needs: node.needs).hide(isHidden, id, by: person.id)
    }

    @Test(
        "a node that only follows the giver hides and shows it too, over a restart and while it was away",
        arguments: [false, true])
    func third(isAway: Bool) async throws {
        let stage = try await stage()
        let post = try await journey.thank([stage.carmen], by: stage.ada, on: stage.oslo, stage)
        let other = try await journey.thank([stage.boris], by: stage.ada, on: stage.oslo, stage)
        try await settle(stage.nodes)
        func wall() async throws -> Set<ObjectURI> {
            Set(try await journey.wall(stage.pune, for: stage.chidi))
        }
        func settleAll() async throws {
            if isAway {
                journey.network.setDown(true, Cast.pune)
                try await settle([stage.oslo, stage.lima])
                journey.network.setDown(false, Cast.pune)
                journey.clock.advance(3600)
            }
            try await settle(stage.nodes) { $0.restart() }
        }
        #expect(try await wall() == [post.uri, other.uri])
        // One recipient elsewhere, one at the giver's own office.
        try await hide(true, post, by: stage.carmen, on: stage.lima)
        try await settleAll()
        #expect(try await wall() == [other.uri])
        try await hide(true, other, by: stage.boris, on: stage.oslo)
        try await settleAll()
        #expect(try await wall().isEmpty)
        let seen = try await stage.pune.store.read { try $0.post(post.uri)?.deletedAt }
        #expect(seen == nil, "it stays what it is")
        try await hide(false, post, by: stage.carmen, on: stage.lima)
        try await hide(false, other, by: stage.boris, on: stage.oslo)
        try await settleAll()
        #expect(try await wall() == [post.uri, other.uri])
        #expect(try await journey.differences(stage).isEmpty)
    }

    @Test("whoever the giver blocks afterwards finds their thanks all the same, and hides them everywhere")
    func blocked() async throws {
        let stage = try await stage()
        let celia = try await Cast.welcome("celia", to: stage.lima)
        let here = try await journey.thank([stage.boris], by: stage.ada, on: stage.oslo, stage, points: 1)
        let there = try await journey.thank([stage.carmen], by: stage.ada, on: stage.oslo, stage, points: 1)
        try await settle(stage.nodes)
        for person in [stage.boris, stage.carmen] {
            let blocked = try await stage.id(person, on: stage.oslo)
            _ = try await BlockActor(needs: stage.oslo.needs).block(blocked, by: stage.ada.id)
        }
        try await settle(stage.nodes)
        #expect(try await journey.wall(stage.pune, for: stage.chidi).count == 2)
        for (post, person, node) in [(here, stage.boris, stage.oslo), (there, stage.carmen, stage.lima)] {
            let id = try await journey.id(post, on: node)
            #expect(try await journey.wall(node, for: person) { $0.recipient = person.id } == [post.uri])
            let tally = try await node.store.read {
                try $0.recognitionTally(of: person.id, for: .person(person.id))
            }
            #expect(tally == RecognitionTally(count: 1, points: 1))
            let door = try FrontDoor(node)
            let caller = try await door.signIn(person)
            let page = try await door.ask("/thanks?person=\(person.id)", as: caller)
            #expect(page.body.contains("You saved the launch"))
            let form = try await door.ask(
                "/recognitions/\(id)/hide", "POST", as: caller, form: "back=/thanks")
            #expect(form.code < 400)
            let answer = try await door.ask("/api/hallway/v1/recognitions/\(id)/hide", "POST", as: caller)
            #expect(answer.isGood && answer.body.contains("You saved the launch"))
        }
        try await settle(stage.nodes)
        for (person, node) in [(stage.ada, stage.oslo), (celia, stage.lima), (stage.chidi, stage.pune)] {
            #expect(try await journey.wall(node, for: person).isEmpty, "\(node.authority)")
        }
    }

    @Test("nobody hides another's thanks: not the giver, not a stranger, not in the recipient's name")
    func forged() async throws {
        let stage = try await stage()
        let post = try await journey.thank([stage.carmen], by: stage.ada, on: stage.oslo, stage)
        try await settle(stage.nodes)
        func stands() async throws -> Bool {
            let (there, here) = (
                try await journey.wall(stage.pune, for: stage.chidi),
                try await journey.wall(stage.oslo, for: stage.boris)
            )
            return there == [post.uri] && here == [post.uri]
        }
        // The giver's node says so, in the giver's name.
        try await stage.oslo.store.write { transaction in
            try transaction.append(.recognitionHidden(post.id, by: stage.ada.id, isHidden: true))
        }
        try await settle(stage.nodes)
        #expect(try await stands())
        let eve = try Stranger(
            "https://away.example/users/eve", on: journey.network, clock: journey.clock)
        let ignore = eve.activity("Ignore", .string(post.uri.string))
        for node in [stage.oslo, stage.pune] {
            try await eve.send(ignore, to: node)
            var forged = try #require(ignore.object)
            forged["actor"] = .string(stage.carmen.uri.string)
            forged["id"] = .string("\(stage.carmen.uri.origin)/activities/1")
            let request = try eve.request(.object(forged), to: node)
            await #expect(throws: Refusal.self) { try await node.receive(request) }
        }
        try await settle(stage.nodes)
        #expect(try await stands())
    }

    @Test("thanks in a group stand on its wall for its members, and are hidden at every member's office")
    func inGroup() async throws {
        let offices = try await GroupStage(.closed)
        let rome = try await offices.addNode("rome.example", to: offices.nodes)
        let olga = try await Cast.welcome("olga", to: rome)
        let nodes = offices.nodes + [rome]
        for (person, node) in [
            (offices.carmen, offices.lima), (offices.chidi, offices.pune), (olga, rome),
        ] {
            try await offices.decide(.invite, about: person, by: offices.ada)
            try await settle(nodes)
            try await offices.join(person, on: node)
            try await settle(nodes)
        }
        var draft = Draft(text: "You saved the launch")
        draft.group = try await offices.group(on: offices.lima)
        let chidi = try #require(await offices.lima.findActor(offices.chidi.uri))
        draft.body = .recognition(Recognition(recipients: [chidi.id], value: "Courage", points: 5))
        let post = try await offices.lima.publish.publish(draft, by: offices.carmen.id)
        try await settle(nodes)
        func wall(_ node: TestNode, _ person: Actor) async throws -> [ObjectURI] {
            let group = try await offices.group(on: node)
            return try await journey.wall(node, for: person) { $0.group = group }
        }
        for (person, node) in [(offices.ada, offices.oslo), (offices.carmen, offices.lima), (olga, rome)] {
            #expect(try await wall(node, person) == [post.uri], "\(node.authority)")
        }
        #expect(try await wall(offices.oslo, offices.boris).isEmpty, "no member")
        // The page lets members choose the group, and shows others neither.
        let door = try FrontDoor(offices.oslo)
        let page = "/thanks?group=\(offices.group.id)"
        let shown = try await door.ask(page, as: door.signIn(offices.ada)).body
        #expect(shown.contains("You saved the launch") && shown.contains("selected>Designers<"))
        let empty = try await door.ask(page, as: door.signIn(offices.boris)).body
        #expect(!empty.contains("You saved the launch") && !empty.contains("Designers"))

        try await hide(true, post, by: offices.chidi, on: offices.pune)
        try await settle(nodes)
        for (person, node) in [(offices.ada, offices.oslo), (offices.carmen, offices.lima), (olga, rome)] {
            #expect(try await wall(node, person).isEmpty, "\(node.authority)")
        }
        try await hide(false, post, by: offices.chidi, on: offices.pune)
        try await settle(nodes)
        for (person, node) in [(offices.ada, offices.oslo), (offices.carmen, offices.lima), (olga, rome)] {
            #expect(try await wall(node, person) == [post.uri], "\(node.authority)")
        }
    }
}
