import NIOCore
import NIOSSL
import Synchronization

/// A connection to a mail server: what is said, and what is answered (RFC 5321 §4.2).
///
/// Whoever waits for an answer is given it where there is one, and else is told of the clock, of a stop, or of the end of the
/// connection. No task's cancellation and no closing, which over TLS takes as long as the other likes, is waited for.
final class MailLine: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    /// How long an answer is waited for.
    struct Patience: Sendable {
        var step = TimeAmount.seconds(30)
        /// To the letter as a whole, which may be looked through before it is taken (RFC 5321 §4.5.3.2.6).
        var letter = TimeAmount.minutes(10)
        /// The same where this node stops meanwhile: less than ``StopDeadline`` leaves to what it cancels.
        var stop = TimeAmount.seconds(1)
    }

    private struct State: Sendable {
        var heard = ByteBuffer()
        var waiter: CheckedContinuation<MailAnswer, any Error>?
        /// Why nothing more will be heard.
        var fault: (any Error)?
        var isLetterSent = false

        /// What whoever waits is told; nil where they have to wait on. An answer comes before everything else.
        mutating func news() -> Result<MailAnswer, any Error>? {
            do {
                if let answer = try MailAnswer(from: &heard) { return .success(answer) }
            } catch {
                return .failure(error)
            }
            return fault.map { .failure($0) }
        }
    }

    private let channel: any Channel
    private let patience: Patience
    private let state = Mutex(State())

    init(channel: any Channel, patience: Patience) {
        self.channel = channel
        self.patience = patience
    }

    /// Says something and waits for the answer.
    ///
    /// - Throws: ``MailFault`` for another answer than those that are hoped for, and for none; `CancellationError` after
    ///   ``stop()``.
    @discardableResult
    func say(_ text: String, _ codes: Set<Int>) async throws -> [String] {
        tell(text)
        return try await hear(codes)
    }

    /// Waits for the next answer: what it says, without its code.
    @discardableResult
    func hear(_ codes: Set<Int>) async throws -> [String] {
        let limit = state.withLock { $0.isLetterSent } ? patience.letter : patience.step
        let alarm = channel.eventLoop.scheduleTask(in: limit) { [self] in
            end(MailFault("the mail server does not answer"))
        }
        defer { alarm.cancel() }
        let answer = try await withCheckedThrowingContinuation { continuation in
            settle { $0.waiter = continuation }
        }
        guard codes.contains(answer.code) else {
            let words = answer.lines.joined(separator: " ").prefix(200)
            throw MailFault("the mail server says \(answer.code) \(words)")
        }
        return answer.lines
    }

    /// Encrypts all that is said from now on.
    ///
    /// - Throws: ``MailFault`` where something was said before: it is not believed afterwards (RFC 3207 §4.2).
    func encrypt(_ handler: @escaping @Sendable () throws -> NIOSSLClientHandler) async throws {
        try await channel.eventLoop.submit { [self] in
            guard state.withLock({ $0.heard.readableBytes == 0 }) else {
                throw MailFault("the mail server speaks out of turn")
            }
            try channel.pipeline.syncOperations.addHandler(handler(), position: .first)
        }.get()
    }

    /// Sends a whole letter with its last dot. From here on the server's word decides what became of it.
    func send(_ letter: String) async throws {
        try state.withLock { state in
            if let fault = state.fault { throw fault }
            state.isLetterSent = true
        }
        try await say(letter + ".", [250])
    }

    /// Ends what is under way: at once, or where the letter is on its way, when it was waited a moment for its answer.
    func stop() {
        let isLetterSent = state.withLock { state in
            // Together, so that none is sent after this.
            if !state.isLetterSent, state.fault == nil { state.fault = CancellationError() }
            return state.isLetterSent
        }
        guard isLetterSent else { return end(CancellationError()) }
        channel.eventLoop.scheduleTask(in: patience.stop) { [self] in
            end(MailFault("this node stops, and the mail server has not answered"))
        }
    }

    /// Says goodbye, which needs no answer.
    func hangUp() {
        tell("QUIT")
        channel.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        settle { $0.heard.writeImmutableBuffer(bytes) }
    }

    func channelInactive(context: ChannelHandlerContext) { end(MailFault("the mail server hangs up")) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(MailFault("\(error)")) }

    private func tell(_ text: String) {
        channel.writeAndFlush(ByteBuffer(string: text + "\r\n"), promise: nil)
    }

    private func end(_ fault: any Error) {
        settle { $0.fault = $0.fault ?? fault }
        channel.close(promise: nil)
    }

    private func settle(_ change: (inout State) -> Void) {
        typealias Told = (CheckedContinuation<MailAnswer, any Error>, Result<MailAnswer, any Error>)
        let told = state.withLock { state -> Told? in
            change(&state)
            guard let waiter = state.waiter, let news = state.news() else { return nil }
            state.waiter = nil
            return (waiter, news)
        }
        if let (waiter, news) = told { waiter.resume(with: news) }
    }
}

/// What a mail server answers: a code, and line by line what it says to it.
struct MailAnswer: Sendable, Equatable {
    /// Bytes.
    private static let most = 16 * 1024
    let code: Int
    let lines: [String]

    /// Takes the first answer from what was heard; nil where it is not whole yet.
    ///
    /// - Throws: ``MailFault`` for what is none, or does not end.
    init?(from heard: inout ByteBuffer) throws {
        var lines: [String] = []
        var rest = heard.readableBytesView
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let text = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            let line = text.hasSuffix("\r") ? text.dropLast() : text[...]
            guard line.count >= 3, let code = Int(line.prefix(3)) else {
                throw MailFault("the mail server speaks another language")
            }
            lines.append(String(line.dropFirst(4)))
            if line.dropFirst(3).first == "-" { continue }
            heard.moveReaderIndex(to: end + 1)
            (self.code, self.lines) = (code, lines)
            return
        }
        guard heard.readableBytes < Self.most else {
            throw MailFault("the mail server does not stop talking")
        }
        return nil
    }
}
