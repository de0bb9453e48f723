import Domain
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// What search shows of groups, as a page and to apps.
@Suite("Groups: search")
struct GroupSearchTests {
    @Test("search shows groups in a part of their own, to those who may know of them")
    func groups() async throws {
        let stage = try await GroupStage(.secret)
        try await stage.decide(.invite, about: stage.carmen, by: stage.ada)
        try await stage.settleAll()
        try await stage.join(stage.carmen, on: stage.lima)
        try await stage.settleAll()
        var wish = RunGroup.Wish()
        wish.displayName = "Open designers"
        _ = try await RunGroup(people: stage.oslo.people).found("open", wish, by: stage.ada.id)
        for (person, node, found) in [
            (stage.ada, stage.oslo, ["open", "designers"]), (stage.boris, stage.oslo, ["open"]),
            (stage.carmen, stage.lima, ["designers"]), (stage.cesar, stage.lima, []),
        ] {
            let door = try FrontDoor(node)
            let caller = try await door.signIn(person)
            let page = try await door.ask("/search?q=designers", as: caller).body
            let reply = try await door.ask("/api/hallway/v1/search?q=designers", as: caller)
            let groups = try JSONParser.parse(Array(reply.body.utf8))["groups"]?.array ?? []
            #expect(Set(groups.compactMap { $0["username"]?.string }) == Set(found), "\(person.name)")
            #expect(page.contains("<h2>Groups</h2>") == !found.isEmpty, "\(person.name)")
            #expect(page.contains("<b>Designers</b>") == found.contains("designers"), "\(person.name)")
            #expect(!page.contains("<h2>People</h2>"))
        }
    }
}
