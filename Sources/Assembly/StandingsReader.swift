import Federation
import Logging
import ServiceLifecycle
import Storage

/// Asks the other nodes once an hour how their people stand.
struct StandingsReader: Service {
    let documents: LeaderboardDocuments
    let store: any Store
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await store.claim("standings") { try await documents.readAll() }
                    try await Task.sleep(for: .seconds(3600))
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("standings were not read", metadata: ["fault": "\(error)"])
                    try? await Task.sleep(for: .seconds(60))
                }
            }
        }
    }
}
