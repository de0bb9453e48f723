@testable import Assembly
import Foundation
import Logging
import Storage
import Testing

@Suite("Occupancy")
struct OccupancyTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("several processes work on a folder, and whoever must be alone is refused until the last ends")
    func turns() async throws {
        try await withFolder { folder in
            // Nobody's folder is in nobody's way.
            try Occupancy(alone: folder).end()
            try Data("key".utf8).write(to: URL(filePath: "\(folder)/master.key"))
            let (first, second) = (try Occupancy(beside: folder), try Occupancy(beside: folder))
            first.end()
            #expect(throws: SettingsFault.self) { try Occupancy(alone: folder) }
            second.end()
            let alone = try Occupancy(alone: folder)
            #expect(throws: SettingsFault.self) { try Occupancy(beside: folder) }
            #expect(throws: SettingsFault.self) { try Occupancy(alone: folder) }
            alone.end()
            try Occupancy(beside: folder).end()
        }
    }

    @Test("one process serves from a file; another is refused, or waits for one that is just ending")
    func servesAlone() async throws {
        try await withFolder { folder in
            let path = "\(folder)/hallway.sqlite"
            let first = try await Occupancy(serving: path)
            do {
                _ = try await Occupancy(serving: path, patience: .zero)
                Issue.record("both serve")
            } catch let fault as SettingsFault {
                #expect(fault.description.contains(path))
            }
            let other = try await Occupancy(serving: "\(folder)/other.sqlite", patience: .zero)
            other.end()
            let next = Task { try await Occupancy(serving: path, patience: .seconds(60)) }
            first.end()
            try await next.value.end()
        }
    }

    @Test("while a database is moved no command works on it, and it is not moved while one does")
    func commands() async throws {
        try await withFolder { folder in
            let settings = try Settings(
                file: nil,
                environment: [
                    "HALLWAY_BASE_URL": "https://oslo.example", "HALLWAY_DATA_FOLDER": "\(folder)/data",
                ])
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            // A node's folder, as it is once its key was made.
            try FileManager.default.createDirectory(
                atPath: "\(folder)/data", withIntermediateDirectories: true)
            try Data(Data(repeating: 7, count: 32).base64EncodedString().utf8)
                .write(to: URL(filePath: "\(folder)/data/master.key"))
            let moving = try Occupancy(alone: "\(folder)/data")
            await #expect(throws: SettingsFault.self) {
                try await AdminTasks(settings: settings, logger: logger)
            }
            moving.end()
            let command = try await Node(settings: settings, logger: logger)
            #expect(throws: SettingsFault.self) { try Occupancy(alone: "\(folder)/data") }
            try command.store.close()
        }
    }
}
