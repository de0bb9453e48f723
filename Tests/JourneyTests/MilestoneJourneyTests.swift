import Domain
import Federation
import Foundation
import JSON
import Social
import Storage
import Support
import Testing

/// Days of colleagues in other offices, of those who let them be known there (Spec/features/milestone.md).
@Suite("Milestones across offices")
struct MilestoneJourneyTests: RecognitionJourney {
    /// 2027-01-15.
    let clock = TestClock()
    let network = FakeNetwork()

    func today(_ node: TestNode) async throws -> [String] {
        let now = clock.now
        return try await node.store.read { transaction in
            try Celebrate.today(at: now, in: transaction).map { person, milestone, years in
                "\(person.name) \(milestone.kind) \(years.map(String.init) ?? "-")"
            }
        }
    }

    func choice(_ isForAll: Bool) throws -> MilestoneChoice {
        MilestoneChoice(
            try Celebrate.read(birthday: "01-15", joinedOn: "2024-01-15"), isForAll: isForAll,
            tellsPromotions: true)
    }

    @Test(
        "what is for one's own office stays there; what is for all is celebrated everywhere, once, until it is taken back"
    )
    func forAll() async throws {
        let stage = try await thanksStage()
        let celebrate = Celebrate(needs: stage.lima.needs)
        try await celebrate.choose(try choice(false), by: stage.carmen.id)
        try await settle(stage.nodes)
        let own = ["carmen birthday -", "carmen joining 3"]
        #expect(try await today(stage.lima) == own)
        _ = try await stage.id(stage.carmen, on: stage.pune)
        for node in [stage.oslo, stage.pune] { #expect(try await today(node).isEmpty) }
        // Oslo is away, and nobody there follows her.
        network.setDown(true, Cast.oslo)
        try await celebrate.choose(try choice(true), by: stage.carmen.id)
        try await settle(stage.nodes)
        #expect(try await today(stage.pune) == own)
        network.setDown(false, Cast.oslo)
        for _ in 0..<4 {
            clock.advance(900)
            try await settle(stage.nodes) { $0.restart() }
        }
        #expect(try await today(stage.oslo) == own)
        try await celebrate.choose(MilestoneChoice(), by: stage.carmen.id)
        try await settle(stage.nodes)
        for node in stage.nodes { #expect(try await today(node).isEmpty) }
        let inOslo = try await stage.id(stage.carmen, on: stage.oslo)
        #expect(try await stage.oslo.store.read { try $0.milestones(of: inOslo) }.isEmpty)
    }

    @Test("a new title is told to every office, and whoever left is celebrated in none")
    func titles() async throws {
        let stage = try await thanksStage()
        for title in ["Engineer", "Head of Lifts"] {
            var changes = People.Changes()
            changes.work = WorkProfile()
            changes.work?.title = title
            _ = try await stage.lima.people.change(stage.carmen.id, changes)
            try await Celebrate(needs: stage.lima.needs).choose(
                MilestoneChoice(isForAll: true, tellsPromotions: true), by: stage.carmen.id)
        }
        try await settle(stage.nodes)
        for node in stage.nodes { #expect(try await today(node) == ["carmen promotion -"]) }
        let inOslo = try await stage.id(stage.carmen, on: stage.oslo)
        #expect(try await stage.oslo.store.read { try $0.actor(inOslo) }?.work.title == "Head of Lifts")
        try await stage.lima.people.dismiss(stage.carmen.id, as: .left)
        try await settle(stage.nodes)
        for node in stage.nodes { #expect(try await today(node).isEmpty) }
    }

    @Test("nobody outside the organisation is told of any day")
    func outside() async throws {
        let stage = try await thanksStage()
        try await Celebrate(needs: stage.lima.needs).choose(try choice(true), by: stage.carmen.id)
        let documents = Documents(world: stage.lima.world, version: "test")
        for viewer: Viewer in [.nobody, .node(authority: "else.example", isOfOrganisation: false)] {
            let json = try await documents.actor(stage.carmen, for: viewer)
            #expect(json["hallway:milestones"] == nil)
        }
        let member = Viewer.node(authority: Cast.oslo, isOfOrganisation: true)
        let json = try await documents.actor(stage.carmen, for: member)
        #expect(json["hallway:milestones"]?["hallway:birthday"]?.string == "01-15")
        // A node that left the organisation is not asked again, and its people are not celebrated.
        try await settle(stage.nodes)
        #expect(try await !today(stage.oslo).isEmpty)
        try await stage.oslo.store.write { transaction in
            var lima = try #require(try transaction.member(Cast.lima))
            lima.state = .removed
            try transaction.save(lima)
        }
        #expect(try await today(stage.oslo).isEmpty)
    }
}
