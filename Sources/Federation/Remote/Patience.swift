import Synchronization

/// How long one request makes this node look for keys: together, however many of them it names.
///
/// Its sender waits for fifteen seconds; what was found out until the time is up is worth more than nothing.
final class Patience: Sendable {
    private let end: ContinuousClock.Instant
    /// Origins that did not answer meanwhile.
    private let silent = Mutex<[String: ExchangeFault]>([:])

    init(_ time: Duration) { end = ContinuousClock.now + time }

    /// Asks an origin in what is left of the time; one that did not answer is not asked again.
    ///
    /// - Throws: ``ExchangeFault``, and whatever the asking throws.
    func ask<Value: Sendable>(
        _ origin: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        if let fault = silent.withLock({ $0[origin] }) { throw fault }
        let left = end - ContinuousClock.now
        guard left > .zero else { throw ExchangeFault.tooSlow }
        do {
            return try await within(left, body)
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
