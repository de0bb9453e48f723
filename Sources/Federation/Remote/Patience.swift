import Synchronization

/// How long one request makes this node look for keys: together, however many of them it names.
///
/// Its sender waits for fifteen seconds; what was found out until the time is up is worth more than nothing.
final class Patience: Sendable {
    private let end: ContinuousClock.Instant
    /// Origins that did not answer meanwhile.
    private let silent = Mutex<[String: ExchangeFault]>([:])

    private let time: Duration

    init(_ time: Duration) {
        self.time = time
        end = ContinuousClock.now + time
    }

    /// Whether half of the time is left, so that whoever does not answer in it has had a fair while.
    var isFresh: Bool { end - .now > time / 2 }

    /// - Throws: ``ExchangeFault`` where an origin would not be asked any more.
    func check(_ origin: String) throws {
        if let fault = silent.withLock({ $0[origin] }) { throw fault }
        guard end > .now else { throw ExchangeFault.tooSlow }
    }

    /// Asks an origin in what is left of the time; one that did not answer is not asked again.
    ///
    /// - Throws: ``ExchangeFault``, and whatever the asking throws.
    func ask<Value: Sendable>(
        _ origin: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try check(origin)
        do {
            return try await within(end - .now, body)
        } catch let fault as ExchangeFault {
            if fault.isSilence { silent.withLock { $0[origin] = fault } }
            throw fault
        }
    }
}

extension ExchangeFault {
    /// Whether there was no answer, so that there will be none to the next question either.
    fileprivate var isSilence: Bool {
        switch self {
        case .unreachable, .tooSlow: true
        case .forbidden, .tooLarge, .unusable, .answered: false
        }
    }
}
