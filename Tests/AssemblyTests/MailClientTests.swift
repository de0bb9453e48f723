@testable import Assembly
import Domain
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Support
import Testing

/// A mail server, as far as a test has it speak.
struct MailDoor: ServerChildChannel {
    /// What is answered to a line, for a letter to the dot that ends it; nil for nothing.
    let answer: @Sendable (String) async -> String?

    /// The answers of one that takes everything, and never says goodbye.
    static func agree(_ line: String) -> String? {
        switch line {
        case "DATA": "354 go on"
        case "QUIT": nil
        default: "250 fine"
        }
    }

    func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> {
        channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
    }

    func handle(value: NIOAsyncChannel<ByteBuffer, ByteBuffer>, logger: Logger) async {
        try? await value.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "220 hello\r\n"))
            var (heard, isLetter) = ("", false)
            for try await bytes in inbound {
                heard += String(buffer: bytes)
                while let end = heard.firstIndex(of: "\r\n") {
                    let line = String(heard[..<end])
                    heard = String(heard[heard.index(after: end)...])
                    if isLetter, line != "." { continue }
                    isLetter = line == "DATA"
                    guard let text = await answer(line) else { continue }
                    try await outbound.write(ByteBuffer(string: text + "\r\n"))
                }
            }
        }
    }
}

@Suite("Letters on the line")
struct MailClientTests {
    static let letter = Mail(
        id: MailID(1), recipient: "ada@oslo.example", subject: "News", body: "x",
        stopLink: "https://oslo.example/stop", nextAt: .now)

    /// Serves on loopback while `body` runs. A test that ends has not waited for what would take minutes.
    func serving(
        patience: MailLine.Patience = MailLine.Patience(),
        _ answer: @escaping @Sendable (String) async -> String?,
        _ body: (MailClient) async throws -> Void
    ) async throws {
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: Router(context: BasicRequestContext.self),
            server: HTTPServerBuilder { _ in MailDoor(answer: answer) },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { tell.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var waiting = ports.makeAsyncIterator()
            let port = try #require(await waiting.next())
            try await body(
                MailClient(
                    server: try MailServer("smtp://127.0.0.1:\(port)", from: "hallway@oslo.example"),
                    trust: try NodeClient.trust(extraCAFile: nil), ownName: "oslo.example",
                    patience: patience))
            group.cancelAll()
        }
    }

    @Test("a letter is taken that the server will take elsewhere (251), and a goodbye is not waited for")
    func elsewhere() async throws {
        try await serving({ $0.hasPrefix("RCPT") ? "251 I know where" : MailDoor.agree($0) }) { client in
            try await client.send(Self.letter, at: .now)
        }
    }

    @Test("a no is a no", arguments: ["RCPT TO:<ada@oslo.example>", "."])
    func refused(at place: String) async throws {
        try await serving({ $0 == place ? "550 no" : MailDoor.agree($0) }) { client in
            await #expect(throws: MailFault.self) { try await client.send(Self.letter, at: .now) }
        }
    }

    @Test("the answer to the letter itself has a patience of its own, of ten minutes (RFC 5321 §4.5.3.2.6)")
    func patience() async throws {
        #expect(MailLine.Patience().letter >= .minutes(10))
        var patience = MailLine.Patience()
        (patience.step, patience.letter) = (.hours(1), .milliseconds(1))
        try await serving(patience: patience, { $0 == "." ? nil : MailDoor.agree($0) }) { client in
            await #expect(throws: MailFault.self) { try await client.send(Self.letter, at: .now) }
        }
        (patience.step, patience.letter) = (.milliseconds(1), .hours(1))
        try await serving(patience: patience, { _ in nil }) { client in
            await #expect(throws: MailFault.self) { try await client.send(Self.letter, at: .now) }
        }
    }

    @Test("a letter that is on its way when the node stops is taken, where the server says so in time")
    func stoppedAndTaken() async throws {
        let (dots, dot) = AsyncStream.makeStream(of: Void.self)
        let (words, word) = AsyncStream.makeStream(of: Void.self)
        var patience = MailLine.Patience()
        patience.stop = .hours(1)
        let answer = { @Sendable (line: String) async -> String? in
            guard line == "." else { return MailDoor.agree(line) }
            dot.yield()
            for await _ in words { break }
            return "250 taken"
        }
        try await serving(patience: patience, answer) { client in
            let sending = Task { try await client.send(Self.letter, at: .now) }
            for await _ in dots { break }
            sending.cancel()
            word.yield()
            try await sending.value
        }
    }

    @Test("and where it does not, the stop is not held up, nor by one that says nothing before the letter")
    func stopped() async throws {
        #expect(MailLine.Patience().stop <= .seconds(1))
        var patience = MailLine.Patience()
        (patience.step, patience.letter, patience.stop) = (.hours(1), .hours(1), .milliseconds(1))
        for place in [".", "RCPT TO:<ada@oslo.example>"] {
            let (places, reach) = AsyncStream.makeStream(of: Void.self)
            let answer = { @Sendable (line: String) async -> String? in
                guard line == place else { return MailDoor.agree(line) }
                reach.yield()
                return nil
            }
            try await serving(patience: patience, answer) { client in
                let sending = Task { try await client.send(Self.letter, at: .now) }
                for await _ in places { break }
                sending.cancel()
                let result = await sending.result
                let isUntried = if case .failure(is CancellationError) = result { true } else { false }
                // What is on its way was tried.
                #expect(isUntried == (place != "."), "\(result)")
                #expect(throws: (any Error).self) { try result.get() }
            }
        }
    }

    @Test("a stop does not wait for a connection that nobody takes")
    func unconnected() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try #require(bind(listener, generic, size) == 0 && listen(listener, 0) == 0)
                try #require(getsockname(listener, generic, &size) == 0)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        // Its queue of new lines is full, so that whoever else connects is not answered.
        let callers = (0..<4).map { _ in
            socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
        defer { callers.forEach { close($0) } }
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                for caller in callers { _ = connect(caller, generic, size) }
            }
        }
        let before = try Self.waiting(for: port)
        let client = MailClient(
            server: try MailServer("smtp://127.0.0.1:\(port)", from: "hallway@oslo.example"),
            trust: try NodeClient.trust(extraCAFile: nil), ownName: "oslo.example")
        let sending = Task { try await client.send(Self.letter, at: .now) }
        try await eventually { try Self.waiting(for: port) != before }
        sending.cancel()
        await #expect(throws: CancellationError.self) { try await sending.value }
    }

    /// How many lines to a port of this machine are not answered yet.
    private static func waiting(for port: Int) throws -> Int {
        let (to, synSent) = (String(format: ":%04X", port), "02")
        // The system gives it in pieces, so to its end.
        let table = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp")).readToEnd() ?? Data()
        return String(decoding: table, as: UTF8.self).split(separator: "\n").filter { $0.contains(to) }
            .map { $0.split(separator: " ") }
            .count { $0.count > 3 && $0[2].hasSuffix(to) && $0[3] == synSent }
    }

    @Test("an answer is read as a whole, and what is none or does not end is refused")
    func answers() throws {
        var heard = ByteBuffer(string: "250-oslo\r\n250-STARTTLS\r\n250")
        #expect(try MailAnswer(from: &heard) == nil)
        heard.writeString(" SIZE\r\n451 later\r\n")
        let answer = try #require(try MailAnswer(from: &heard))
        #expect(answer.code == 250 && answer.lines == ["oslo", "STARTTLS", "SIZE"])
        #expect(try MailAnswer(from: &heard)?.code == 451)
        #expect(heard.readableBytes == 0)
        for text in ["hello\r\n", "2\n", String(repeating: "250-x\r\n", count: 5000)] {
            var wrong = ByteBuffer(string: text)
            #expect(throws: MailFault.self) { try MailAnswer(from: &wrong) }
        }
    }
}
