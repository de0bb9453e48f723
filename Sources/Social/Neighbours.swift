public import ServiceLifecycle
import Storage

/// Listens to the other processes on the database: their writes wake this one's loops, their news reach its streams.
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
            for await word in needs.store.news() {
                if let (news, channels) = StreamWords.read(word) {
                    hub.tell(news, to: channels)
                } else {
                    wake()
                }
            }
        }
    }
}
