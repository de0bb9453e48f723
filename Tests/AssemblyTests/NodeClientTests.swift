@testable import Assembly
import Domain
import Federation
import Foundation
import Hummingbird
import Logging
import Storage
import Support
import Synchronization
import Testing

@Suite("NodeClient")
struct NodeClientTests {
    /// Serves on loopback while `body` runs, which is given the port.
    func serving(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let router = Router()
        router.get("where") { request, _ in request.head.authority ?? "" }
        router.get("large") { _, _ in String(repeating: "x", count: 100_000) }
        router.get("packed") { _, _ in
            Response(
                status: .ok, headers: [.contentEncoding: "gzip"], body: .init(byteBuffer: .init(string: "x")))
        }
        router.post("answers/:how") { _, context in
            try Self.answer(context.parameters.require("how"))
        }
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { tell.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var waiting = ports.makeAsyncIterator()
            let port = try #require(await waiting.next())
            try await body(port)
            group.cancelAll()
        }
    }

    /// An answer whose head is plain, and whose body is of no use.
    static func answer(_ how: String) -> Response {
        let body = ResponseBody(contentLength: 10) { writer in
            try await writer.write(ByteBuffer(string: "x"))
            if how != "cut" { try await Task.sleep(for: .seconds(3600)) }
            throw CancellationError()
        }
        switch how {
        case "large":
            return Response(
                status: .accepted, body: .init(byteBuffer: .init(repeating: 1, count: 100_000)))
        case "packed":
            return Response(
                status: .accepted, headers: [.contentEncoding: "gzip"],
                body: .init(byteBuffer: .init(string: "x")))
        case "busy": return Response(status: .serviceUnavailable, headers: [.retryAfter: "7"], body: body)
        default: return Response(status: .accepted, body: body)
        }
    }

    /// Ends the client whatever happens: one that is dropped while open stops the whole test run.
    func withClient(
        _ answers: @escaping @Sendable (String) -> [String], _ body: (NodeClient) async throws -> Void
    ) async throws {
        let client = try client(answers)
        do { try await body(client) } catch {
            await client.close()
            throw error
        }
        await client.close()
    }

    func client(_ answers: @escaping @Sendable (String) -> [String]) throws -> NodeClient {
        var guardian = AddressGuard(
            allowedRanges: [AddressRange("127.0.0.0/8")].compactMap { $0 }, allowsInsecure: true,
            store: try SQLiteStore(path: nil), directory: nil)
        guardian.lookUp = { host in answers(host).compactMap { IPAddress($0) } }
        return try NodeClient(
            addresses: guardian, extraCAFile: nil, userAgent: "test", logger: Logger(label: "test"))
    }

    @Test("the address that was checked is the address that is connected to (N70)")
    func pinned() async throws {
        try await serving { port in
            // The name means nothing to the system: whoever looked it up again would not arrive.
            let asked = Mutex(0)
            let lookUp = { @Sendable (_: String) in
                asked.withLock { $0 += 1 }
                return asked.withLock { $0 } == 1 ? ["127.0.0.1"] : ["10.0.0.1"]
            }
            try await withClient(lookUp) { client in
                for _ in 0..<3 {
                    let answer = try await client.send(
                        OutgoingRequest(method: "GET", url: theURI("http://rebind.example:\(port)/where")))
                    #expect(String(decoding: answer.body, as: UTF8.self) == "rebind.example:\(port)")
                }
            }
            #expect(asked.withLock { $0 } == 1)
        }
    }

    @Test("an answer larger than was asked for is cut off, and one that is packed is not unpacked (N78)")
    func large() async throws {
        try await serving { port in
            try await withClient({ _ in ["127.0.0.1"] }) { client in
                await #expect(throws: ExchangeFault.tooLarge) {
                    try await client.send(
                        OutgoingRequest(
                            method: "GET", url: theURI("http://a.example:\(port)/large"), limitBytes: 1000))
                }
                await #expect(throws: ExchangeFault.self) {
                    try await client.send(
                        OutgoingRequest(method: "GET", url: theURI("http://a.example:\(port)/packed")))
                }
            }
        }
    }

    @Test(
        "where the status says it all, whatever becomes of the body changes nothing, and else it is a fault",
        arguments: [("large", 202), ("packed", 202), ("slow", 202), ("cut", 202), ("busy", 503)])
    func statusAlone(how: String, code: Int) async throws {
        try await serving { port in
            try await withClient({ _ in ["127.0.0.1"] }) { client in
                var request = OutgoingRequest(
                    method: "POST", url: try theURI("http://a.example:\(port)/answers/\(how)"),
                    limitBytes: 1000, needsBody: false)
                let answer = try await client.send(request)
                #expect(answer.code == code && answer.body.isEmpty)
                #expect(answer.field("retry-after") == (how == "busy" ? "7" : nil))
                (request.needsBody, request.deadline) = (true, .seconds(1))
                let whole = request
                await #expect(throws: ExchangeFault.self) { try await client.send(whole) }
            }
        }
    }
}
