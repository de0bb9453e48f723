import Domain
import FoundationEssentials
import Logging
public import ServiceLifecycle
public import Social
import Storage

/// The drain that turns events into activities at their ids and deliveries in the ledger.
public struct OutboxDrain: Service {
    static let cursor = "outbox"
    let world: World
    private let composer: Composer
    private let bell: Bell
    private let done: @Sendable () -> Void

    /// `done`: called when there is something to deliver.
    public init(world: World, documents: Documents, bell: Bell, done: @escaping @Sendable () -> Void) {
        self.world = world
        composer = Composer(world: world, documents: documents)
        self.bell = bell
        self.done = done
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var unknown: UnknownEvent?
            while !Task.isCancelled {
                do {
                    while try await world.needs.store.claim(Self.cursor), try await drain() {}
                } catch let event as UnknownEvent {
                    // A process of the release that wrote it takes over.
                    await world.needs.store.release(Self.cursor)
                    if event != unknown {
                        world.logger.warning(
                            "an event is left to a later release",
                            metadata: ["drain": "\(Self.cursor)", "kind": "\(event.kind)"])
                    }
                    unknown = event
                } catch {
                    world.logger.error("the outbox stopped short", metadata: ["fault": "\(error)"])
                }
                await bell.wait(upTo: .seconds(2))
            }
        }
    }

    /// Handles a batch of events; false when there was none.
    public func drain() async throws -> Bool {
        let (position, events, own) = try await world.needs.store.read { transaction in
            let position = try transaction.cursor(Self.cursor)
            let events = try transaction.events(after: position)
            return (position, events, try transaction.localPosts(events.compactMap(\.event.post)))
        }
        guard let last = events.last else { return false }
        var dispatches: [Dispatch] = []
        // Most events are about posts of other nodes, of which there is nothing to tell.
        for logged in events where logged.event.post.map(own.contains) ?? true {
            dispatches += try await composer.compose(logged.event)
        }
        try await world.needs.store.write { [world, dispatches] transaction in
            // Another process may have drained the same events meanwhile.
            guard try transaction.cursor(Self.cursor) == position else { return }
            // One whose clock is ahead may have drained before.
            if let newest = try transaction.newestID(at: world.needs.now()) {
                world.needs.ids.goOn(after: newest)
            }
            for dispatch in dispatches { try Self.enter(dispatch, world: world, in: transaction) }
            try transaction.setCursor(Self.cursor, to: last.position)
        }
        for dispatch in dispatches {
            world.logger.debug(
                "activity to be sent",
                metadata: Trace.words(dispatch.activity.uri).merging(["inboxes": "\(dispatch.inboxes.count)"])
                {
                    first, _ in first
                })
        }
        world.counters.count(.outboxEntered, by: dispatches.count)
        world.counters.passed(events.map(\.at), counted: .outboxRead, timed: .outbox, now: world.needs.now())
        done()
        return true
    }

    /// Keeps an activity, and a line of the ledger for each inbox that is in use and that we deal with.
    private static func enter(_ dispatch: Dispatch, world: World, in transaction: Transaction) throws {
        guard try transaction.insert(dispatch.activity) else { return }
        for inbox in dispatch.inboxes {
            guard try !transaction.isRetired(inbox: inbox),
                try World.standing(of: inbox.authority, needs: world.needs, in: transaction) != .refused
            else { continue }
            try transaction.insert(
                Delivery(
                    id: world.needs.ids.next(), activity: dispatch.activity.id,
                    actor: dispatch.activity.actor,
                    inbox: inbox, state: .waiting, attempts: 0, nextAt: world.needs.now(), answer: nil
                ))
        }
    }
}

extension Event {
    /// The post of which other nodes would be told.
    fileprivate var post: PostID? {
        switch self {
        case .published(let post), .edited(let post), .deleted(let post), .settled(let post),
            .counted(let post), .relayed(let post, _, _), .pollCounted(let post), .pollClosed(let post),
            .surveyTold(let post), .quoteAsked(let post), .quoteSettled(let post),
            .groupPostRepeated(let post):
            post
        case .liked, .unliked, .followAsked, .followAccepted, .followRejected, .unfollowed, .blocked,
            .unblocked,
            .profileChanged, .honoursChanged, .challengeReported, .actorGone, .reported, .notified,
            .recognitionHidden, .announcementCounted,
            .announcementAcknowledged, .announcementReminded, .attendanceAsked, .attendanceLeft,
            .attendanceAnswered, .gatheringCounted, .joinAsked, .joinAnswered, .groupLeft, .affiliated,
            .moderated, .carried, .groupPost, .voted, .tallied, .surveyClosed, .quoteAllowed, .quoteRefused,
            .quoteWithdrawn, .groupChangeAsked, .groupMoveAsked, .groupMoveOffered, .groupMoveAnswered,
            .groupMoved:
            nil
        }
    }
}
