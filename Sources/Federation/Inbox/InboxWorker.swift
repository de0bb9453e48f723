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
    /// Rows that are read at once; those that need nothing of the network take effect in one transaction.
    private static let batch = 100
    /// One process at a time drains the inbox: the order is kept, and writes take turns anyway.
    private static let lane = "inbox"
    /// For whatever one activity needs from the network.
    private static let patience = Duration.seconds(60)

    let world: World
    private let handlers: Handlers
    private let bell: Bell
    private let done: @Sendable () -> Void
    private let book = Mutex(LaneBook())
    private let mood = Mutex(Mood.calm)

    /// How the drain goes about it.
    private enum Mood {
        /// Just started: nothing has moved yet.
        case fresh
        case calm
        /// It started again and again and nothing moved: one at a time, each noted before it is handled, until all that
        /// waited then is done (N87).
        case careful(until: ReceivedID)
    }

    /// Starts in a row without anything moving, after which the drain is careful.
    private static let starts = 3

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
                if try await world.needs.store.claim(Self.lane) {
                    let (start, newest) = try await world.needs.store.write { transaction in
                        (try transaction.countStart(), try transaction.newestReceived())
                    }
                    let isSuspicious = start.starts > Self.starts || start.wasAlone
                    mood.withLock {
                        $0 = newest.flatMap { isSuspicious ? .careful(until: $0) : nil } ?? .fresh
                    }
                }
            } catch {
                world.logger.error("the inbox could not be counted", metadata: ["fault": "\(error)"])
            }
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    while await round(startLane: { [self] lane in
                        group.addTask { [self] in
                            let hasMoved = await run(lane)
                            book.withLock { $0.end(lane.signer) }
                            done()
                            // Where nothing can be noted, the same errand would be run again and again.
                            if hasMoved { bell.ring() }
                        }
                    }) {}
                    await bell.wait(upTo: .seconds(2))
                }
            }
        }
    }

    /// Handles everything that is due, once, as far as something comes of it; for tests.
    public func drain() async throws {
        var lanes: [Lane] = []
        while await round(startLane: { lanes.append($0) }) {
            var isStuck = false
            for lane in lanes {
                if await !run(lane) { isStuck = true }
                book.withLock { $0.end(lane.signer) }
            }
            guard !isStuck else { return }
            lanes = []
        }
    }

    /// Activities of one signer, of which the first waits for an errand, in order. Each is planned when its turn comes:
    /// the ones before it may change what is known of the signer.
    private struct Lane: Sendable {
        var signer: ActorID
        var steps: [Received] = []
    }

    /// What became of an activity.
    private enum Fate { case done, waits, stuck }

    private typealias Step = (received: Received, plan: Result<Plan, any Error>)

    /// Handles what is due; false when nothing came of it.
    private func round(startLane: (Lane) -> Void) async -> Bool {
        do {
            guard try await world.needs.store.claim(Self.lane) else { return false }
            if case .careful(let newest) = mood.withLock({ $0 }) {
                return try await handleAlone(until: newest)
            }
            let (due, actors) = try await due(at: world.needs.now())
            guard !due.isEmpty else { return book.withLock { $0.lookAgain() } }
            var ready: [Step] = []
            var lanes: [ActorID: Lane] = [:]
            for received in due {
                guard lanes[received.signer] == nil else {
                    lanes[received.signer]?.steps.append(received)
                    continue
                }
                let plan = Result { try handlers.plan(received, by: actors[received.signer]) }
                if case .success(.errand) = plan {
                    lanes[received.signer] = Lane(signer: received.signer, steps: [received])
                } else {
                    ready.append((received, plan))
                }
            }
            var (hasMoved, stopped) = await perform(ready)
            if case .fresh = mood.withLock({ $0 }), hasMoved { try await move(to: .calm) }
            for lane in lanes.values where !stopped.contains(lane.signer) {
                let host = actors[lane.signer]?.host ?? ""
                switch book.withLock({ $0.start(lane.signer, of: host) }) {
                case .started:
                    hasMoved = true
                    startLane(lane)
                // Those behind are looked at.
                case .passed: hasMoved = true
                case .full: break
                }
            }
            return hasMoved
        } catch {
            world.logger.error("the inbox could not be read", metadata: ["fault": "\(error)"])
            return false
        }
    }

    /// Handles the next one by itself; calm again when what is left came later, or is not due.
    private func handleAlone(until newest: ReceivedID) async throws -> Bool {
        let now = world.needs.now()
        let next = try await world.needs.store.read { try $0.dueReceived(at: now, limit: 1).first }
        guard let next, next.id <= newest else {
            try await move(to: .calm)
            return true
        }
        let actor = try await world.needs.store.write { transaction in
            try transaction.setTrying(next.id)
            return try transaction.actor(next.signer)
        }
        _ = await handle(next, Result { try handlers.plan(next, by: actor) })
        try await world.needs.store.write { try $0.forgetStarts() }
        done()
        return true
    }

    private func move(to mood: Mood) async throws {
        try await world.needs.store.write { try $0.forgetStarts() }
        self.mood.withLock { $0 = mood }
    }

    private func due(at now: Date) async throws -> ([Received], [ActorID: Actor]) {
        let (busy, nodes) = book.withLock { ($0.signers, $0.nodes) }
        return try await world.needs.store.read { transaction in
            let due = try transaction.dueReceived(at: now, limit: Self.batch, except: busy, ofNodes: nodes)
            let actors = try transaction.actors(Array(Set(due.map(\.signer))))
            return (due, Dictionary(actors.map { ($0.id, $0) }) { first, _ in first })
        }
    }

    /// Gives what needs nothing more its effect: all in one transaction, or, when one of them says no, each by itself.
    /// Returns whether anything came of it, and the signers of whom one has to wait.
    private func perform(_ steps: [Step]) async -> (hasMoved: Bool, stopped: Set<ActorID>) {
        guard !steps.isEmpty else { return (false, []) }
        defer { done() }
        var hasMoved = false
        // What broke a rule when it was planned would break the whole transaction.
        let (planned, broken) = (steps.filter(\.plan.isSuccess), steps.filter { !$0.plan.isSuccess })
        for step in broken where await handle(step.received, step.plan) != .stuck { hasMoved = true }
        do {
            try await world.needs.store.write { transaction in
                for step in planned {
                    guard case .effect(let effect) = try step.plan.get() else { continue }
                    try Self.finish(step.received, in: transaction)
                    try effect(transaction)
                }
            }
            record(planned.map(\.received))
            return (hasMoved || !planned.isEmpty, [])
        } catch {
            var stopped: Set<ActorID> = []
            for step in planned where !stopped.contains(step.received.signer) {
                let fate = await handle(step.received, step.plan)
                if fate != .done { stopped.insert(step.received.signer) }
                if fate != .stuck { hasMoved = true }
            }
            return (hasMoved, stopped)
        }
    }

    /// Whether anything came of it.
    private func run(_ lane: Lane) async -> Bool {
        for received in lane.steps {
            guard !Task.isCancelled else { return false }
            let plan: Result<Plan, any Error>
            do {
                guard try await world.needs.store.claim(Self.lane) else { return false }
                let actor = try await world.needs.store.read { try $0.actor(received.signer) }
                plan = Result { try handlers.plan(received, by: actor) }
            } catch {
                plan = .failure(error)
            }
            let fate = await handle(received, plan)
            guard fate == .done else { return fate != .stuck }
        }
        return true
    }

    /// Handles one. Where it is not done, its signer's later ones wait with it.
    private func handle(_ received: Received, _ plan: Result<Plan, any Error>) async -> Fate {
        do {
            let effect: Plan.Effect
            switch try plan.get() {
            case .effect(let found): effect = found
            case .errand(let errand): effect = try await within(Self.patience) { try await errand() }
            }
            try await world.needs.store.write { transaction in
                try Self.finish(received, in: transaction)
                try effect(transaction)
            }
            record([received])
            return .done
        } catch {
            return await settle(received, after: error)
        }
    }

    /// Counts what took effect, and how long it waited for that.
    private func record(_ handled: [Received]) {
        let now = world.needs.now()
        world.counters.count(.inboxHandled, by: handled.count)
        for received in handled {
            world.counters.time(.inboxWait, now.timeIntervalSince(received.receivedAt))
            world.logger.debug("activity handled", metadata: received.words)
        }
    }

    /// Another process has given it its effect: ours must not take place.
    private struct AlreadyHandled: Error {}

    private static func finish(_ received: Received, in transaction: Transaction) throws {
        guard try transaction.finish(received.id) else { throw AlreadyHandled() }
        // Whoever was suspended, or left, since it was taken in has nothing more to say (N28, N113).
        guard try Farewell.maySay(received, in: transaction) else {
            throw Refusal.notAllowed(because: "the actor is suspended or gone")
        }
    }

    private func settle(_ received: Received, after error: any Error) async -> Fate {
        do {
            switch error {
            case is Refusal, is ASFault, is JSONError, is SignatureFault:
                world.counters.count(.inboxDropped)
                world.logger.debug("activity dropped", metadata: received.words(because: error))
                try await world.needs.store.write { _ = try $0.finish(received.id) }
                return .done
            case let fault as ExchangeFault where fault.isFinal:
                world.counters.count(.inboxDropped)
                world.logger.debug("activity dropped", metadata: received.words(because: fault))
                try await world.needs.store.write { _ = try $0.finish(received.id) }
                return .done
            case is CancellationError: return .stuck
            case is AlreadyHandled: return .done
            default: return try await postpone(received, because: error)
            }
        } catch {
            world.logger.error("an inbox row could not be settled", metadata: ["fault": "\(error)"])
            return .stuck
        }
    }

    private func postpone(_ received: Received, because error: any Error) async throws -> Fate {
        guard received.attempts + 1 < Limits.handlingAttempts else {
            world.logger.error("activity set aside", metadata: received.words(because: error))
            try await world.needs.store.write { try $0.setAside(received.id, because: "\(error)") }
            return .done
        }
        let pause = Double(1 << received.attempts)
        let until = world.needs.now() + pause
        try await world.needs.store.write { try $0.postpone(received, until: until) }
        return .waits
    }
}

extension Received {
    /// What the log says of it: its trace, where it can be read at all.
    fileprivate var words: Logger.Metadata {
        guard let id = (try? JSONParser.parse(body))?["id"]?.string, let uri = ObjectURI(id) else {
            return [:]
        }
        return Trace.words(uri)
    }

    fileprivate func words(because fault: any Error) -> Logger.Metadata {
        words.merging(["because": "\(fault)"]) { first, _ in first }
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}
