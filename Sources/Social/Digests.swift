public import Domain
import FoundationEssentials
public import Logging
import Markup
public import ServiceLifecycle
import Storage

/// Once a day, at the hour that a person chose, a letter with what they have not read. No letter where there is nothing.
public struct Digests: Service {
    private static let most = 20
    private static let attempts = 12
    private let needs: Needs
    private let nodeName: String
    private let logger: Logger
    private let word: @Sendable () -> String
    private let post: @Sendable (Mail) async throws -> Void

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
        await cancelWhenGracefulShutdown {
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
        // Nobody's hour comes twice within this time.
        let candidates = try await needs.store.read { try $0.peopleWithoutDigest(since: now - 20 * 3600) }
        for person in candidates {
            let isDue = try await needs.store.read { transaction in
                guard let due = try transaction.notificationHabits(of: person).lastDigest(before: now),
                    let login = try transaction.login(of: person)
                else { return false }
                return try transaction.digest(of: person)?.sentAt ?? login.createdAt < due
            }
            guard isDue else { continue }
            try await needs.store.write { [needs, nodeName, word] transaction in
                let known = try transaction.digest(of: person)
                let stopWord = known?.stopWord ?? word()
                try transaction.noteDigest(of: person, at: now, stopWord: stopWord)
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
            do {
                try await post(mail)
                try await needs.store.write { try $0.delete(mail.id) }
            } catch {
                logger.warning(
                    "a letter could not be handed over",
                    metadata: ["attempt": "\(mail.attempts + 1)", "fault": "\(error)"])
                let pause = Double(60 << min(mail.attempts, 9))
                try await needs.store.write { [needs] transaction in
                    guard mail.attempts + 1 < Self.attempts else { return try transaction.delete(mail.id) }
                    try transaction.postpone(mail.id, until: needs.now() + pause)
                }
            }
        }
    }
}
