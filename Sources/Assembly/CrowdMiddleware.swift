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
/// more than a part, so that one who is loud does not keep out the rest: nobody by the name that they give, which is not
/// believed yet, and nobody by where they ask from, which they cannot invent.
struct CrowdMiddleware: RouterMiddleware {
    typealias Context = HallwayContext

    private let nodes = Crowd(limit: 512, share: 256, networkShare: 256)
    /// An office may be behind one address.
    private let people = Crowd(limit: 512, share: 128, networkShare: 256)
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
        let network = context.isForMany ? nil : context.network
        guard crowd.enter(who, from: network) else {
            counters.count(isNode ? .nodesTurnedAway : .peopleTurnedAway)
            return Self.comeBack
        }
        defer { crowd.leave(who, from: network) }
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
final class Crowd: Sendable {
    private struct Inside {
        var all = 0
        var each: [String: Int] = [:]
        var networks: [String: Int] = [:]
    }

    private let limit: Int
    private let share: Int
    private let networkShare: Int
    private let inside = Mutex(Inside())

    init(limit: Int, share: Int, networkShare: Int) {
        self.limit = limit
        self.share = share
        self.networkShare = networkShare
    }

    /// `who`: by their own word. `network`: from where; nil for a proxy that does not say for whom it asks.
    func enter(_ who: String, from network: String?) -> Bool {
        inside.withLock { inside in
            let near = if let network { inside.networks[network, default: 0] } else { 0 }
            guard inside.all < limit, inside.each[who, default: 0] < share, near < networkShare else {
                return false
            }
            inside.all += 1
            inside.each[who, default: 0] += 1
            if let network { inside.networks[network, default: 0] += 1 }
            return true
        }
    }

    func leave(_ who: String, from network: String?) {
        inside.withLock { inside in
            inside.all -= 1
            Self.take(who, from: &inside.each)
            if let network { Self.take(network, from: &inside.networks) }
        }
    }

    private static func take(_ name: String, from counts: inout [String: Int]) {
        let left = (counts[name] ?? 1) - 1
        counts[name] = left > 0 ? left : nil
    }
}
