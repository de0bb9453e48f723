import Directory
import Domain
import Federation
import Storage
import Support
import Testing

/// The directory is brought back from a copy that does not know what it said last (Spec/features/directory.md §9).
@Suite("A directory is brought back")
struct ResumptionJourneyTests {
    let clock = TestClock()
    let network = FakeNetwork()

    @Test("nodes believe it again, nobody comes back who was dismissed, and it learns again what it has lost")
    func goesOn() async throws {
        let oslo = try await TestNode(Cast.oslo, network: network, clock: clock)
        let lima = try await TestNode(Cast.lima, network: network, clock: clock)
        let register = try await RegisterStage(network: network, clock: clock)
        func synchronise() async throws {
            for _ in 0..<3 {
                for node in [oslo, lima] { try await register.synchronise(node) }
            }
        }
        let ada = try await Cast.welcome("ada", to: oslo)
        try await Cast.welcome("carmen", to: lima)
        try await synchronise()
        let length = try await register.length()

        let boris = try await Cast.welcome("boris", to: oslo)
        try await register.dismiss("ada")
        try await synchronise()
        func isOut(_ moment: String) async throws {
            for node in [oslo, lima] {
                let state = try await node.store.read { try $0.actor(ada.uri)?.state }
                #expect(state == .left, "\(moment), \(node.authority)")
            }
        }
        try await isOut("before")
        try await register.bringBack(to: length, without: boris.uri, with: ada.uri)
        await #expect(throws: DirectoryFault.rollback(RegisterEntry.organisation)) {
            try await register.synchronise(lima)
        }
        #expect(try await register.hasLeft(ada.uri) == false)
        #expect(try await register.hasLeft(boris.uri) == nil)

        try await register.resume()
        try await synchronise()
        try await isOut("after")
        #expect(try await register.hasLeft(ada.uri) == true, "her office tells it again")
        #expect(try await register.hasLeft(boris.uri) == false, "and of who came since")
        try await Cast.welcome("devi", to: lima)
        try await synchronise()
        let devi = try theHandle("devi@\(RegisterStage.authority)")
        #expect(try await oslo.store.read { try $0.actor(organisationHandle: devi)?.name } == "devi")
    }
}
