import Domain
import FoundationEssentials
import Logging
public import ServiceLifecycle
public import Social
import Storage
import Synchronization

/// Carries activities to inboxes: a lane for each node, order kept per author, nothing lost.
public final class DeliveryWorker: Service {
    private static let lanesAtOnce = 32
    private static let window = 16

    private struct State {
        /// Lanes that are being worked on.
        var busy: Set<String> = []
        /// Nodes that did not answer, with the failures in a row: their lanes are open for one probe at a time.
        var broken: [String: Int] = [:]
        /// Lanes that another process was working on, until when they are left to it.
        var elsewhere: [String: Date] = [:]
    }

    private static let elsewhereTime: Double = 1

    private let world: World
    private let carrier: Carrier
    private let bell: Bell
    private let state = Mutex(State())
    private let jitter: @Sendable () -> Double

    /// `jitter`: 0.8…1.2, by which pauses differ so that nodes do not come back all at once.
    public init(
        world: World, bell: Bell, jitter: @escaping @Sendable () -> Double = { Double.random(in: 0.8...1.2) }
    ) {
        self.world = world
        carrier = Carrier(world: world)
        self.bell = bell
        self.jitter = jitter
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    let pause = await startLanes(in: &group)
                    await bell.wait(upTo: pause)
                }
            }
        }
    }

    /// A node spoke to us, so it is up: what waits for it is due now.
    public func heard(from authority: String) {
        let wasBroken = state.withLock { $0.broken.removeValue(forKey: authority) != nil }
        guard wasBroken else { return }
        Task { [world, bell] in
            do {
                let now = world.needs.now()
                try await world.needs.store.write { try $0.hasten(host: authority, to: now) }
                bell.ring()
            } catch {
                world.logger.error("a lane could not be hastened", metadata: ["fault": "\(error)"])
            }
        }
    }

    /// How many nodes do not answer just now.
    public var brokenLanes: Int { state.withLock { $0.broken.count } }

    /// Delivers everything that is due, once; for tests.
    public func drain() async throws {
        while case let due = try await dueLanes(), !due.isEmpty {
            for host in due { try await work(host) }
        }
    }

    private func startLanes(in group: inout DiscardingTaskGroup) async -> Duration {
        do {
            let now = world.needs.now()
            let lanes = try await world.needs.store.read { try $0.lanes() }
            for lane in lanes where lane.due <= now {
                let mayStart = state.withLock { state in
                    state.elsewhere[lane.host] ?? now <= now && state.busy.count < Self.lanesAtOnce
                        && state.busy.insert(lane.host).inserted
                }
                guard mayStart else { continue }
                group.addTask { [self] in
                    let isOurs = await workAlone(lane.host)
                    state.withLock { state in
                        state.busy.remove(lane.host)
                        state.elsewhere[lane.host] = isOurs ? nil : now + Self.elsewhereTime
                    }
                    if isOurs { bell.ring() }
                }
            }
            let waits = lanes.filter { $0.due > now }.map { $0.due.timeIntervalSince(now) }
            return .seconds(min(2, max(0.05, waits.min() ?? 2)))
        } catch {
            world.logger.error("deliveries could not be read", metadata: ["fault": "\(error)"])
            return .seconds(2)
        }
    }

    private func dueLanes() async throws -> [String] {
        let now = world.needs.now()
        return try await world.needs.store.read { try $0.lanes().filter { $0.due <= now }.map(\.host) }
    }

    /// Works on one lane, unless another process does: then false.
    private func workAlone(_ host: String) async -> Bool {
        let lane = "deliver to \(host)"
        do {
            guard try await world.needs.store.claim(lane) else { return false }
            try await work(host)
        } catch {
            world.logger.error("a lane stopped short", metadata: ["fault": "\(error)"])
        }
        await world.needs.store.release(lane)
        return true
    }

    /// Works on one lane until nothing of it is due, or the node does not answer.
    private func work(_ host: String) async throws {
        while !Task.isCancelled {
            let now = world.needs.now()
            let isBroken = state.withLock { $0.broken[host] != nil }
            if !isBroken, let batch = try await carrier.batch(for: host, at: now) {
                guard try await record(await carrier.attempt(batch), host: host) else { return }
                continue
            }
            let due = try await world.needs.store.read {
                try $0.due(host: host, at: now, limit: isBroken ? 1 : Self.window)
            }
            guard !due.isEmpty else { return }
            let outcomes = await withTaskGroup(of: (Delivery, Outcome).self) { group in
                for delivery in due {
                    group.addTask { [carrier] in (delivery, await carrier.attempt(delivery)) }
                }
                var outcomes: [(Delivery, Outcome)] = []
                for await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            guard try await record(outcomes, host: host) else { return }
        }
    }

    /// Writes down what became of a round; false when the lane must rest.
    private func record(_ outcomes: [(Delivery, Outcome)], host: String) async throws -> Bool {
        let now = world.needs.now()
        let isSilent = outcomes.contains { $0.1.isSilent }
        let failures = state.withLock { state -> Int in
            guard isSilent else {
                state.broken[host] = nil
                return 0
            }
            state.broken[host, default: 0] += 1
            return state.broken[host] ?? 1
        }
        let pause = Backoff.pause(after: failures) * jitter()
        try await world.needs.store.write { transaction in
            for (delivery, outcome) in outcomes {
                var settled = delivery
                settled.attempts += 1
                outcome.settle(&settled, now: now, pause: pause)
                try transaction.update(settled, at: now)
                if case .gone = outcome { try transaction.retire(inbox: delivery.inbox, at: now) }
            }
            if isSilent { try transaction.postpone(host: host, until: now + pause) }
        }
        for (delivery, outcome) in outcomes {
            world.counters.count("hallway_deliveries_total{outcome=\"\(outcome.label)\"}")
            if case .delivered = outcome {
                let age = now.timeIntervalSince(IDSource.date(of: delivery.id))
                world.counters.time("hallway_delivery_age_seconds", age)
            }
        }
        return !isSilent && !outcomes.contains { $0.1.isBusy }
    }
}

/// Pauses between attempts: five seconds, doubling, at most a quarter of an hour; hearing from a node ends them.
enum Backoff {
    static func pause(after failures: Int) -> Double {
        failures <= 0 ? 5 : min(900, 5 * Double(1 << min(failures - 1, 20)))
    }
}
