import Domain
import Federation
import Foundation
import Social
import Storage
import Support
import Testing

/// Members by what they are, of another office, as the register tells it (Spec/features/group.md §2).
@Suite("Groups: by rule, in step with the register")
struct GroupRuleJourneyTests {
    /// What became of someone who came by the rule.
    enum Path: CaseIterable {
        case member, moderator, moderatorOnce, owner
    }

    struct Stage {
        let offices: GroupStage
        let register: RegisterStage

        /// What the register says, read once by each office; then everything that follows.
        func synchronise() async throws {
            for node in [offices.lima, offices.pune, offices.oslo] { try await register.synchronise(node) }
        }

        func move(_ person: Actor, to department: String, on node: TestNode) async throws {
            var changes = People.Changes()
            var work = WorkProfile()
            work.department = department
            changes.work = work
            _ = try await node.people.change(person.id, changes)
        }
    }

    /// A closed group of Oslo for everyone in Sales, Carmen of Lima among them.
    func stage() async throws -> Stage {
        let offices = try await GroupStage(.closed)
        let stage = Stage(
            offices: offices,
            register: try await RegisterStage(network: offices.network, clock: offices.clock))
        try await stage.register.found(offices.nodes)
        var wish = RunGroup.Wish()
        wish.rule = Group.Rule(department: "Sales", office: "")
        _ = try await RunGroup(people: offices.oslo.people).change(
            offices.group.id, wish, by: offices.ada.id)
        return stage
    }

    @Test(
        "whoever came by the rule goes by it, in one reading of the register, whatever they did in between",
        arguments: Path.allCases)
    func leaves(path: Path) async throws {
        let stage = try await stage()
        let offices = stage.offices
        try await stage.move(offices.carmen, to: "Sales", on: offices.lima)
        try await stage.synchronise()
        try await offices.settleAll()
        #expect(try await offices.state(offices.carmen, on: offices.lima) == .member)
        switch path {
        case .member: break
        case .moderator: try await offices.decide(.role(.moderator), about: offices.carmen, by: offices.ada)
        case .moderatorOnce:
            try await offices.decide(.role(.moderator), about: offices.carmen, by: offices.ada)
            try await offices.settleAll()
            try await offices.decide(.role(.member), about: offices.carmen, by: offices.ada)
        case .owner: try await offices.decide(.role(.owner), about: offices.carmen, by: offices.ada)
        }
        try await offices.settleAll()
        let post = try await offices.post("For Sales", by: offices.ada, on: offices.oslo)
        try await offices.settleAll()
        #expect(try await offices.sees(offices.carmen, post.uri, on: offices.lima))

        try await stage.move(offices.carmen, to: "Research", on: offices.lima)
        try await stage.synchronise()
        #expect(try await offices.membership(offices.carmen, on: offices.oslo) == nil)
        try await offices.settleAll()
        #expect(try await offices.state(offices.carmen, on: offices.lima) == nil)
        #expect(try await !offices.sees(offices.carmen, post.uri, on: offices.lima))
        #expect(try await offices.home(offices.carmen, on: offices.lima).isEmpty)
        // Whoever owned the group is followed by the one who moderates.
        #expect(try await offices.membership(offices.ada, on: offices.oslo)?.role == .owner)
    }

    @Test("whoever was invited in their own right stays when the rule ends", arguments: [false, true])
    func stays(wasFirst: Bool) async throws {
        let stage = try await stage()
        let offices = stage.offices
        func invite() async throws {
            try await offices.decide(.invite, about: offices.carmen, by: offices.ada)
            try await offices.settleAll()
        }
        if wasFirst { try await invite() }
        try await stage.move(offices.carmen, to: "Sales", on: offices.lima)
        try await stage.synchronise()
        try await offices.settleAll()
        if !wasFirst { try await invite() }
        #expect(try await offices.state(offices.carmen, on: offices.lima) == .member)
        try await stage.move(offices.carmen, to: "Research", on: offices.lima)
        try await stage.synchronise()
        try await offices.settleAll()
        #expect(try await offices.state(offices.carmen, on: offices.lima) == .member)
    }

    @Test("whoever leaves the organisation by the register is out of a group that they came to by the rule")
    func departs() async throws {
        let stage = try await stage()
        let offices = stage.offices
        try await stage.move(offices.carmen, to: "Sales", on: offices.lima)
        try await stage.synchronise()
        try await offices.settleAll()
        try await offices.decide(.role(.moderator), about: offices.carmen, by: offices.ada)
        try await stage.register.dismiss("carmen")
        try await stage.register.synchronise(offices.oslo)
        #expect(try await offices.membership(offices.carmen, on: offices.oslo) == nil)
        #expect(try await offices.oslo.store.read { try $0.countMembers(of: offices.group.id) } == 1)
    }
}
