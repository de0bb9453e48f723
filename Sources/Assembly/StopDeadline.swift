import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Sees to it that a process which is told to stop has ended within five seconds, and says how that went.
///
/// What is under way has ``grace`` to end by itself and is cancelled then. Whatever still hangs at the ``limit`` is ended
/// with the process, with status 1: what was acknowledged is on the disk, so no more is lost by it than by `kill -9`,
/// which is nothing (DESIGN §6).
final class StopDeadline: Service {
    static let grace = Duration.seconds(3)
    /// From the signal to the end, with something left for the end itself.
    static let limit = Duration.milliseconds(4500)

    private struct State {
        var began: ContinuousClock.Instant?
        var isOver = false
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) { self.logger = logger }

    /// Waits for the word to stop. Last in its group, so that it is the first to be told.
    func run() async throws {
        // Thrown where another service failed, which is no stop.
        try await gracefulShutdown()
        state.withLock { $0.began = .now }
        // On a thread of its own: whatever hangs may hold all the others.
        let patience = DispatchTimeInterval.milliseconds(Int(Self.limit / .milliseconds(1)))
        DispatchQueue(label: "hallway stop").asyncAfter(deadline: .now() + patience) { [self] in giveUp() }
    }

    /// Everything has ended: says how long that took, and whether something had to be cancelled for it.
    func end() {
        let began = state.withLock { state in
            state.isOver = true
            return state.began
        }
        guard let began else { return }
        let took = ContinuousClock.now - began
        logger.notice(
            "stopped",
            metadata: [
                "milliseconds": "\(Int(took / .milliseconds(1)))", "cancelled": "\(took >= Self.grace)",
            ])
    }

    private func giveUp() {
        guard state.withLock({ !$0.isOver }) else { return }
        logger.critical("not stopped in time, so ended: nothing that was acknowledged is lost")
        _exit(1)
    }
}
