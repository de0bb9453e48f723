import Domain
public import Federation
import Foundation
public import JSON
import Synchronization

/// The wire between nodes of one process: every request arrives as it was sent, or not at all.
public final class FakeNetwork: Sendable {
    private struct State {
        var nodes: [String: TestNode] = [:]
        var hosts: [String: @Sendable (OutgoingRequest) async -> Answer] = [:]
        var down: Set<String> = []
        var pages: [String: Answer] = [:]
        var requests: [OutgoingRequest] = []
    }

    private let state = Mutex(State())

    public init() {}

    public func join(_ node: TestNode) { state.withLock { $0.nodes[node.authority] = node } }

    /// Puts something else than a node of ours behind a name, or before the node of that name.
    public func join(
        _ authority: String, answer: @escaping @Sendable (OutgoingRequest) async -> Answer
    ) { state.withLock { $0.hosts[authority] = answer } }

    /// Cuts the line to a node, or mends it.
    public func setDown(_ isDown: Bool, _ authority: String) {
        state.withLock { state in
            if isDown { state.down.insert(authority) } else { state.down.remove(authority) }
        }
    }

    /// What a host that is no node of ours answers at an address.
    public func serve(
        _ uri: String, _ json: JSONValue, type: String = "application/activity+json", code: Int = 200
    ) {
        state.withLock {
            $0.pages[uri] = Answer(code: code, fields: [("content-type", type)], body: json.bytes)
        }
    }

    public func serve(_ uri: String, redirectTo target: String) {
        state.withLock { $0.pages[uri] = Answer(code: 302, fields: [("location", target)], body: []) }
    }

    /// A host that has no time just now.
    public func answerBusy(_ uri: String, retryAfter: String) {
        state.withLock { $0.pages[uri] = Answer(code: 503, fields: [("retry-after", retryAfter)], body: []) }
    }

    /// Every request so far: `GET https://…`.
    public var requests: [String] { sent.map { "\($0.method) \($0.url)" } }

    /// The same, with all that they said.
    public var sent: [OutgoingRequest] { state.withLock { $0.requests } }

    public func send(_ request: OutgoingRequest) async throws -> Answer {
        let (node, host, page, isDown) = state.withLock { state in
            state.requests.append(request)
            return (
                state.nodes[request.url.authority], state.hosts[request.url.authority],
                state.pages[request.url.string],
                state.down.contains(request.url.authority)
            )
        }
        guard !isDown else { throw ExchangeFault.unreachable("the line is cut") }
        if let page { return page }
        if let host { return await host(request) }
        guard let node else { throw ExchangeFault.unreachable("nobody there") }
        return await node.answer(request)
    }
}
