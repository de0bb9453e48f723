import Domain
import FoundationEssentials
import Logging
import ServiceLifecycle
import Social
import Storage

/// Ends what was meant to end, within seconds, and throws away what nobody needs any more, once an hour.
struct Housekeeping: Service {
    /// Longer than any signature is good for.
    private static let memory: Double = 14 * 86400
    /// Seconds; clocks are corrected by less all the time.
    private static let step: Double = 30
    let needs: Needs
    let logger: Logger
    /// Publishes what is due.
    let publishDue: @Sendable () async throws -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var nextCleaning = needs.now()
            var last = needs.now()
            while !Task.isCancelled {
                do {
                    let now = needs.now()
                    if now < last - Self.step {
                        // What was put off by a fast clock would wait for a moment that is hours away.
                        logger.warning(
                            "the clock was set back",
                            metadata: ["seconds": "\(Int(last.timeIntervalSince(now)))"])
                        try await needs.store.write { try $0.hastenAll(to: now) }
                        nextCleaning = now
                    }
                    last = now
                    if try await needs.store.read({ try $0.hasMutesToEnd(before: now) }) {
                        try await needs.store.write { try $0.endMutes(before: now) }
                    }
                    // One process keeps house: what follows would be done as often as there are processes.
                    guard try await needs.store.claim("housekeeping") else {
                        try await Task.sleep(for: .seconds(5))
                        continue
                    }
                    // The register may have brought people who belong to a group by what they are.
                    if try await needs.store.read({ try !$0.ruledGroups().isEmpty }) {
                        try await needs.store.write { [needs] transaction in
                            try GroupRoster.keepAllInStep(needs: needs, in: transaction)
                        }
                    }
                    try await TendPolls(needs: needs).tend()
                    try await publishDue()
                    try await needs.store.eraseTraces()
                    guard now >= nextCleaning else {
                        try await Task.sleep(for: .seconds(5))
                        continue
                    }
                    nextCleaning = now + 3600
                    try await needs.store.write { transaction in
                        try transaction.forgetSeen(before: now - Self.memory)
                        try transaction.forgetCodes(before: now - 86400)
                        try transaction.trimEvents()
                    }
                    try await Trimming(store: needs.store).trimHomes()
                    try await Indexing(store: needs.store).indexBodies()
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("housekeeping stopped short", metadata: ["fault": "\(error)"])
                    try? await Task.sleep(for: .seconds(60))
                }
            }
        }
    }
}
