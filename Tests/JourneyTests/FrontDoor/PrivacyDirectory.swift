@testable import Assembly
import Directory
import Domain
@testable import Federation
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOEmbedded
import Social
import Storage
import Support
import Surface
import Synchronization

/// A directory at its place on the network, behind the router of a running one, and the nodes that stand to it in every way.
final class PrivacyDirectory: Sendable {
    /// Who asks, and how.
    struct Caller: Sendable {
        var name: String
        /// Whose word it is; nil for a request that nobody signed.
        var node: TestNode?
        /// Of whom; nil for the node's own actor.
        var person: Actor?
        /// Whether it comes from the machine itself, and not through what stands before it.
        var isNear = false
    }

    static let authority = "directory.example"
    static let domain = "org.example"
    static let entities = [Cast.oslo: "Nordics", Cast.lima: "Nordics", Cast.pune: "Monsoon"]

    let stage: PrivacyStage
    let node: TestNode
    let registrar: Registrar
    /// `GET /nodes`, for every route there is.
    let routes: [String]
    /// Joins when much was said and taken back.
    let late: TestNode
    private let asking: TestNode
    private let removed: TestNode
    private let outsider: TestNode
    private let invitations: Mutex<[String: String]> = Mutex([:])

    init(_ stage: PrivacyStage) async throws {
        func node(_ authority: String) async throws -> TestNode {
            try await TestNode(authority, network: stage.network, clock: stage.clock)
        }
        self.stage = stage
        (late, asking) = (try await node("quito.example"), try await node("cairo.example"))
        (removed, outsider) = (try await node("turku.example"), try await node("stray.example"))
        self.node = try await node(Self.authority)
        let world = self.node.world
        let errands = Errands(world: world)
        registrar = Registrar(
            store: self.node.store, seal: Seal { try await errands.prove($0) }, ids: self.node.needs.ids,
            issuer: try theURI("https://\(Self.authority)"), domain: Self.domain, now: world.needs.now,
            changed: {})
        let router = DirectoryRoutes(
            world: world, verifier: self.node.verifier, registrar: registrar, domain: Self.domain,
            name: "Everyone", documents: Documents(world: world, version: "test"),
            worker: DeliveryWorker(world: world, bell: Bell())
        ).router()
        routes = router.routes.map { "\($0.method) \($0.path)" }
        let responder = router.buildResponder()
        stage.network.join(Self.authority) { await Self.answer($0, by: responder) }
    }

    /// Everyone who can stand to a directory in some way.
    func callers() async throws -> [Caller] {
        let stray = try await Cast.welcome("mallory", to: outsider)
        return stage.nodes.map { Caller(name: $0.authority, node: $0) } + [
            Caller(name: "late", node: late), Caller(name: "asking", node: asking),
            Caller(name: "removed", node: removed), Caller(name: "outsider", node: outsider),
            Caller(name: "ada", node: stage.oslo, person: stage.people["ada"]),
            Caller(name: "mallory", node: outsider, person: stray),
            Caller(name: "nobody"), Caller(name: "administrator", isNear: true),
        ]
    }

    /// The three offices join, and follow and tell what there is; more than once, as each learns of the others.
    func synchronise() async throws {
        for _ in 0..<3 {
            for node in stage.nodes { try await synchronise(node) }
        }
    }

    /// Others join as well: one that comes late, one that waits, one that was removed.
    func joinLate() async throws {
        for node in [late, removed] { try await synchronise(node) }
        try await registrar.remove(node: removed.authority)
        try await membership(of: asking, invitation: nil).synchronise()
    }

    /// The code by which a node was let in.
    func invitation(of node: TestNode?) -> String? {
        node.flatMap { node in invitations.withLock { $0[node.authority] } }
    }

    func synchronise(_ node: TestNode) async throws {
        var code = invitation(of: node)
        if code == nil {
            let fresh = try await registrar.invite()
            invitations.withLock { $0[node.authority] = fresh }
            code = fresh
        }
        try await membership(of: node, invitation: code).synchronise()
    }

    private func membership(of node: TestNode, invitation: String?) throws -> Directory.Membership {
        let errands = Errands(world: node.world)
        return Directory.Membership(
            store: node.store, ids: node.needs.ids, addresses: node.needs.addresses,
            directory: try theURI("https://\(Self.authority)"),
            enrolment: Directory.Membership.Enrolment(
                name: "Office \(node.authority)", entity: Self.entities[node.authority] ?? "Monsoon",
                invitation: invitation, ranges: []),
            seal: Seal { try await errands.prove($0) }, ask: { try await errands.send($0, $1, $2) },
            wait: {}, changed: {}, consequences: Node.consequences(needs: node.needs), now: node.needs.now,
            logger: node.world.logger)
    }

    // MARK: Asking

    /// Asks once, over the network, as a node or somebody of it would.
    func ask(_ path: String, _ method: String = "GET", as caller: Caller, body: JSONValue? = nil) async throws
        -> FrontDoor.Reply
    {
        var request = OutgoingRequest(
            method: method, url: try theURI("https://\(Self.authority)\(path)"),
            fields: [("accept", "application/activity+json, application/json")])
        if !caller.isNear { request.fields.append(("x-forwarded-for", "192.0.2.7")) }
        if let body {
            request.body = body.bytes
            request.fields.append(("content-type", "application/activity+json"))
        }
        let answer: Answer
        if let node = caller.node {
            let own = try await node.world.nodeActor()
            answer = try await SignedRequests(world: node.world).send(request, as: caller.person ?? own)
        } else {
            answer = try await stage.network.send(request)
        }
        return FrontDoor.Reply(
            code: answer.code, head: answer.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n"),
            body: String(decoding: answer.body, as: UTF8.self))
    }

    private static func answer(
        _ request: OutgoingRequest, by responder: RouterResponder<HallwayContext>
    ) async -> Answer {
        var head = HTTPRequest(
            method: HTTPRequest.Method(rawValue: request.method) ?? .get, scheme: request.url.scheme,
            authority: request.url.authority, path: request.url.pathAndQuery)
        for (name, value) in request.fields { head.headerFields.set(name, to: value) }
        head.headerFields[.contentLength] = "\(request.body.count)"
        let context = HallwayContext(
            source: ApplicationRequestContextSource(
                channel: NIOAsyncTestingChannel(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let writer = Collector()
        do {
            let response = try await responder.respond(
                to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: request.body))),
                context: context)
            try await response.body.write(writer)
            return Answer(
                code: response.status.code,
                fields: response.headers.map { ($0.name.canonicalName, $0.value) },
                body: Array(writer.text.utf8))
        } catch {
            return Answer(code: 500, fields: [], body: Array("\(error)".utf8))
        }
    }
}
