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
        /// When another node was last told which of its people follow somebody, by actor and host.
        var compared: [String: Date] = [:]
        /// Nodes that announce batches and did not take one, and when.
        var single: [String: Date] = [:]
    }

    private static let elsewhereTime: Double = 1
    private static let comparisonTime: Double = 600
    private static let singleTime: Double = 600

    private let world: World
    private let bell: Bell
    private let state = Mutex(State())
    private let jitter: @Sendable () -> Double

    /// `jitter`: 0.8…1.2, by which pauses differ so that nodes do not come back all at once.
    public init(
        world: World, bell: Bell, jitter: @escaping @Sendable () -> Double = { Double.random(in: 0.8...1.2) }
    ) {
        self.world = world
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
            if !isBroken, let batch = try await batch(for: host, at: now) {
                guard try await record(await attempt(batch), host: host) else { return }
                continue
            }
            let due = try await world.needs.store.read {
                try $0.due(host: host, at: now, limit: isBroken ? 1 : Self.window)
            }
            guard !due.isEmpty else { return }
            let outcomes = await withTaskGroup(of: (Delivery, Outcome).self) { group in
                for delivery in due { group.addTask { [self] in (delivery, await attempt(delivery)) } }
                var outcomes: [(Delivery, Outcome)] = []
                for await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            guard try await record(outcomes, host: host) else { return }
        }
    }

    private func attempt(_ delivery: Delivery) async -> Outcome {
        do {
            let isDue = isComparisonDue(of: delivery.actor, with: delivery.inbox.authority)
            let found = try await world.needs.store.read {
                transaction -> (OutgoingActivity, Actor, [ObjectURI])? in
                guard let activity = try transaction.activity(delivery.activity),
                    let actor = try transaction.actor(delivery.actor)
                else { return nil }
                let host = delivery.inbox.authority
                return (activity, actor, isDue ? try transaction.followers(of: actor.id, on: host) : [])
            }
            guard let (activity, actor, followers) = found else { return .refused("the activity is gone") }
            guard try await world.standing(of: delivery.inbox.authority) != .refused else {
                return .refused(Outcome.unknownNode)
            }
            var request = OutgoingRequest(
                method: "POST", url: delivery.inbox, fields: [("content-type", "application/activity+json")],
                body: activity.json, limitBytes: 64 * 1024
            )
            if !followers.isEmpty, let collection = actor.endpoints.followers {
                let digest = FollowersDigest(
                    collection: collection, url: world.needs.addresses.followersPart(of: actor.uri),
                    followers: followers)
                request.fields.append((FollowersDigest.field, digest.text))
            }
            return Outcome(
                try await SignedRequests(world: world).send(request, as: actor), now: world.needs.now())
        } catch let fault as ExchangeFault {
            return .silent("\(fault)")
        } catch is CancellationError {
            return .silent("stopping")
        } catch {
            return .silent("fault")
        }
    }

    private typealias Load = (delivery: Delivery, uri: ObjectURI, json: [UInt8])

    /// Several activities for one inbox, where the node takes them so; nil where one by one is the way.
    private func batch(for host: String, at now: Date) async throws -> [Load]? {
        guard
            state.withLock({
                $0.single[host].map { abs(now.timeIntervalSince($0)) > Self.singleTime } ?? true
            })
        else { return nil }
        let waiting = try await world.needs.store.read { transaction in
            try transaction.capabilities(of: host).contains(.takesBatches)
                ? try transaction.waiting(host: host, limit: Batch.mostActivities) : []
        }
        guard let inbox = waiting.first?.delivery.inbox else { return nil }
        var load: [Load] = []
        var bytes = 0
        // Whoever has to wait holds back their own later ones.
        var held: Set<ActorID> = []
        for item in waiting where item.delivery.inbox == inbox && !held.contains(item.delivery.actor) {
            guard item.delivery.nextAt <= now else {
                held.insert(item.delivery.actor)
                continue
            }
            bytes += item.json.count
            guard bytes <= Batch.mostBytes else { break }
            load.append(item)
        }
        return load.count > 1 ? load : nil
    }

    private func attempt(_ batch: [Load]) async -> [(Delivery, Outcome)] {
        do {
            guard let inbox = batch.first?.delivery.inbox,
                try await world.standing(of: inbox.authority) != .refused
            else { return batch.map { ($0.delivery, .refused(Outcome.unknownNode)) } }
            let request = OutgoingRequest(
                method: "POST", url: inbox, fields: [("content-type", "application/activity+json")],
                body: Batch.body(batch.map(\.json)), limitBytes: 512 * 1024)
            let answer = try await SignedRequests(world: world).send(request, as: try await world.nodeActor())
            if (400..<500).contains(answer.code), answer.code != 429 {
                // It says that it takes batches, and does not take this one: one by one, for a while.
                state.withLock { $0.single[inbox.authority] = world.needs.now() }
                return []
            }
            let outcomes = Batch.outcomes(answer, of: batch.map(\.uri.string), now: world.needs.now())
            world.counters.count("hallway_batches_total")
            return batch.map { ($0.delivery, outcomes[$0.uri.string] ?? .silent("no answer")) }
        } catch let fault as ExchangeFault {
            return batch.map { ($0.delivery, .silent("\(fault)")) }
        } catch {
            return batch.map { ($0.delivery, .silent("fault")) }
        }
    }

    /// Whether the other node should hear again whom of its people we know as followers (FEP-8fcf).
    private func isComparisonDue(of actor: ActorID, with host: String) -> Bool {
        let now = world.needs.now()
        return state.withLock { state in
            let name = "\(actor) \(host)"
            if let last = state.compared[name], now.timeIntervalSince(last) < Self.comparisonTime {
                return false
            }
            if state.compared.count > 10_000 { state.compared.removeAll() }
            state.compared[name] = now
            return true
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
