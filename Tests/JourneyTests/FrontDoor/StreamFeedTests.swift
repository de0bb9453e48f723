@testable import ClientAPI
import Domain
import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import Social
import Testing

/// What becomes of whoever holds a stream open and does not read it.
@Suite("Streams that are not read")
struct StreamFeedTests {
    /// A writer to a connection that takes nothing, until that is closed.
    struct Stuck: ResponseBodyWriter {
        let channel: any Channel
        let began: AsyncStream<Void>.Continuation

        func write(_ buffer: ByteBuffer) async throws {
            began.yield()
            try await channel.closeFuture.get()
            throw ChannelError.ioOnClosedChannel
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws { try await write(ByteBuffer()) }
    }

    @Test("who falls too far behind is told what lies there, and let go")
    func bounded() async {
        let (news, tell) = AsyncStream.makeStream(of: StreamHub.News.self)
        for number in 0..<1000 { tell.yield(.post(.init(Int64(number)))) }
        let feed = StreamFeed()
        // Without an end of the news: it is the feed that ends.
        await feed.follow(news)
        var count = 0
        for await _ in feed.items { count += 1 }
        #expect(count == StreamFeed.backlog)
    }

    @Test("who keeps up is told everything, in order")
    func whole() async {
        let hub = StreamHub()
        let news = hub.listen(to: .everyone)
        for number in 0..<100 { hub.tell(.post(.init(Int64(number))), to: [.everyone]) }
        hub.close()
        let feed = StreamFeed()
        await feed.follow(news)
        var told: [Int64] = []
        for await item in feed.items {
            if case .news(.post(let id)) = item { told.append(id.raw) }
        }
        #expect(told == Array(0..<100))
    }

    @Test("a line that takes nothing for a minute is closed")
    func stuck() async throws {
        let channel = NIOAsyncTestingChannel()
        let (begun, began) = AsyncStream.makeStream(of: Void.self)
        let writing = Task {
            var writer: any ResponseBodyWriter = Stuck(channel: channel, began: began)
            try await StreamLine(channel: channel).write("data: x\n\n", into: &writer)
        }
        for await _ in begun { break }
        await channel.testingEventLoop.advanceTime(by: StreamLine.patience)
        await #expect(throws: ChannelError.self) { try await writing.value }
    }
}
