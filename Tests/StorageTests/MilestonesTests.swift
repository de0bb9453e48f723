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

    @Test("a birthday has no year, whoever asks, and a joining day counts them", arguments: Engine.atHand)
    func celebrated(engine: Engine) async throws {
        let clock = try clock("2027-05-17T08:00:00Z")
        let node = try await TestNode(Cast.oslo, network: network, clock: clock, engine: engine)
        let ada = try await Cast.welcome("ada", to: node)
        let boris = try await Cast.welcome("boris", to: node)
        let astrid = try await Cast.welcome("astrid", to: node)
        let celebrate = Celebrate(needs: node.needs)
        #expect(try await today(node, clock.now).isEmpty)
        try await celebrate.choose(
            Celebrate.read(birthday: "05-17", joinedOn: "2024-05-17"), by: ada.id)
        try await celebrate.choose(Celebrate.read(birthday: "", joinedOn: "2027-05-17"), by: boris.id)
        try await celebrate.choose(Celebrate.read(birthday: "05-18", joinedOn: ""), by: astrid.id)
        #expect(try await today(node, clock.now) == ["ada birthday -", "ada joining 3"])
        #expect(try await today(node, clock.now + 86400) == ["astrid birthday -"])
        // Opting out takes effect at once, and nothing is kept.
        try await celebrate.choose([], by: ada.id)
        #expect(try await today(node, clock.now).isEmpty)
        #expect(try await node.store.read { try $0.milestones(of: ada.id) }.isEmpty)
        // Nobody who has left is celebrated.
        try await node.people.dismiss(astrid.id, as: .left)
        #expect(try await today(node, clock.now + 86400).isEmpty)
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
        try await celebrate.choose(Celebrate.read(birthday: "05-17", joinedOn: ""), by: ada.id)
        await #expect(throws: Refusal.self) {
            try await celebrate.choose(Celebrate.read(birthday: "", joinedOn: "2028-01-01"), by: ada.id)
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
