import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Logging
public import ServiceLifecycle
import Signatures
public import Social
import Storage
import Synchronization

/// The drain that gives acknowledged activities their effect: each once, in order for each signer, and no signer
/// waiting for another.
public final class InboxWorker: Service {
    private static let batch = 128
    private static let lanes = 16
    /// For whatever one activity needs from the network.
    private static let patience = Duration.seconds(60)

    let world: World
    private let handlers: Handlers
    private let bell: Bell
    private let done: @Sendable () -> Void
    private let busy = Mutex<Set<ActorID>>([])

    /// `done`: called after effects were committed, to wake the drains that follow.
    public init(world: World, threads: Threads, bell: Bell, done: @escaping @Sendable () -> Void) {
        self.world = world
        handlers = Handlers(world: world, threads: threads)
        self.bell = bell
        self.done = done
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            do {
                // Whatever was under way when the process ended may be why it ended (N87).
                try await world.needs.store.write { try $0.countRestart(limit: Limits.handlingAttempts) }
            } catch {
                world.logger.error("the inbox could not be counted", metadata: ["fault": "\(error)"])
            }
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await startLanes(in: &group)
                    await bell.wait(upTo: .seconds(2))
                }
            }
        }
    }

    /// Handles everything that is due, once; for tests.
    public func drain() async throws {
        let now = world.needs.now()
        while case let due = try await due(at: now), !due.isEmpty {
            for lane in Dictionary(grouping: due, by: \.signer).values { await handle(lane) }
        }
    }

    private func startLanes(in group: inout DiscardingTaskGroup) async {
        do {
            let due = try await due(at: world.needs.now())
            for (signer, lane) in Dictionary(grouping: due, by: \.signer) {
                let mayStart = busy.withLock { $0.count < Self.lanes && $0.insert(signer).inserted }
                guard mayStart else { continue }
                group.addTask { [self] in
                    await handle(lane)
                    busy.withLock { _ = $0.remove(signer) }
                    done()
                    bell.ring()
                }
            }
        } catch {
            world.logger.error("the inbox could not be read", metadata: ["fault": "\(error)"])
        }
    }

    private func due(at now: Date) async throws -> [Received] {
        let busy = Array(busy.withLock { $0 })
        return try await world.needs.store.read {
            try $0.dueReceived(at: now, limit: Self.batch, except: busy)
        }
    }

    private func handle(_ lane: [Received]) async {
        for received in lane {
            guard !Task.isCancelled, await handle(received) else { return }
        }
    }

    /// Handles one; false when it has to wait, and its signer's later ones with it.
    private func handle(_ received: Received) async -> Bool {
        do {
            let effect = try await within(Self.patience) { try await self.handlers.prepare(received) }
            try await world.needs.store.write { transaction in
                try effect(transaction)
                try transaction.finish(received.id)
            }
            world.counters.count("hallway_inbox_handled_total")
            return true
        } catch {
            return await settle(received, after: error)
        }
    }

    private func settle(_ received: Received, after error: any Error) async -> Bool {
        do {
            switch error {
            case is Refusal, is ASFault, is JSONError, is SignatureFault:
                world.counters.count("hallway_inbox_dropped_total")
                world.logger.debug("activity dropped", metadata: ["because": "\(error)"])
                try await world.needs.store.write { try $0.finish(received.id) }
                return true
            case let fault as ExchangeFault where fault.isFinal:
                world.counters.count("hallway_inbox_dropped_total")
                world.logger.debug("activity dropped", metadata: ["because": "\(fault)"])
                try await world.needs.store.write { try $0.finish(received.id) }
                return true
            case is CancellationError: return false
            default: return try await postpone(received, because: error)
            }
        } catch {
            world.logger.error("an inbox row could not be settled", metadata: ["fault": "\(error)"])
            return false
        }
    }

    private func postpone(_ received: Received, because error: any Error) async throws -> Bool {
        guard received.attempts + 1 < Limits.handlingAttempts else {
            world.logger.error("activity set aside", metadata: ["fault": "\(error)"])
            try await world.needs.store.write { try $0.setAside(received.id, because: "\(error)") }
            return true
        }
        let pause = Double(1 << received.attempts)
        let until = world.needs.now() + pause
        try await world.needs.store.write { try $0.postpone(received, until: until) }
        return false
    }
}

extension ExchangeFault {
    /// Whether asking again would bring the same.
    fileprivate var isFinal: Bool {
        switch self {
        case .forbidden, .tooLarge, .unusable: true
        case .answered(let code): (400..<500).contains(code) && code != 408 && code != 429
        case .unreachable, .tooSlow: false
        }
    }
}
