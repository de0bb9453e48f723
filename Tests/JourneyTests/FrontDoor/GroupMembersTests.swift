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
}
