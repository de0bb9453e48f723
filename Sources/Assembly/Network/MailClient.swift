import Domain
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Hands letters to a mail server (RFC 5321), encrypted wherever the server can (RFC 3207).
struct MailClient: Sendable {
    private static let patience = Duration.seconds(30)
    /// Bytes of one answer of the server.
    private static let mostAnswer = 16 * 1024
    let server: MailServer
    let trust: TLSConfiguration
    let ownName: String

    /// Returns when the server has taken the letter into its care.
    ///
    /// - Throws: ``MailFault`` when it does not, or says nothing for half a minute.
    func send(_ mail: Mail, at date: Date) async throws {
        guard MailServer.isAddress(mail.recipient) else { throw MailFault("the address is none") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await deliver(mail, at: date) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw MailFault("the mail server does not answer")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    @concurrent
    private func deliver(_ mail: Mail, at date: Date) async throws {
        let context = try NIOSSLContext(configuration: trust)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(10))
            .connect(host: server.host, port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if server.isEncrypted {
                        try channel.pipeline.syncOperations.addHandler(encryption(context))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var line = Line(answers: inbound.makeAsyncIterator(), out: outbound)
            try await line.hear(220)
            let offers = try await line.say("EHLO \(ownName)", 250)
            var isSafe = server.isEncrypted
            if !server.isEncrypted, offers.contains(where: { $0.uppercased().hasPrefix("STARTTLS") }) {
                try await line.say("STARTTLS", 220)
                // Whatever was said before the line was encrypted is not believed afterwards (RFC 3207 §4.2).
                guard line.isEmpty else { throw MailFault("the mail server speaks out of turn") }
                try await channel.channel.eventLoop.submit {
                    try channel.channel.pipeline.syncOperations.addHandler(
                        encryption(context), position: .first)
                }.get()
                try await line.say("EHLO \(ownName)", 250)
                isSafe = true
            }
            if let name = server.name, let password = server.password {
                guard isSafe else {
                    throw MailFault("the mail server offers no encryption, so it is told no password")
                }
                let words = Data("\0\(name)\0\(password)".utf8).base64EncodedString()
                try await line.say("AUTH PLAIN \(words)", 235)
            }
            try await line.say("MAIL FROM:<\(server.from)>", 250)
            try await line.say("RCPT TO:<\(mail.recipient)>", 250)
            try await line.say("DATA", 354)
            try await line.say(
                MailText(mail: mail, from: server.from, domain: ownName, date: date).text + ".", 250)
            // It has the letter: how it says goodbye changes nothing.
            _ = try? await line.say("QUIT", 221)
        }
    }

    private func encryption(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        // A server that is named by its address has no name to check by SNI.
        let isName = server.host.contains { $0.isLetter } && !server.host.contains(":")
        return try NIOSSLClientHandler(context: context, serverHostname: isName ? server.host : nil)
    }

    /// What goes back and forth, line by line.
    private struct Line {
        var answers: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        let out: NIOAsyncChannelOutboundWriter<ByteBuffer>
        private var heard = ByteBuffer()

        var isEmpty: Bool { heard.readableBytes == 0 }

        init(
            answers: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
            out: NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) {
            self.answers = answers
            self.out = out
        }

        @discardableResult
        @concurrent
        mutating func say(_ text: String, _ code: Int) async throws -> [String] {
            try await out.write(ByteBuffer(string: text + "\r\n"))
            return try await hear(code)
        }

        /// The lines of the next answer, without their code.
        @discardableResult
        @concurrent
        mutating func hear(_ code: Int) async throws -> [String] {
            var lines: [String] = []
            while true {
                let text = try await next()
                guard text.count >= 3, let said = Int(text.prefix(3)) else {
                    throw MailFault("the mail server speaks another language")
                }
                lines.append(String(text.dropFirst(4)))
                if text.dropFirst(3).first == "-" { continue }
                guard said == code else { throw MailFault("the mail server says \(text.prefix(200))") }
                return lines
            }
        }

        @concurrent
        private mutating func next() async throws -> String {
            while true {
                let bytes = heard.readableBytesView
                if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    let text = String(decoding: bytes[..<end], as: UTF8.self)
                    heard.moveReaderIndex(to: end + 1)
                    return text.hasSuffix("\r") ? String(text.dropLast()) : text
                }
                guard heard.readableBytes < MailClient.mostAnswer, var more = try await answers.next() else {
                    throw MailFault("the mail server hangs up")
                }
                heard.writeBuffer(&more)
            }
        }
    }
}

/// Why a letter was not taken.
struct MailFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
