import Hummingbird
import NIOCore

/// The connection under a stream, which is closed when it takes nothing for too long.
struct StreamLine: Sendable {
    static let patience = TimeAmount.seconds(60)
    let channel: any Channel

    /// - Throws: what the writer does, among others when the connection is closed.
    @concurrent
    func write(_ text: String, into writer: inout any ResponseBodyWriter) async throws {
        let alarm = closing()
        defer { alarm.cancel() }
        try await writer.write(ByteBuffer(string: text))
    }

    /// Says that nothing more comes.
    @concurrent
    func finish(_ writer: inout any ResponseBodyWriter) async throws {
        let alarm = closing()
        defer { alarm.cancel() }
        try await writer.finish(nil)
    }

    private func closing() -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: Self.patience) { [channel] in channel.close(promise: nil) }
    }
}
