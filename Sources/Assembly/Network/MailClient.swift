import Domain
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Hands letters to a mail server (RFC 5321), encrypted wherever the server can (RFC 3207).
struct MailClient: Sendable {
    let server: MailServer
    let trust: TLSConfiguration
    let ownName: String
    var patience = MailLine.Patience()

    /// Returns when the server has taken the letter into its care, whatever happens to the line or this task after that.
    ///
    /// - Throws: ``MailFault`` when it does not, or when nobody knows; `CancellationError` where the task is cancelled
    ///   before the letter is on its way.
    @concurrent
    func send(_ mail: Mail, at date: Date) async throws {
        guard MailServer.isAddress(mail.recipient) else { throw MailFault("the address is none") }
        try Task.checkCancellation()
        let context = try NIOSSLContext(configuration: trust)
        let line = try await connect(context)
        // It has the letter, or will not take it: a goodbye that is waited for could only make it look otherwise.
        defer { line.hangUp() }
        try await withTaskCancellationHandler {
            try await greet(line, context)
            try await line.say("MAIL FROM:<\(server.from)>", [250])
            // 251: it knows where else to take it.
            try await line.say("RCPT TO:<\(mail.recipient)>", [250, 251])
            try await line.say("DATA", [354])
            try await line.send(MailText(mail: mail, from: server.from, domain: ownName, date: date).text)
        } onCancel: {
            line.stop()
        }
    }

    /// Nothing makes a connection, or a name server before it, give up: whoever is told to stop does not wait for it.
    private func connect(_ context: NIOSSLContext) async throws -> MailLine {
        let (lines, line) = AsyncThrowingStream.makeStream(of: MailLine.self)
        Task {
            do {
                let opened = try await open(context)
                if case .terminated = line.yield(opened) { opened.hangUp() }
            } catch {
                line.finish(throwing: error)
            }
        }
        for try await line in lines { return line }
        throw CancellationError()
    }

    private func open(_ context: NIOSSLContext) async throws -> MailLine {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(10))
            .connect(host: server.host, port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let line = MailLine(channel: channel, patience: patience)
                    if server.isEncrypted {
                        try channel.pipeline.syncOperations.addHandler(encryption(context))
                    }
                    try channel.pipeline.syncOperations.addHandler(line)
                    return line
                }
            }
    }

    /// Everything that comes before the letter: hello, encryption where it is offered, and who we are.
    private func greet(_ line: MailLine, _ context: NIOSSLContext) async throws {
        try await line.hear([220])
        let offers = try await line.say("EHLO \(ownName)", [250])
        var isSafe = server.isEncrypted
        if !server.isEncrypted, offers.contains(where: { $0.uppercased().hasPrefix("STARTTLS") }) {
            try await line.say("STARTTLS", [220])
            try await line.encrypt { try encryption(context) }
            try await line.say("EHLO \(ownName)", [250])
            isSafe = true
        }
        guard let name = server.name, let password = server.password else { return }
        guard isSafe else {
            throw MailFault("the mail server offers no encryption, so it is told no password")
        }
        let words = Data("\0\(name)\0\(password)".utf8).base64EncodedString()
        try await line.say("AUTH PLAIN \(words)", [235])
    }

    private func encryption(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        // A server that is named by its address has no name to check by SNI.
        let isName = server.host.contains { $0.isLetter } && !server.host.contains(":")
        return try NIOSSLClientHandler(context: context, serverHostname: isName ? server.host : nil)
    }
}

/// Why a letter was not taken.
struct MailFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
