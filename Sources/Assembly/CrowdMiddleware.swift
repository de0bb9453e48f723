import Domain
import HTTPTypes
import Hummingbird
import NIOCore
import Surface
import Synchronization

/// How many requests are worked on at once. Whoever comes when there are too many is told to come back, before anything is
/// read or asked for them.
///
/// Other nodes and people stand in two queues, so that neither keeps out the other; and in each of them nobody may take
/// more than a part, so that one who is loud does not keep out the rest.
struct CrowdMiddleware: RouterMiddleware {
    typealias Context = HallwayContext

    private let nodes = Crowd(limit: 512, share: 256)
    private let people = Crowd(limit: 512, share: 128)
    private let counters: Counters

    init(counters: Counters) { self.counters = counters }

    func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        // Who looks after the machine must see it when it is busy; streams last for hours and do no work.
        guard !["/healthz", "/readyz", "/metrics"].contains(path), !path.hasPrefix("/api/v1/streaming") else {
            return try await next(request, context)
        }
        let isNode = path.hasSuffix("/inbox")
        let crowd = isNode ? nodes : people
        let who = isNode ? Self.sender(request) : Self.asker(request, context)
        guard crowd.enter(who) else {
            counters.count(isNode ? .nodesTurnedAway : .peopleTurnedAway)
            return Self.comeBack
        }
        defer { crowd.leave(who) }
        return try await next(request, context)
    }

    private static let comeBack = Response(
        status: .serviceUnavailable,
        headers: [.contentType: "application/json; charset=utf-8", .retryAfter: "1"],
        body: .init(
            byteBuffer: ByteBuffer(string: #"{"error":"This node is busy: please try again in a moment"}"#)))

    /// The host that signs, as it says: it is not believed, it only stands in a queue.
    private static func sender(_ request: Request) -> String {
        for field in request.headers
        where ["signature", "signature-input"].contains(field.name.canonicalName) {
            if let host = host(in: field.value) { return host }
        }
        return ""
    }

    /// Of the first thing in quotes that is a URI: the key's, of those that a signature's fields hold.
    private static func host(in field: String) -> String? {
        for text in field.utf8.split(separator: UInt8(ascii: "\"")) where text.starts(with: "http".utf8) {
            let parts = text.prefix(300).split(separator: UInt8(ascii: "/"), maxSplits: 2)
            if parts.count > 1 { return String(Substring(parts[1])) }
        }
        return nil
    }

    private static func asker(_ request: Request, _ context: HallwayContext) -> String {
        request.headers[.authorization] ?? request.headers[.cookie] ?? context.visitor
    }
}

/// Those who are inside at the moment, counted.
private final class Crowd: Sendable {
    private let limit: Int
    private let share: Int
    private let inside = Mutex<(all: Int, each: [String: Int])>((0, [:]))

    init(limit: Int, share: Int) {
        self.limit = limit
        self.share = share
    }

    func enter(_ who: String) -> Bool {
        inside.withLock { inside in
            let own = inside.each[who, default: 0]
            guard inside.all < limit, own < share else { return false }
            inside.all += 1
            inside.each[who] = own + 1
            return true
        }
    }

    func leave(_ who: String) {
        inside.withLock { inside in
            inside.all -= 1
            let left = (inside.each[who] ?? 1) - 1
            inside.each[who] = left > 0 ? left : nil
        }
    }
}
