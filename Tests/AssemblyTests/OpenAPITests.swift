@testable import Assembly
import ClientAPI
import Federation
import Foundation
import Hummingbird
import Logging
import Storage
import Support
import Surface
import Testing

@Suite("Spec/openapi.yaml")
struct OpenAPITests {
    @Test("what the document promises is what a running node offers, no less and no more")
    func agrees() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hallway-openapi-\(UUID())")
            .path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = try Settings(
            file: nil,
            environment: [
                "HALLWAY_BASE_URL": "https://oslo.example", "HALLWAY_DATA_FOLDER": folder,
            ])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let node = try await Node(settings: settings, logger: logger)
        let router = Router(context: HallwayContext.self)
        ClientAPI(desk: node.desk(threads: Threads(world: node.world)), logger: logger).add(to: router)
        let offered = Set(
            router.routes.map { "\($0.method) \($0.path)" }.filter { $0.contains(" /api/hallway/") }
                .map { route in
                    route.split(separator: "/", omittingEmptySubsequences: false)
                        .map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }.joined(separator: "/")
                })
        let promised = try Self.promised()
        #expect(offered.subtracting(promised) == [], "not in the document")
        #expect(promised.subtracting(offered) == [], "not offered")
        #expect(promised.count > 2)
        try node.store.close()
    }

    /// `GET /api/hallway/v1/…` for each operation: paths are indented by two, methods by four.
    static func promised() throws -> Set<String> {
        let text = try String(
            contentsOf: Vectors.checkout.appending(path: "Spec/openapi.yaml"), encoding: .utf8)
        var path = ""
        var promised: Set<String> = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  /") { path = line.dropFirst(2).prefix { $0 != ":" }.description }
            let word = line.dropFirst(4).prefix { $0 != ":" }
            if line.hasPrefix("    "), ["get", "post", "put", "patch", "delete"].contains(word) {
                promised.insert("\(word.uppercased()) \(path)")
            }
        }
        return promised
    }
}
