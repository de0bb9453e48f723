import Domain
public import Hummingbird
import HTTPTypes
import NIOCore

extension Request {
    /// For all of a body; whoever sends nothing at all is hung up on by the server's idle time.
    private static let patience = Duration.seconds(30)

    /// The whole body, bounded in size and in time (N77, N81). `what`: how a refusal calls the request.
    ///
    /// The clock is looked at whenever a piece arrives: a watching task for each request would cost more than all
    /// the rest of reading it.
    /// - Throws: ``Refusal/tooLarge(what:limitBytes:)``, or ``Refusal/malformed(because:)`` when it takes too long.
    public func wholeBody(limit: Int, what: String = "The request") async throws -> [UInt8] {
        let length = headers[.contentLength].flatMap { Int($0) }
        guard length ?? 0 <= limit else { throw Refusal.tooLarge(what: what, limitBytes: limit) }
        guard length != nil || headers[.transferEncoding] != nil else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length ?? 4096)
        let end = ContinuousClock.now + Self.patience
        for try await piece in body {
            guard bytes.count + piece.readableBytes <= limit else {
                throw Refusal.tooLarge(what: what, limitBytes: limit)
            }
            guard ContinuousClock.now < end else {
                throw Refusal.malformed(because: "The request took too long")
            }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return bytes
    }
}
