import Domain
import FoundationEssentials
import Logging
import ServiceLifecycle
import Social
import Storage

/// Throws away what nobody needs any more, once an hour.
struct Housekeeping: Service {
    /// Longer than any signature is good for.
    private static let memory: Double = 14 * 86400
    let needs: Needs
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let now = needs.now()
                    try await needs.store.write { transaction in
                        try transaction.forgetSeen(before: now - Self.memory)
                        try transaction.forgetCodes(before: now - 86400)
                        try transaction.endMutes(before: now)
                        try transaction.trimEvents()
                        for person in try transaction.localActors() {
                            try transaction.trimHome(of: person.id)
                        }
                    }
                    try await Task.sleep(for: .seconds(3600))
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
