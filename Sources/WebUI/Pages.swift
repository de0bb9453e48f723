public import Hummingbird
public import Surface

/// The web app: pages rendered on the server over the same verbs and queries as the client interface.
public struct Pages: Sendable {
    private let desk: Desk

    public init(desk: Desk) throws { self.desk = desk }

    public func add(to router: Router<HallwayContext>) {}

    /// A problem as a page, for those who asked for one.
    public func problem(_ problem: Problem, _ request: Request, _ context: HallwayContext) -> Response? { nil }
}
