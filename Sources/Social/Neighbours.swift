public import ServiceLifecycle
import Storage

/// Listens to the other processes on the database: their writes wake this one's loops, their news reach its streams.
///
/// When some of it may have been missed, since the connection was lost or there was too much at once, the open streams
/// end: their programs come back, and read what it was.
public struct Neighbours: Service {
    private let needs: Needs
    private let hub: StreamHub
    private let wake: @Sendable () -> Void

    /// `wake`: called when another process may have left work.
    public init(needs: Needs, hub: StreamHub, wake: @escaping @Sendable () -> Void) {
        self.needs = needs
        self.hub = hub
        self.wake = wake
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            // Whoever falls behind is let go, and listens anew.
            while !Task.isCancelled {
                for await word in needs.store.news() { hear(word) }
            }
        }
    }

    private func hear(_ word: String) {
        if let (news, channels) = StreamWords.read(word) {
            hub.tell(news, to: channels)
            return
        }
        if word == StoreWord.begun { hub.close() }
        wake()
    }
}
