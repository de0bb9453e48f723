public import Logging
public import ServiceLifecycle

/// The loop that writes what this process noted of its readers, and the last of it when it ends.
public struct KeepSigns: Service {
    private let away: NoteAway
    private let shown: NoteShown
    private let logger: Logger

    public init(away: NoteAway, shown: NoteShown, logger: Logger) {
        self.away = away
        self.shown = shown
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(10))
                await drain()
            }
        }
        await drain()
    }

    private func drain() async {
        do {
            try await away.drain()
            try await shown.drain()
        } catch {
            logger.error("signs of people were not kept", metadata: ["fault": "\(error)"])
        }
    }
}
