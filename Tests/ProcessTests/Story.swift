import Foundation
import Support
import Testing

/// What the stories of `Clients/` run with.
enum Story {
    /// The folder of the clients that people use; nil where they are not installed.
    static let clients = ProcessInfo.processInfo.environment["HALLWAY_TEST_CLIENTS"]

    /// Whether a program is installed.
    static func has(_ program: String) -> Bool {
        ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    static let compiler = has("cc") || has("clang")
    /// Whether the system's Python reads YAML.
    static let yaml = FileManager.default.fileExists(
        atPath: "/usr/lib/python3/dist-packages/yaml/__init__.py")
    /// How many files a process may open.
    static let files: Int = {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
            ? Int(clamping: limit.rlim_max) : 0
    }()
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
    // A story that cannot run here is skipped by its test, by name, and never passes in silence.
    #expect(code == 0 && !output.contains("skipped:"), "\(output)")
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
