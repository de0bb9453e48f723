public import Domain
public import Hummingbird
import HTTPTypes
import JSON
public import Logging
import NIOCore
import Storage

/// Turns whatever a route throws into an answer: refusals with their reason, faults with nothing but 500.
public struct ProblemMiddleware: RouterMiddleware {
    public typealias Context = HallwayContext

    /// Renders a problem for people; nil where JSON is wanted.
    public typealias Page = @Sendable (Problem, Request, HallwayContext) -> Response?

    private let logger: Logger
    private let counters: Counters
    private let page: Page

    public init(logger: Logger, counters: Counters, page: @escaping Page) {
        self.logger = logger
        self.counters = counters
        self.page = page
    }

    public func handle(
        _ request: Request, context: HallwayContext,
        next: @concurrent (Request, HallwayContext) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        defer { counters.time(Self.timing(request.uri.path), ContinuousClock.now - began) }
        do {
            let response = try await next(request, context)
            counters.answered(.requests, response.status.code)
            return response
        } catch {
            let problem = problem(for: error, request: request)
            counters.answered(.requests, problem.status.code)
            return page(problem, request, context) ?? Self.json(problem)
        }
    }

    private static func timing(_ path: String) -> Timing {
        if path.hasSuffix("/inbox") { return .inboxRequest }
        if path.hasPrefix("/api/v1/streaming") { return .streamRequest }
        if path.hasPrefix("/api/") || path.hasPrefix("/oauth/") { return .apiRequest }
        for start in ["/actor", "/posts", "/threads", "/activities", "/.well-known", "/nodeinfo"]
        where path.hasPrefix(start) {
            return .federationRequest
        }
        return .pageRequest
    }

    private func problem(for error: any Error, request: Request) -> Problem {
        switch error {
        case let form as RefusedForm:
            var problem = self.problem(for: form.cause, request: request)
            problem.typed = form.fields
            return problem
        case let refusal as Refusal: return Problem(refusal)
        case let problem as Problem: return problem
        case StorageError.diskFull:
            logger.critical("the disk is full: make room; nothing that was acknowledged is lost")
            return Problem(.unavailable(because: "There is no room to keep this just now; try again later"))
        case StorageError.unavailable(let reason):
            logger.error("the database cannot be reached", metadata: ["fault": "\(reason)"])
            return Problem(.unavailable(because: "The node is busy; try again"))
        case StorageError.readOnly(let reason):
            logger.critical("the database cannot be written", metadata: ["fault": "\(reason)"])
            return Problem(.unavailable(because: "Nothing can be kept just now; try again later"))
        case StorageError.busy: return Problem(.unavailable(because: "The node is busy; try again"))
        case is NIOTooManyBytesError:
            return Problem(.tooLarge(what: "The request", limitBytes: Limits.inboxBody))
        case let error as any HTTPResponseError where error.status.code < 500:
            let isMissing = error.status == .notFound
            return Problem(
                isMissing ? .notFound("Record") : .malformed(because: "The request is not understood"))
        default:
            logger.error(
                "a request met a fault", metadata: ["fault": "\(error)", "path": "\(request.uri.path)"])
            return Problem(fault: ())
        }
    }

    private static func json(_ problem: Problem) -> Response {
        var response = Response(json: ["error": .string(problem.message)], status: problem.status)
        if let seconds = problem.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        if problem.status == .unauthorized {
            response.headers[.wwwAuthenticate] =
                "Bearer realm=\"Hallway\", error=\"invalid_token\", error_description=\"\(problem.message.filter { $0 != "\"" })\""
        }
        return response
    }
}

extension Problem {
    /// Our own fault: the reason is in the log, and nowhere else.
    init(fault: Void) {
        self.init(
            status: .internalServerError, message: "Something went wrong on our side", retryAfterSeconds: nil)
    }
}
