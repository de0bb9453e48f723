import Domain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Surface
import Synchronization
import Testing

@Suite("Bodies that do not come")
struct SilentBodyTests {
    @Test("a line on which nothing of a request comes is closed when its time is up (N81)")
    func silent() async throws {
        let channel = NIOAsyncTestingChannel()
        let (body, source) = RequestBody.makeStream()
        let line = Line()
        // As the server does: a line that is closed ends what comes on it.
        channel.closeFuture.whenComplete { _ in
            line.isClosed.withLock { $0 = true }
            source.finish()
        }
        let (request, context) = asking(body, length: 10, on: channel)
        let read = Task { try await request.wholeBody(limit: 100, in: context) }
        // Nobody says when the clock of the request begins.
        while !line.isClosed.withLock({ $0 }) {
            await channel.testingEventLoop.advanceTime(by: .seconds(30))
        }
        await #expect(throws: Refusal.malformed(because: "The request ended early")) {
            try await read.value
        }
    }

    @Test("what came in time is read, and its line stays open")
    func whole() async throws {
        let channel = NIOAsyncTestingChannel()
        let line = Line()
        channel.closeFuture.whenComplete { _ in line.isClosed.withLock { $0 = true } }
        let (request, context) = asking(
            RequestBody(buffer: ByteBuffer(string: "ten bytes.")), length: 10, on: channel)
        #expect(try await request.wholeBody(limit: 100, in: context).count == 10)
        for _ in 0..<3 { await channel.testingEventLoop.advanceTime(by: .seconds(30)) }
        let isClosed = line.isClosed.withLock { $0 }
        #expect(!isClosed)
    }

    @Test("a body that ends before its end is no body")
    func cut() async throws {
        let (request, context) = asking(
            RequestBody(buffer: ByteBuffer(string: "half")), length: 10, on: NIOAsyncTestingChannel())
        await #expect(throws: Refusal.malformed(because: "The request ended early")) {
            try await request.wholeBody(limit: 100, in: context)
        }
    }

    private func asking(
        _ body: RequestBody, length: Int, on channel: NIOAsyncTestingChannel
    ) -> (Request, HallwayContext) {
        let head = HTTPRequest(
            method: .post, scheme: "https", authority: "oslo.example", path: "/inbox",
            headerFields: [.contentLength: "\(length)"])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return (
            Request(head: head, body: body),
            HallwayContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        )
    }
}

private final class Line: Sendable {
    let isClosed = Mutex(false)
}
