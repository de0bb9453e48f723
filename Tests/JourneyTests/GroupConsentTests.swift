import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// People come to groups by their own word, and go by it.
@Suite("Groups: consent")
struct GroupConsentTests {
    @Test("a group of no office makes a member only of who asked here, whatever it says, also after a ban")
    func outside() async throws {
        let stage = try await GroupStage(.open)
        let crooks = try Stranger("https://far.example/crooks", on: stage.network, clock: stage.clock)
        try crooks.serve([("type", "Group"), ("hallway:groupKind", "open"), ("hallway:posting", "members")])
        let group = try #require(await stage.oslo.findActor(try theURI(crooks.uri))).id
        let boris = stage.boris
        func say(_ type: String, _ state: String? = nil) async throws -> Membership.State? {
            let isBan = type == "Block"
            var more: [(String, JSONValue)] = [
                ("target", .string(isBan ? crooks.uri : "\(crooks.uri)/members"))
            ]
            if type == "Add" { more.append(("hallway:role", "member")) }
            if let state { more.append(("hallway:state", .string(state))) }
            try await crooks.send(
                crooks.activity(type, .string(boris.uri.string), more: more), to: stage.oslo)
            return try await stage.oslo.store.read { try $0.membership(of: boris.id, in: group)?.state }
        }
        for _ in 1...3 { #expect(try await say("Add") == .invited) }
        // Nor does it ask in his name.
        #expect(try await say("Add", "asked") == .invited)
        #expect(try await say("Add") == .invited)
        #expect(try await say("Block") == .banned)
        #expect(try await say("Add") != .member)
        #expect(try await say("Remove") == nil)
        #expect(try await say("Add", "asked") == nil)
        #expect(try await say("Add") == .invited)
        _ = try await stage.roster(stage.oslo).join(group, by: boris.id)
        #expect(try await say("Add") == .member)
        #expect(try await say("Add") == .member)
        #expect(try await say("Remove") == nil)
        #expect(try await say("Add") == .invited)
    }

    @Test(
        "whoever unfollows a group has left it, however they came; of an owner's group the next takes over",
        arguments: [false, true])
    func unfollow(isElsewhere: Bool) async throws {
        let stage = try await GroupStage(.open)
        let (person, node) = isElsewhere ? (stage.carmen, stage.lima) : (stage.boris, stage.oslo)
        let group = try await stage.group(on: node)
        let verb = FollowActor(needs: node.needs)
        for isJoining in [false, true] {
            if isJoining {
                try await stage.join(person, on: node)
                try await stage.settleAll()
            }
            _ = try await verb.follow(group, by: person.id)
            try await stage.settleAll()
            #expect(try await stage.state(person, on: node) == .member)
            let relation = try await verb.unfollow(group, by: person.id)
            #expect(!relation.follows)
            try await stage.settleAll()
            #expect(try await stage.state(person, on: node) == nil)
        }
        let post = try await stage.post("Whose is it?", by: stage.ada, on: stage.oslo)
        try await stage.join(person, on: node)
        try await stage.settleAll()
        #expect(try await stage.sees(person, post.uri, on: node))
        let own = FollowActor(needs: stage.oslo.needs)
        _ = try await own.follow(stage.group.id, by: stage.ada.id)
        _ = try await own.unfollow(stage.group.id, by: stage.ada.id)
        try await stage.settleAll()
        #expect(try await stage.membership(stage.ada, on: stage.oslo) == nil)
        #expect(try await stage.membership(person, on: node)?.role == .owner)
        // Another actor is unfollowed as before.
        let other = try await own.unfollow(stage.boris.id, by: stage.ada.id)
        #expect(!other.follows)
    }
}
