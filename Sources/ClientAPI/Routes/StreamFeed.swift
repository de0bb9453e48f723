import Social

/// News and heartbeats for one connection, in one line.
///
/// Whoever falls behind by more than ``backlog`` is told what lies there and then let go: their program comes back, and reads
/// what it missed. So a connection that is held open and not read costs no more than that.
struct StreamFeed: Sendable {
    enum Item: Sendable {
        case news(StreamHub.News)
        case beat(Int)
    }

    static let backlog = 256
    let items: AsyncStream<Item>
    private let end: AsyncStream<Item>.Continuation

    init() {
        (items, end) = AsyncStream.makeStream(of: Item.self, bufferingPolicy: .bufferingOldest(Self.backlog))
    }

    /// Takes in news until there are no more, or there is no room for them; then the line ends.
    @concurrent
    func follow(_ news: AsyncStream<StreamHub.News>) async {
        for await item in news {
            if case .dropped = end.yield(.news(item)) { break }
        }
        end.finish()
    }

    /// Beats until it is cancelled. Where there is no room for a beat there is something else to be written.
    @concurrent
    func beat(every pause: Duration) async throws {
        var number = 0
        while true {
            try await Task.sleep(for: pause)
            number += 1
            end.yield(.beat(number))
        }
    }

    /// Ends the line after what is in it.
    func finish() { end.finish() }
}
