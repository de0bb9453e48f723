import Domain
public import Hummingbird
import HTTPTypes
import NIOCore

extension Request {
    /// For all of a body.
    private static let patience = TimeAmount.seconds(30)

    /// The whole body, bounded in size and in time (N77, N81). `what`: how a refusal calls the request.
    ///
    /// Whoever takes longer is hung up on by the line's own loop, whether they say little or nothing: a sender tries that
    /// again, and a task that watches each request would cost more than all the rest of reading it.
    /// - Throws: ``Refusal/tooLarge(what:limitBytes:)``, or ``Refusal/malformed(because:)`` for one that ends early.
    public func wholeBody(
        limit: Int, what: String = "The request", in context: HallwayContext
    ) async throws -> [UInt8] {
        let length = headers[.contentLength].flatMap { Int($0) }
        guard length ?? 0 <= limit else { throw Refusal.tooLarge(what: what, limitBytes: limit) }
        guard length != nil || headers[.transferEncoding] != nil else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length ?? 4096)
        let channel = context.channel
        let end = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { end.cancel() }
        do {
            for try await piece in body {
                guard bytes.count + piece.readableBytes <= limit else {
                    throw Refusal.tooLarge(what: what, limitBytes: limit)
                }
                bytes.append(contentsOf: piece.readableBytesView)
            }
        } catch let error where !(error is Refusal || error is CancellationError) {
            throw Refusal.malformed(because: "The request ended early")
        }
        guard bytes.count == length ?? bytes.count else {
            throw Refusal.malformed(because: "The request ended early")
        }
        return bytes
    }
}
