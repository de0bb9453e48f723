import Logging
import ServiceLifecycle
import Storage

/// Has the directory's database forget what was taken out of its logs. A node does so with its other housekeeping.
struct Forgetting: Service {
    let store: any Store
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.eraseTraces()
                } catch {
                    logger.error("traces were not erased", metadata: ["fault": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }
}
