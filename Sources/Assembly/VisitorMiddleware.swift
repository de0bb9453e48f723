import Hummingbird
import Surface

/// Finds out for whom a proxy asks, so that visitors are counted one by one and not all as the proxy.
///
/// Each proxy adds the address that it was asked from at the end of `X-Forwarded-For`. The last that is not a trusted
/// proxy's own is the visitor's; what stands before it may be anybody's invention.
struct VisitorMiddleware: RouterMiddleware {
    typealias Context = HallwayContext

    let trusted: [AddressRange]

    func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.visitor = visitor(
            from: context.visitor,
            named: request.headers.filter { $0.name.canonicalName == "x-forwarded-for" }.map(\.value))
        context.network = IPAddress.network(of: context.visitor)
        context.isForMany = isTrusted(context.visitor)
        return try await next(request, context)
    }

    /// `connected`: who connects. `named`: the fields, in their order.
    func visitor(from connected: String, named: [String]) -> String {
        var visitor = connected
        let addresses = named.flatMap { $0.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) }
        for address in addresses.reversed() {
            guard isTrusted(visitor), IPAddress(String(address)) != nil else { break }
            visitor = String(address)
        }
        return visitor
    }

    private func isTrusted(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return trusted.contains { $0.contains(address) }
    }
}
