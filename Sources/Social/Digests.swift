public import Domain
import FoundationEssentials
public import Logging
import Markup
public import ServiceLifecycle
import Storage
import Synchronization

/// Once a day, at the hour that a person chose, a letter with what they have not read. No letter where there is nothing.
public final class Digests: Service {
    /// What is to be written down of a letter that was tried.
    private enum Outcome: Sendable {
        case settled
        case postponed(until: Date)
    }

    private static let most = 20
    private static let attempts = 12
    private let needs: Needs
    private let nodeName: String
    private let logger: Logger
    private let word: @Sendable () -> String
    private let post: @Sendable (Mail) async throws -> Void
    /// Of letters that were tried and of which that could not be written down yet: they are not tried again before it is.
    private let unwritten = Mutex<[MailID: Outcome]>([:])

    /// `word`: makes an unguessable word. `post`: hands a letter over; throws where it may be tried again.
    public init(
        needs: Needs, nodeName: String, logger: Logger, word: @escaping @Sendable () -> String,
        post: @escaping @Sendable (Mail) async throws -> Void
    ) {
        self.needs = needs
        self.nodeName = nodeName
        self.logger = logger
        self.word = word
        self.post = post
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    if try await needs.store.claim("letters") {
                        try await write()
                        try await send()
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("letters stopped short", metadata: ["fault": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }

    /// Writes the letters that are due; each in the transaction that remembers it.
    public func write() async throws {
        let now = needs.now()
        let candidates = try await needs.store.read { try $0.digestCandidates(at: now) }
        for candidate in candidates {
            let (person, last, joined) = (candidate.person, candidate.last, candidate.joined)
            guard let due = candidate.habits.dueDigest(at: now, last: last, joined: joined) else { continue }
            try await needs.store.write { [needs, nodeName, word] transaction in
                let known = try transaction.digest(of: person)
                let stopWord = known?.stopWord ?? word()
                try transaction.noteDigest(of: person, at: due, stopWord: stopWord)
                let text = DigestText(needs: needs, nodeName: nodeName, stopWord: stopWord)
                guard let login = try transaction.login(of: person),
                    let mail = try text.mail(to: person, at: login.email, limit: Self.most, in: transaction)
                else { return }
                try transaction.insert(mail)
            }
        }
    }

    /// Hands over what waits; what cannot be handed over waits longer each time, and is given up after two days or so.
    public func send() async throws {
        let due = try await needs.store.read { [needs] in try $0.dueMails(at: needs.now()) }
        for mail in due {
            let known = unwritten.withLock { $0[mail.id] }
            let outcome = if let known { known } else { try await handOver(mail) }
            unwritten.withLock { $0[mail.id] = outcome }
            // Where this cannot be written the round ends: no other letter goes out either while nothing can be noted of it.
            try await needs.store.write { transaction in
                switch outcome {
                case .settled: try transaction.delete(mail.id)
                case .postponed(let until): try transaction.postpone(mail.id, until: until)
                }
            }
            unwritten.withLock { $0[mail.id] = nil }
        }
    }

    /// - Throws: `CancellationError` where this node stops before the letter is on its way: as if it had not been tried.
    private func handOver(_ mail: Mail) async throws -> Outcome {
        do {
            try await post(mail)
            return .settled
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.warning(
                "a letter could not be handed over",
                metadata: ["attempt": "\(mail.attempts + 1)", "fault": "\(error)"])
            guard mail.attempts + 1 < Self.attempts else { return .settled }
            return .postponed(until: needs.now() + Double(60 << min(mail.attempts, 9)))
        }
    }
}
