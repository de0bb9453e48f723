import Foundation
import Support
import Testing

/// Real processes, real HTTP, and the clients that people use.
@Suite("Offices", .serialized)
struct OfficesTests {
    static let clients = ProcessInfo.processInfo.environment["HALLWAY_TEST_CLIENTS"]
    static let postgres = ProcessInfo.processInfo.environment["HALLWAY_TEST_POSTGRES"] != nil
    static let otherNode = ProcessInfo.processInfo.environment["HALLWAY_TEST_GOTOSOCIAL"]

    @Test("a post travels between four processes; the directory dies, an office is killed, someone leaves")
    func travel() async throws { try await play("travel") }

    @Test("kill -9 in a burst loses and repeats nothing")
    func burst() async throws { try await play("burst") }

    @Test("strangers and the dismissed get nothing (N77, N78, N99, N100, N101)")
    func strangers() async throws { try await play("strangers") }

    @Test("an untrusted or misnamed certificate ends it (N75)")
    func certificates() async throws { try await play("certificates") }

    @Test("a slow sender is not waited for (N81)")
    func slow() async throws { try await play("slow") }

    @Test("whoever walks through everybody is slowed down and written down (N118)")
    func enumeration() async throws { try await play("enumeration") }

    @Test(
        "a full disk under a running node loses nothing, and is said",
        .enabled(if: getuid() == 0, "a small disk can be mounted by root alone"))
    func fullDisk() async throws { try await play("fulldisk") }

    @Test("mistakes at the keyboard are named in one sentence")
    func mistakes() async throws { try await play("mistakes") }

    @Test("toot does the first part", .enabled(if: clients != nil, "deploy/test installs toot"))
    func toot() async throws { try await play("toot") }

    @Test("Mastodon.py does the first part", .enabled(if: clients != nil, "deploy/test installs Mastodon.py"))
    func mastodonPy() async throws { try await play("mastodonpy") }

    @Test(
        "two processes on one PostgreSQL are one office, and either may be killed",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server"))
    func processes() async throws { try await play("together", of: "processes") }

    @Test(
        "a GoToSocial as released follows, reads and answers, both ways",
        .enabled(if: otherNode != nil, "HALLWAY_TEST_GOTOSOCIAL names no folder of it"))
    func gotosocial() async throws { try await play("federate", of: "gotosocial") }

    private func play(_ story: String, of file: String = "offices") async throws {
        let script = Vectors.checkout.appending(path: "Tests/ProcessTests/Clients/\(file).py").path
        let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let python = Self.clients.map { "\($0)/python" } ?? "/usr/bin/env"
        var arguments = [script, here.appending(path: "hallway").path, story]
        if let clients = Self.clients {
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
}
