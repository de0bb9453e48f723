import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Whoever turns the pages of a group's members comes to all of them, and to an end.
@Suite("Groups: pages of members")
struct GroupMembersTests {
    @Test("links lead through the members to their end, and back to nobody for ever")
    func links() async throws {
        let stage = try await GroupStage(.open)
        try await stage.join(stage.boris, on: stage.oslo)
        let door = try FrontDoor(stage.oslo)
        let caller = try await door.signIn(stage.ada)
        func names(_ path: String, _ word: String) async throws -> [String] {
            var (next, found, turned): (String?, [String], Int) = (path, [], 0)
            while let path = next, turned < 10 {
                let reply = try await door.ask(path, as: caller)
                #expect(reply.isGood, "\(path): \(reply.body)")
                let page = try JSONParser.parse(Array(reply.body.utf8)).array ?? []
                found += page.compactMap { $0["account"]?["username"]?.string }
                next = reply.link(word)
                turned += 1
            }
            #expect(turned < 10, "it ends")
            return found
        }
        let path = "/api/hallway/v1/groups/\(stage.group.id)/members?limit=1"
        let down = try await names(path, "next")
        #expect(down.sorted() == ["ada", "boris"])
        let first = try await door.ask(path, as: caller)
        let second = try #require(first.link("next"))
        let up = try await names(second, "prev")
        #expect(up.count == 1, "\(up)")
    }

    @Test("of two hundred and five members the page shows the owner first, and leads to the last")
    func page() async throws {
        let stage = try await GroupStage(.open)
        let (group, now) = (stage.group.id, stage.clock.now)
        try await stage.oslo.store.write { transaction in
            for id: Int64 in 1...204 {
                let uri = try theURI("https://\(Cast.oslo)/actors/\(id)")
                try transaction.save(
                    Actor(
                        id: ActorID(id), uri: uri, kind: .person, name: "member\(id)", host: nil,
                        endpoints: .init(inbox: uri.sibling("/inbox")), createdAt: now))
                try transaction.save(
                    Membership(
                        group: group, person: ActorID(id), state: .member, uri: uri.sibling("/joins/\(id)"),
                        createdAt: now))
            }
        }
        let door = try FrontDoor(stage.oslo)
        let caller = try await door.signIn(stage.ada)
        var (path, bodies): (String?, [String]) = ("/groups/\(group)?tab=members", [])
        while let asked = path, bodies.count < 5 {
            let reply = try await door.ask(asked, as: caller)
            #expect(reply.isGood, "\(asked): \(reply.body)")
            bodies.append(reply.body)
            path = reply.body.firstMatch(of: /\/groups\/[0-9]+\?tab=members[^"]*after=[0-9]+/)
                .map { String($0.output).replacing("&amp;", with: "&") }
        }
        let owners = bodies.map { $0.ranges(of: "<span class=\"tag\">Owner</span>").count }
        let (once, all) = ([1, 0], bodies.joined())
        #expect(owners == once)
        let names = all.matches(of: />@(member[0-9]+)/).map { String($0.output.1) }
        #expect(Set(names).count == 204)
    }
}
