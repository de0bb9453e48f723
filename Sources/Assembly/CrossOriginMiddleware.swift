import HTTPTypes
import Hummingbird
import Surface

/// Lets web apps of other origins use the client interface. They show a token; cookies mean nothing there.
struct CrossOriginMiddleware: RouterMiddleware {
    typealias Context = HallwayContext

    func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let isOpen = ["/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/"]
            .contains { path.hasPrefix($0) }
        guard isOpen, request.headers.contains(where: { $0.name.canonicalName == "origin" }) else {
            return try await next(request, context)
        }
        var response =
            request.method == .options ? Response(status: .noContent) : try await next(request, context)
        response.headers.set("Access-Control-Allow-Origin", to: "*")
        response.headers.set("Access-Control-Expose-Headers", to: "Link, X-RateLimit-Reset, Retry-After")
        response.headers.set("Access-Control-Allow-Methods", to: "GET, POST, PUT, PATCH, DELETE")
        response.headers.set(
            "Access-Control-Allow-Headers", to: "Authorization, Content-Type, Idempotency-Key")
        response.headers.set("Access-Control-Max-Age", to: "86400")
        return response
    }
}
