import Domain
import Foundation
import Social
import Storage
import Support
import Testing

/// Days that colleagues celebrate, only of those who said so (Spec/features/milestone.md).
@Suite("Milestones")
struct MilestonesTests {
    let network = FakeNetwork()

    func clock(_ text: String) throws -> TestClock { TestClock(try Date(text, strategy: .iso8601)) }

    func today(_ node: TestNode, _ date: Date) async throws -> [String] {
        try await node.store.read { transaction in
            try Celebrate.today(at: date, in: transaction).map { person, milestone, years in
                "\(person.name) \(milestone.kind) \(years.map(String.init) ?? "-")"
            }
        }
    }

    func choice(_ birthday: String, _ joinedOn: String) throws -> MilestoneChoice {
        MilestoneChoice(try Celebrate.read(birthday: birthday, joinedOn: joinedOn))
    }

    @Test("a birthday has no year, whoever asks, and a joining day counts them", arguments: Engine.atHand)
    func celebrated(engine: Engine) async throws {
        let clock = try clock("2027-05-17T08:00:00Z")
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let astrid = try await Cast.welcome("astrid", to: node)
        let celebrate = Celebrate(needs: node.needs)
        #expect(try await today(node, clock.now).isEmpty)
        try await celebrate.choose(try choice("05-17", "2024-05-17"), by: ada.id)
        try await celebrate.choose(try choice("", "2026-05-18"), by: boris.id)
        try await celebrate.choose(try choice("05-18", ""), by: astrid.id)
        #expect(try await today(node, clock.now) == ["ada birthday -", "ada joining 3"])
        #expect(try await today(node, clock.now + 86400) == ["boris joining 1", "astrid birthday -"])
        // Opting out takes effect at once, and nothing is kept.
        try await celebrate.choose(MilestoneChoice(), by: ada.id)
        #expect(try await today(node, clock.now).isEmpty)
        #expect(try await node.store.read { try $0.milestones(of: ada.id) }.isEmpty)
        // Nobody who has left is celebrated.
        try await node.people.dismiss(astrid.id, as: .left)
        #expect(try await today(node, clock.now + 86400) == ["boris joining 1"])
    }

    @Test(
        "who joined is news for two weeks, also over new year, and a new title for one, to whoever let it be told",
        arguments: Engine.atHand)
    func news(engine: Engine) async throws {
        let clock = try clock("2027-01-05T08:00:00Z")
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let astrid = try await Cast.welcome("astrid", to: node)
        let celebrate = Celebrate(needs: node.needs)
        try await celebrate.choose(try choice("", "2026-12-28"), by: ada.id)
        #expect(try await today(node, clock.now) == ["ada joining 0"])
        #expect(try await today(node, clock.now + 5 * 86400) == ["ada joining 0"])
        #expect(try await today(node, clock.now + 6 * 86400).isEmpty)
        #expect(try await today(node, clock.now - 9 * 86400).isEmpty)
        try await celebrate.choose(MilestoneChoice(), by: ada.id)
        // The first title is none that is new, and nobody's is told who did not say so.
        try await celebrate.choose(MilestoneChoice(tellsPromotions: true), by: boris.id)
        for title in ["Engineer", "Head of Lifts"] {
            for person in [boris, astrid] {
                var changes = People.Changes()
                changes.work = WorkProfile()
                changes.work?.title = title
                _ = try await node.people.change(person.id, changes)
            }
            if title == "Engineer" { #expect(try await today(node, clock.now).isEmpty) }
        }
        #expect(try await today(node, clock.now + 6 * 86400) == ["boris promotion -"])
        #expect(try await today(node, clock.now + 7 * 86400).isEmpty)
        // Another choice leaves it, and taking this one back forgets it.
        var more = try choice("05-17", "")
        more.tellsPromotions = true
        try await celebrate.choose(more, by: boris.id)
        #expect(try await today(node, clock.now) == ["boris promotion -"])
        more.tellsPromotions = false
        try await celebrate.choose(more, by: boris.id)
        #expect(try await today(node, clock.now).isEmpty)
        #expect(try await node.store.read { try $0.milestones(of: boris.id) }.map(\.kind) == [.birthday])
        let day = try #require(DayOfYear("01-05"))
        let forged = MilestoneChoice([.promotion(day, year: 2027)])
        await #expect(throws: Refusal.self) { try await celebrate.choose(forged, by: ada.id) }
    }

    @Test(
        "a birthday with a year, a day that does not exist or a day to come is refused, and nothing changes")
    func refused() async throws {
        for (birthday, joinedOn) in [
            ("1990-05-17", ""), ("02-30", ""), ("13-01", ""), ("5-1", ""), ("", "17.05.2020"),
            ("", "2020-02-30"),
        ] {
            #expect(throws: Refusal.self) { try Celebrate.read(birthday: birthday, joinedOn: joinedOn) }
        }
        let clock = try clock("2027-05-17T08:00:00Z")
        let node = try await TestNode(Cast.oslo, network: network, clock: clock)
        let ada = try await Cast.welcome("ada", to: node)
        let celebrate = Celebrate(needs: node.needs)
        try await celebrate.choose(try choice("05-17", ""), by: ada.id)
        await #expect(throws: Refusal.self) {
            try await celebrate.choose(try choice("", "2028-01-01"), by: ada.id)
        }
        #expect(try await node.store.read { try $0.milestones(of: ada.id) }.map(\.kind) == [.birthday])
    }

    @Test("who was born on the 29th of February is celebrated every year")
    func leapDay() throws {
        func days(_ text: String) throws -> [String] {
            DayOfYear.celebrated(at: try Date(text, strategy: .iso8601)).map(\.text)
        }
        #expect(try days("2027-02-28T12:00:00Z") == ["02-28", "02-29"])
        #expect(try days("2028-02-28T12:00:00Z") == ["02-28"])
        #expect(try days("2028-02-29T12:00:00Z") == ["02-29"])
    }
}
