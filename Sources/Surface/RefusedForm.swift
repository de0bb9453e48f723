public import Hummingbird
import HTTPTypes
import NIOCore

/// What went wrong with a form, and what was in it.
struct RefusedForm: Error {
    let cause: any Error
    let fields: Fields
}

/// Keeps what a browser's form brought until it is answered, so that whoever is refused finds their words in the answer: pages are
/// not stored by browsers, and the way back leads to an empty form.
public struct RefusedFormMiddleware: RouterMiddleware {
    public typealias Context = HallwayContext

    public init() {}

    public func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let type = request.headers[.contentType] ?? ""
        // Whose session has ended has the cookie still.
        guard request.method == .post, type.hasPrefix("application/x-www-form-urlencoded"),
            request.cookies[AccessMiddleware.cookie] != nil
        else { return try await next(request, context) }
        let bytes = try await request.wholeBody(limit: Fields.limit, in: context)
        var request = request
        request.body = RequestBody(buffer: ByteBuffer(bytes: bytes))
        do {
            return try await next(request, context)
        } catch {
            guard let fields = try? await Fields(request, context: context) else { throw error }
            throw RefusedForm(cause: error, fields: fields)
        }
    }
}
