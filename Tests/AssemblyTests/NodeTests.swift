@testable import Assembly
import Domain
import Foundation
import Logging
import Social
import Storage
import Support
import Testing

@Suite("Node")
struct NodeTests {
    @Test("a process goes on after the ids that are there, whatever its clock says")
    func ids() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hallway-ids-\(UUID())").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = try Settings(
            file: nil,
            environment: [
                "HALLWAY_BASE_URL": "https://oslo.example", "HALLWAY_DATA_FOLDER": folder,
            ])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let before = try await Node(settings: settings, logger: logger)
        let received = Received(
            id: ReceivedID(IDSource.firstRaw(at: before.needs.now() + 3600)), signer: ActorID(1), body: [],
            attempts: 0, receivedAt: before.needs.now())
        let uri = try theURI("https://\(Cast.lima)/activities/1")
        try await before.store.write { _ = try $0.insert(received, activity: uri) }
        try before.store.close()
        let after = try await Node(settings: settings, logger: logger)
        let next: ReceivedID = after.needs.ids.next()
        #expect(next > received.id)
        try after.store.close()
    }
}
