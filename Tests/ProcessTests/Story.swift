import Foundation
import Support
import Testing

/// What the stories of `Clients/` run with.
enum Story {
    /// The folder of the clients that people use; nil where they are not installed.
    static let clients = ProcessInfo.processInfo.environment["HALLWAY_TEST_CLIENTS"]
}

/// Plays a story of `Clients/`, which drives real processes, and expects it to hold.
func playStory(_ story: String, of file: String) async throws {
    let script = Vectors.checkout.appending(path: "Tests/ProcessTests/Clients/\(file).py").path
    let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let python = Story.clients.map { "\($0)/python" } ?? "/usr/bin/env"
    var arguments = [script, here.appending(path: "hallway").path, story]
    if let clients = Story.clients {
        arguments.append(clients)
    } else {
        arguments.insert("python3", at: 0)
    }
    let (code, output) = try await run(python, arguments)
    #expect(code == 0, "\(output)")
}

private func run(_ program: String, _ arguments: [String]) async throws -> (Int32, String) {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: file) }
    let handle = try FileHandle(forWritingTo: file)
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    let code = try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return (code, String(decoding: try Data(contentsOf: file), as: UTF8.self))
}
