import Domain
import FoundationEssentials
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
    private let peopleChanged: @Sendable () -> Void

    /// `peopleChanged`: called when someone came, went or changed their profile.
    public init(
        needs: Needs, bell: Bell, hub: StreamHub, logger: Logger,
        peopleChanged: @escaping @Sendable () -> Void
    ) {
        self.peopleChanged = peopleChanged
        self.needs = needs
        self.bell = bell
        self.hub = hub
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await needs.store.claim(Self.cursor), try await drain() {}
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
            var delivery = try LocalDelivery(
                transaction: transaction, events: events, ids: needs.ids, now: needs.now())
            for logged in events { try delivery.handle(logged.event) }
            try transaction.setCursor(Self.cursor, to: last.position)
            if transaction.isShared {
                for (item, channels) in delivery.news {
                    for word in StreamWords.write(item, to: channels) { try transaction.tell(word) }
                }
            }
            return Batch(news: delivery.news, hasPeople: events.contains { $0.event.isAboutPeople })
        }
        guard let batch else { return false }
        for (item, channels) in batch.news { hub.tell(item, to: channels) }
        if batch.hasPeople { peopleChanged() }
        return true
    }

    private struct Batch: Sendable {
        var news: [(StreamHub.News, Set<StreamHub.Channel>)]
        var hasPeople: Bool
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
