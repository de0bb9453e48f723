import Domain
import Foundation
import Social
@testable import Storage
import Support
import Testing

@Suite("Groups in storage")
struct GroupsTests {
    @Test("settings, memberships, heirs and rules come back as they were kept", arguments: Engine.atHand)
    func roundTrip(engine: Engine) async throws {
        let clock = TestClock()
        let node = try await TestNode(Cast.oslo, network: FakeNetwork(), clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let astrid = try await Cast.welcome("astrid", to: node)
        var wish = RunGroup.Wish()
        (wish.kind, wish.rules, wish.posting) = (.closed, "Be kind", .moderators)
        let group = try await RunGroup(people: node.people).found("design", wish, by: ada.id)
        try await node.store.write { transaction in
            let found = try transaction.group(group.id)
            #expect(found?.kind == .closed && found?.posting == .moderators && found?.rules == "Be kind")
            #expect(found?.rule == nil)
            var first = Membership(
                group: group.id, person: boris.id, state: .member, uri: group.uri, createdAt: clock.now + 1)
            let second = Membership(
                group: group.id, person: astrid.id, role: .guest, state: .member, uri: ada.uri,
                createdAt: clock.now)
            try transaction.save(first)
            try transaction.save(second)
            #expect(try transaction.membership(of: boris.id, in: group.id) == first)
            #expect(try transaction.membership(ada.uri) == second)
            #expect(try transaction.countMembers(of: group.id) == 3)
            // A member before a guest, though the guest came first; a moderator before both.
            #expect(try transaction.heir(of: group.id)?.person == boris.id)
            first.role = .moderator
            try transaction.save(first)
            #expect(try transaction.moderators(of: group.id).map(\.person) == [ada.id, boris.id])
            let page = try transaction.memberships(in: group.id, state: .member, limit: 2)
            let rest = try transaction.memberships(
                in: group.id, state: .member, after: page.last?.person, limit: 2)
            #expect((page + rest).map(\.person) == [ada.id, boris.id, astrid.id])
            #expect(try transaction.deleteMembership(of: astrid.id, in: group.id))
            #expect(try !transaction.deleteMembership(of: astrid.id, in: group.id))

            let rule = Group.Rule(department: "research", office: "")
            #expect(try transaction.newcomers(by: rule, to: group.id) == [astrid.id])
            var automatic = second
            automatic.isAutomatic = true
            try transaction.save(automatic)
            #expect(try transaction.leavers(by: rule, from: group.id).isEmpty)
            let other = Group.Rule(department: "Sales", office: "")
            #expect(try transaction.leavers(by: other, from: group.id) == [astrid.id])
        }
    }

    @Test("lists of groups turn their pages, and hold no secret of others", arguments: Engine.atHand)
    func lists(engine: Engine) async throws {
        let node = try await TestNode(Cast.oslo, network: FakeNetwork(), clock: TestClock(), engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let run = RunGroup(people: node.people)
        for (name, kind) in [("a", Group.Kind.open), ("b", .secret), ("c", .closed)] {
            var wish = RunGroup.Wish()
            wish.kind = kind
            _ = try await run.found(name, wish, by: ada.id)
        }
        try await node.store.read { transaction in
            let first = try transaction.groups(for: ada.id, isMine: true, limit: 2)
            let rest = try transaction.groups(for: ada.id, isMine: true, after: first.last, limit: 2)
            #expect((first + rest).map(\.name) == ["a", "b", "c"])
            #expect(try transaction.groups(for: boris.id, isMine: false).map(\.name) == ["a", "c"])
            #expect(try transaction.groups(for: boris.id, isMine: true).isEmpty)
        }
    }
}
