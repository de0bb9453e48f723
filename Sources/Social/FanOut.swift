public import Domain
public import FoundationEssentials
public import Logging
public import ServiceLifecycle
import Storage

/// The drain that brings what happened to the people of this node: home timelines, notifications, streams.
public struct FanOut: Service {
    private static let cursor = "fan-out"
    private let needs: Needs
    private let bell: Bell
    private let hub: StreamHub
    private let logger: Logger
    private let counters: Counters
    private let peopleChanged: @Sendable () -> Void

    /// `peopleChanged`: called when someone came, went or changed their profile.
    public init(
        needs: Needs, bell: Bell, hub: StreamHub, logger: Logger, counters: Counters,
        peopleChanged: @escaping @Sendable () -> Void
    ) {
        self.peopleChanged = peopleChanged
        self.needs = needs
        self.bell = bell
        self.hub = hub
        self.logger = logger
        self.counters = counters
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var unknown: UnknownEvent?
            while !Task.isCancelled {
                do {
                    while try await needs.store.claim(Self.cursor), try await drain() {}
                } catch let event as UnknownEvent {
                    // A process of the release that wrote it takes over.
                    await needs.store.release(Self.cursor)
                    if event != unknown {
                        logger.warning(
                            "an event is left to a later release",
                            metadata: ["drain": "\(Self.cursor)", "kind": "\(event.kind)"])
                    }
                    unknown = event
                } catch {
                    logger.error("fan-out stopped short", metadata: ["fault": "\(error)"])
                }
                await bell.wait(upTo: .seconds(2))
            }
        }
        hub.close()
    }

    /// Handles a batch of events; false when there was none.
    public func drain() async throws -> Bool {
        let batch = try await needs.store.write { [needs] transaction -> Batch? in
            let position = try transaction.cursor(Self.cursor)
            let events = try transaction.events(after: position)
            guard let last = events.last else { return nil }
            var delivery = try LocalDelivery(transaction: transaction, events: events, needs: needs)
            for logged in events { try delivery.handle(logged.event) }
            try transaction.setCursor(Self.cursor, to: last.position)
            if transaction.isShared {
                for (item, channels) in delivery.news {
                    for word in StreamWords.write(item, to: channels) { try transaction.tell(word) }
                }
            }
            return Batch(
                news: delivery.news, hasPeople: events.contains { $0.event.isAboutPeople },
                moments: events.map(\.at))
        }
        guard let batch else { return false }
        let told = batch.news.reduce(0) { told, item in told + hub.tell(item.0, to: item.1) }
        counters.count(.streamed, by: told)
        counters.passed(batch.moments, counted: .fannedOut, timed: .fanOut, now: needs.now())
        if batch.hasPeople { peopleChanged() }
        return true
    }

    private struct Batch: Sendable {
        var news: [(StreamHub.News, Set<StreamHub.Channel>)]
        var hasPeople: Bool
        /// When its events were noted.
        var moments: [Date?]
    }
}

extension Counters {
    /// Counts the events that a drain has passed, and how long each had waited.
    public func passed(_ moments: [Date?], counted: Count, timed: Timing, now: Date) {
        count(counted, by: moments.count)
        for case let moment? in moments { time(timed, now.timeIntervalSince(moment)) }
    }
}

extension Event {
    fileprivate var isAboutPeople: Bool {
        switch self {
        case .profileChanged, .actorGone: true
        case .published, .edited, .deleted, .liked, .unliked, .followAsked, .followAccepted, .followRejected,
            .honoursChanged,
            .unfollowed, .blocked, .unblocked, .reported, .notified, .recognitionHidden, .settled, .counted,
            .relayed, .announcementCounted, .announcementAcknowledged, .announcementReminded,
            .attendanceAsked, .attendanceLeft, .attendanceAnswered, .gatheringCounted, .challengeReported,
            .joinAsked,
            .joinAnswered, .groupLeft, .affiliated, .moderated, .carried, .groupPost, .voted, .pollCounted,
            .tallied, .pollClosed, .surveyClosed, .surveyTold, .quoteAsked, .quoteAllowed, .quoteRefused,
            .quoteSettled, .quoteWithdrawn, .groupChangeAsked, .groupMoveAsked, .groupMoveOffered,
            .groupMoveAnswered, .groupMoved, .groupPostRepeated:
            false
        }
    }
}
