import Domain
import FoundationEssentials
import Logging
import Signatures
import Social
import Storage
import Synchronization

/// Carries what is due to an inbox: one activity, or for our own nodes several in one request.
final class Carrier: Sendable {
    private struct State {
        /// When another node was last told which of its people follow somebody, by actor and host.
        var compared: [String: Date] = [:]
        /// Nodes that announce batches and did not take one, and when.
        var single: [String: Date] = [:]
    }

    private static let comparisonTime: Double = 600
    private static let singleTime: Double = 600

    /// A delivery with what it carries.
    typealias Load = (delivery: Delivery, uri: ObjectURI, json: [UInt8])

    private let world: World
    private let state = Mutex(State())

    init(world: World) { self.world = world }

    /// Sends one activity in its actor's name.
    func attempt(_ delivery: Delivery) async -> Outcome {
        do {
            let host = delivery.inbox.authority
            let found = try await world.needs.store.read { transaction -> (OutgoingActivity, Actor)? in
                guard let activity = try transaction.activity(delivery.activity),
                    let actor = try transaction.actor(delivery.actor)
                else { return nil }
                return (activity, actor)
            }
            guard let (activity, actor) = found else { return .refused("the activity is gone") }
            let standing = try await world.standing(of: host)
            guard standing != .refused else { return .refused(Outcome.unknownNode) }
            var request = OutgoingRequest(
                method: "POST", url: delivery.inbox, fields: [("content-type", "application/activity+json")],
                body: activity.json, limitBytes: 64 * 1024, needsBody: false
            )
            let digest = try await digests(of: [actor], for: host).first
            if let digest { request.fields.append((FollowersDigest.field, digest)) }
            // Whom a stranger's requests belong together with is nobody's business.
            let span = standing == .member ? Span() : nil
            if let span { request.fields.append(span.field(Trace(of: activity.uri))) }
            let answer = try await SignedRequests(world: world).send(request, as: actor)
            let outcome = Outcome(answer, now: world.needs.now())
            if digest != nil, answer.isSuccess { noteComparison(of: [actor.id], with: host) }
            tell(activity.uri, outcome, to: host, span)
            return outcome
        } catch let fault as ExchangeFault {
            return .silent("\(fault)")
        } catch is CancellationError {
            return .interrupted
        } catch {
            tell(error, to: delivery.inbox.authority)
            return .fault
        }
    }

    /// Several activities for one inbox, where the node takes them so; nil where one by one is the way.
    func batch(for host: String, at now: Date) async throws -> [Load]? {
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

    /// Sends several activities in the node's name; nothing where they have to go one by one after all.
    func attempt(_ batch: [Load]) async -> [(Delivery, Outcome)] {
        guard let first = batch.first else { return [] }
        let (inbox, host) = (first.delivery.inbox, first.delivery.inbox.authority)
        do {
            guard try await world.standing(of: host) != .refused else {
                return batch.map { ($0.delivery, .refused(Outcome.unknownNode)) }
            }
            let ids = Array(Set(batch.map(\.delivery.actor)))
            let authors = try await world.needs.store.read { try $0.actors(ids) }
            let digests = try await digests(of: authors, for: host)
            let span = Span()
            let request = OutgoingRequest(
                method: "POST", url: inbox,
                fields: [("content-type", "application/activity+json"), span.field(Trace(of: first.uri))],
                body: Batch.body(batch.map(\.json), digests: digests), limitBytes: 512 * 1024)
            let answer = try await SignedRequests(world: world).send(request, as: try await world.nodeActor())
            if (400..<500).contains(answer.code), answer.code != 429 {
                // It says that it takes batches, and does not take this one.
                goOneByOne(to: host)
                return []
            }
            if answer.isSuccess { noteComparison(of: ids, with: host) }
            let outcomes = Batch.outcomes(answer, of: batch.map(\.uri.string), now: world.needs.now())
            world.counters.count(.batches)
            return batch.map { item in
                let outcome = outcomes[item.uri.string] ?? .silent("no answer")
                tell(item.uri, outcome, to: host, span)
                return (item.delivery, outcome)
            }
        } catch let fault as ExchangeFault {
            return batch.map { ($0.delivery, .silent("\(fault)")) }
        } catch is CancellationError {
            return batch.map { ($0.delivery, .interrupted) }
        } catch {
            // So that it stays with that to which it belongs.
            tell(error, to: host)
            goOneByOne(to: host)
            return []
        }
    }

    /// For a while.
    private func goOneByOne(to host: String) { state.withLock { $0.single[host] = world.needs.now() } }

    private func tell(_ fault: any Error, to host: String) {
        world.logger.error(
            "an activity could not be sent", metadata: ["to": "\(host)", "fault": "\(fault)"])
    }

    private func tell(_ activity: ObjectURI, _ outcome: Outcome, to host: String, _ span: Span?) {
        // A "no" loses something for good; all else is tried again.
        let level: Logger.Level = if case .refused = outcome { .notice } else { .debug }
        world.logger.log(
            level: level, "activity sent",
            metadata: Trace.words(activity, span: span).merging(
                ["to": "\(host)", "outcome": "\(outcome.label)"]
            ) { first, _ in first })
    }

    /// What the other node should hear again of whom of its people we know as followers (FEP-8fcf).
    private func digests(of actors: [Actor], for host: String) async throws -> [String] {
        let now = world.needs.now()
        let due = state.withLock { state in
            actors.filter { actor in
                state.compared["\(actor.id) \(host)"].map {
                    abs(now.timeIntervalSince($0)) >= Self.comparisonTime
                } ?? true
            }
        }
        guard !due.isEmpty else { return [] }
        return try await world.needs.store.read { [world] transaction in
            try due.compactMap { actor in
                // Also where it is nobody: who is known there as a follower may be forgotten here.
                let followers = try transaction.followers(of: actor.id, on: host)
                guard let collection = actor.endpoints.followers else { return nil }
                let url = world.needs.addresses.followersPart(of: actor.uri)
                return FollowersDigest(collection: collection, url: url, followers: followers).text
            }
        }
    }

    private func noteComparison(of actors: [ActorID], with host: String) {
        let now = world.needs.now()
        state.withLock { state in
            if state.compared.count > 10_000 { state.compared.removeAll() }
            for actor in actors { state.compared["\(actor) \(host)"] = now }
        }
    }
}
