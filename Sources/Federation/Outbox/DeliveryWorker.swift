import Domain
import FoundationEssentials
import Logging
public import ServiceLifecycle
public import Social
import Storage
import Synchronization

/// Carries activities to inboxes: a lane for each node, order kept per author, nothing lost.
public final class DeliveryWorker: Service {
    private static let window = 16

    private struct State {
        var lanes = Lanes()
        /// Nodes that did not answer, with the failures in a row: their lanes are open for one probe at a time.
        var broken: [String: Int] = [:]
        /// Lanes that another process was working on, until when they are left to it.
        var elsewhere: [String: Date] = [:]
        /// Whether it is known which nodes were silent before this process began.
        var knowsEarlier = false
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
        let mayBeAwaited = state.withLock { state in
            state.broken.removeValue(forKey: authority) != nil || !state.knowsEarlier
        }
        guard mayBeAwaited else { return }
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

    /// How many nodes are being delivered to just now.
    public var busyLanes: Int { state.withLock { $0.lanes.count } }

    /// Delivers everything that is due, once; for tests.
    public func drain() async throws {
        while case let due = try await dueLanes(), !due.isEmpty {
            for host in due { try await work(host) }
        }
    }

    private func startLanes(in group: inout DiscardingTaskGroup) async -> Duration {
        do {
            try await learnEarlier()
            let now = world.needs.now()
            let lanes = try await world.needs.store.read { try $0.lanes() }
            forgetSettled(lanes.map(\.host))
            // Whoever has waited longest comes first, not whoever has the first name.
            let due = lanes.filter { $0.due <= now }.sorted { $0.due < $1.due }.map(\.host)
            let (started, isCrowded) = state.withLock { state in
                state.lanes.start(due.filter { state.elsewhere[$0] ?? now <= now })
            }
            for host in started {
                group.addTask { [self] in
                    let isOurs = await workAlone(host)
                    state.withLock { state in
                        state.lanes.end(host)
                        state.elsewhere[host] = isOurs ? nil : now + Self.elsewhereTime
                    }
                    if isOurs { bell.ring() }
                }
            }
            let waits = lanes.filter { $0.due > now }.map { $0.due.timeIntervalSince(now) }
            return .seconds(min(isCrowded ? 0.25 : 2, max(0.05, waits.min() ?? 2)))
        } catch {
            world.logger.error("deliveries could not be read", metadata: ["fault": "\(error)"])
            return .seconds(2)
        }
    }

    /// Takes nodes for silent that an earlier process found so: what it put off is due as soon as they are heard from.
    private func learnEarlier() async throws {
        guard state.withLock({ !$0.knowsEarlier }) else { return }
        let now = world.needs.now()
        let silent = try await world.needs.store.read { transaction in
            try transaction.lanes().filter { $0.due > now }.map(\.host).filter { host in
                try transaction.due(host: host, at: .distantFuture, limit: Self.window)
                    // What is due itself waits because the node asked for it.
                    .contains { $0.nextAt > now && Outcome.tellsOfSilence($0.answer) }
            }
        }
        state.withLock { state in
            for host in silent where state.broken[host] == nil { state.broken[host] = 1 }
            state.knowsEarlier = true
        }
    }

    /// Nobody waits for a node for which nothing waits: another process has delivered it, or it was given up.
    private func forgetSettled(_ hosts: [String]) {
        let waiting = Set(hosts)
        state.withLock { state in state.broken = state.broken.filter { waiting.contains($0.key) } }
    }

    private func dueLanes() async throws -> [String] {
        try await learnEarlier()
        let now = world.needs.now()
        return try await world.needs.store.read { try $0.lanes().filter { $0.due <= now }.map(\.host) }
    }

    /// Works on one lane; false where it is to rest for a while: another process works on it, or it stopped short.
    private func workAlone(_ host: String) async -> Bool {
        let lane = "deliver to \(host)"
        do {
            guard try await world.needs.store.claim(lane) else { return false }
            try await work(host)
        } catch {
            world.logger.error("a lane stopped short", metadata: ["fault": "\(error)"])
            await world.needs.store.release(lane)
            return false
        }
        await world.needs.store.release(lane)
        return true
    }

    /// Works on one lane until nothing of it is due, or the node does not answer.
    private func work(_ host: String) async throws {
        while !Task.isCancelled {
            let now = world.needs.now()
            let (isBroken, isProven) = state.withLock { ($0.broken[host] != nil, $0.lanes.isProven(host)) }
            if !isBroken, let batch = try await carrier.batch(for: host, at: now) {
                let outcomes = await timed(host) { await carrier.attempt(batch) }
                guard try await record(outcomes, host: host), isProven else { return }
                continue
            }
            let due = try await world.needs.store.read {
                try $0.due(host: host, at: now, limit: isBroken || !isProven ? 1 : Self.window)
            }
            guard !due.isEmpty else { return }
            let outcomes = await withTaskGroup(of: (Delivery, Outcome).self) { group in
                for delivery in due {
                    group.addTask { [self] in
                        (delivery, await timed(host) { await carrier.attempt(delivery) })
                    }
                }
                var outcomes: [(Delivery, Outcome)] = []
                for await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            // Once it answers, what else waits for it goes on when there is room among those that do.
            guard try await record(outcomes, host: host), isProven else { return }
        }
    }

    /// Times a request.
    private func timed<Value>(_ host: String, _ send: () async -> Value) async -> Value {
        let began = ContinuousClock.now
        let value = await send()
        let took = ContinuousClock.now - began
        world.counters.time(.deliveryRequest, took)
        world.counters.nodes.asked(host, for: took)
        return value
    }

    /// Writes down what became of a round; false when the lane must rest.
    private func record(_ attempts: [(Delivery, Outcome)], host: String) async throws -> Bool {
        let outcomes = attempts.filter { $0.1 != .interrupted }
        // An empty round is a batch that goes one by one after all.
        guard !outcomes.isEmpty || attempts.isEmpty else { return false }
        let now = world.needs.now()
        let isSilent = outcomes.contains { $0.1.isSilent }
        let rest = outcomes.compactMap { $0.1.rest }.max()
        // What could not even be sent tells nothing of the node.
        let hasAnswered = !isSilent && outcomes.contains { $0.1 != .fault }
        let failures = state.withLock { state -> Int in
            guard isSilent || hasAnswered else { return 0 }
            state.lanes.note(host, hasAnswered: hasAnswered)
            guard isSilent else {
                state.broken[host] = nil
                return 0
            }
            state.broken[host, default: 0] += 1
            return state.broken[host] ?? 1
        }
        let pause = Backoff.pause(after: failures) * jitter()
        let (expired, wasPrompt) = try await note { [self] transaction -> Int in
            var count = 0
            for (delivery, outcome) in outcomes {
                var settled = delivery
                settled.attempts += 1
                outcome.settle(&settled, now: now, pause: pause)
                try transaction.update(settled, at: now)
                if settled.state == .expired { count += 1 }
                if case .waits = outcome { try passOver(delivery, in: transaction) }
            }
            // It gives up what waits for an inbox, so what was taken of the same round is noted before.
            for case (let delivery, .gone) in outcomes {
                try transaction.retire(inbox: delivery.inbox, at: now)
            }
            guard isSilent || rest != nil else { return count }
            // One was tried in the name of all: what is as old as it may be is not tried one by one.
            count += try transaction.expire(host: host, since: now - Outcome.patience, at: now)
            if isSilent { try transaction.postpone(host: host, until: now + pause) }
            if let rest { try transaction.hold(host: host, until: now + rest, at: now) }
            return count
        }
        world.counters.count(.deliveriesExpired, by: expired)
        for (delivery, outcome) in outcomes {
            if let count = outcome.count { world.counters.count(count) }
            guard case .delivered = outcome else { continue }
            world.counters.time(.deliveryAge, now.timeIntervalSince(IDSource.date(of: delivery.id)))
        }
        let taken = outcomes.count { if case .delivered = $0.1 { true } else { false } }
        world.counters.nodes.delivered(taken, to: host)
        let unsent = outcomes.count { $0.1 == .fault }
        world.counters.nodes.failed(outcomes.count - taken - unsent, to: host)
        // Whoever could not write may have lost the lane meanwhile, and asks for it again.
        return wasPrompt && !isSilent && rest == nil
    }

    /// Whoever passes on what somebody else wrote is not held up by it: it waits on in the node's own name, behind what waits so.
    private func passOver(_ delivery: Delivery, in transaction: Transaction) throws {
        guard let activity = try transaction.activity(delivery.activity),
            activity.uri.authority != world.needs.addresses.base.authority,
            let node = try transaction.actorID(world.needs.addresses.node)
        else { return }
        try transaction.rename(delivery.id, to: world.needs.ids.next(), inNameOf: node)
    }

    /// Writes down what was answered, however long that takes: what was sent must not be sent again and again because there
    /// is no room to note it. `wasPrompt`: false where it did not go at once.
    ///
    /// - Throws: `CancellationError` when the service stops before: it is sent once more after the start then, and whoever
    ///   has it knows it.
    private func note<Value: Sendable>(
        _ write: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> (Value, wasPrompt: Bool) {
        var (pause, wasPrompt) = (Duration.milliseconds(250), true)
        while true {
            do {
                return (try await world.needs.store.write(write), wasPrompt)
            } catch {
                wasPrompt = false
                world.logger.error("answers could not be written down", metadata: ["fault": "\(error)"])
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }
}

/// Pauses between attempts: five seconds, doubling, at most a quarter of an hour; hearing from a node ends them.
enum Backoff {
    static func pause(after failures: Int) -> Double {
        failures <= 0 ? 5 : min(900, 5 * Double(1 << min(failures - 1, 20)))
    }
}
