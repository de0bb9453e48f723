import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Logging
public import ServiceLifecycle
import Signatures
public import Social
import Storage

/// The drain that gives acknowledged activities their effect: each once, in order for each signer.
public struct InboxWorker: Service {
    private static let batch = 128
    private static let lanes = 8
    let world: World
    private let handlers: Handlers
    private let bell: Bell
    private let done: @Sendable () -> Void

    /// `done`: called after effects were committed, to wake the drains that follow.
    public init(world: World, threads: Threads, bell: Bell, done: @escaping @Sendable () -> Void) {
        self.world = world
        handlers = Handlers(world: world, threads: threads)
        self.bell = bell
        self.done = done
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await drain() {}
                } catch {
                    world.logger.error("the inbox stopped short", metadata: ["fault": "\(error)"])
                }
                await bell.wait(upTo: .seconds(2))
            }
        }
    }

    /// Handles what is due; false when nothing was.
    public func drain() async throws -> Bool {
        let now = world.needs.now()
        let due = try await world.needs.store.read { try $0.dueReceived(at: now, limit: Self.batch) }
        guard !due.isEmpty else { return false }
        var lanes = Dictionary(grouping: due, by: \.signer).values.makeIterator()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.lanes {
                guard let lane = lanes.next() else { break }
                group.addTask { await handle(lane) }
            }
            while await group.next() != nil {
                if let lane = lanes.next() { group.addTask { await handle(lane) } }
            }
        }
        done()
        return true
    }

    private func handle(_ lane: [Received]) async {
        for received in lane {
            guard !Task.isCancelled, await handle(received) else { return }
        }
    }

    /// Handles one; false when it has to wait, and its signer's later ones with it.
    private func handle(_ received: Received) async -> Bool {
        do {
            let effect = try await handlers.prepare(received)
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
