import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Signatures
import Surface

/// Bounds how often one client asks: by its token, or by its address where it has none. Whoever reads far more than
/// a person would is slowed down and written down (N118).
struct RateMiddleware: RouterMiddleware {
    typealias Context = HallwayContext

    private let now: @Sendable () -> Date
    private let logger: Logger
    private let counters: Counters
    private let reads = Throttle(capacity: 1500, period: .seconds(300))
    private let writes = Throttle(capacity: 300, period: .seconds(300))
    /// A client that goes on is written down once in that time.
    private let lines = Throttle(capacity: 1, period: .seconds(300))

    init(now: @escaping @Sendable () -> Date, logger: Logger, counters: Counters) {
        self.now = now
        self.logger = logger
        self.counters = counters
    }

    func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        // Nodes are counted where their signature was checked; machines that look after us are not counted.
        guard !path.hasSuffix("/inbox"), !path.hasPrefix("/assets"),
            !["/healthz", "/readyz", "/metrics"].contains(path)
        else { return try await next(request, context) }
        // By a token that holds, not by whatever is shown.
        let who = context.session?.hash.hex ?? "network \(context.network)"
        do {
            try (request.method == .get ? reads : writes).take(who, at: now())
        } catch {
            record(who, context)
            throw error
        }
        return try await next(request, context)
    }

    private func record(_ who: String, _ context: HallwayContext) {
        counters.count(.slowedDown)
        guard (try? lines.take(who, at: now())) != nil else { return }
        let person = context.session?.token.person
        logger.warning(
            "a client asks too often and is slowed down",
            metadata: [
                "address": "\(context.visitor)",
                "person": "\(person?.description ?? "nobody")",
            ])
    }
}

/// Wakes the loops after a request that may have written something. What an inbox keeps wakes its own loop.
struct WakeMiddleware: RouterMiddleware {
    typealias Context = HallwayContext

    private let wake: @Sendable () -> Void

    init(_ wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        if request.method != .get, request.method != .head, !request.uri.path.hasSuffix("/inbox") { wake() }
        return response
    }
}
