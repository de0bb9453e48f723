public import Domain
import Synchronization

/// Passes what has just happened to the connections that wait for it.
public final class StreamHub: Sendable {
    /// What a connection listens to.
    public enum Channel: Hashable, Sendable {
        case person(ActorID)
        case everyone
        case everyoneHere
        case hashtag(String)
        case list(PeopleListID)
    }

    /// What it hears; it looks up the rest itself, as its own viewer.
    public enum News: Sendable, Equatable {
        case post(PostID)
        case edited(PostID)
        case deleted(PostID)
        /// Deleted, for those whom it named: it is known that they could read it.
        case withdrawn(PostID)
        case notification(NotificationID)
        /// The session has ended.
        case over
    }

    private struct Listener {
        var channel: Channel
        var continuation: AsyncStream<News>.Continuation
    }

    private struct State {
        var next = 0
        var listeners: [Int: Listener] = [:]
    }

    /// News that a slow connection may fall behind before it is dropped.
    private static let backlog = 256
    private let state = Mutex(State())

    public init() {}

    /// Begins to listen; ends when the stream is no longer read.
    public func listen(to channel: Channel) -> AsyncStream<News> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: News.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = Listener(channel: channel, continuation: continuation)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Connections that listen just now.
    public var count: Int { state.withLock { $0.listeners.count } }

    /// Tells everyone who listens to one of the channels; how many that are.
    @discardableResult
    public func tell(_ news: News, to channels: Set<Channel>) -> Int {
        let continuations = state.withLock { state in
            state.listeners.values.filter { channels.contains($0.channel) }.map(\.continuation)
        }
        for continuation in continuations {
            if case .dropped = continuation.yield(news) { continuation.finish() }
            if news == .over { continuation.finish() }
        }
        return continuations.count
    }

    /// Ends every stream: the process stops, or has missed what they should have heard. Whoever listens anew hears.
    public func close() {
        let continuations = state.withLock { $0.listeners.values.map(\.continuation) }
        for continuation in continuations { continuation.finish() }
    }
}
