@testable import Assembly
import Directory
import Domain
import Federation
import Foundation
import JSON
import Logging
import Signatures
import Social
@testable import Storage
import Support

/// The directory of an organisation, and the side of it that each office keeps: the same parts as the real ones, without
/// the wire between them.
struct RegisterStage {
    static let authority = "org.example"

    private let desk: TestNode
    private let registrar: Registrar
    private let address: ObjectURI

    init(network: FakeNetwork, clock: TestClock) async throws {
        let desk = try await TestNode(Self.authority, network: network, clock: clock)
        address = try theURI("https://\(Self.authority)/")
        registrar = Registrar(
            store: desk.store, seal: Seal { [desk] in try await Errands(world: desk.world).prove($0) },
            ids: desk.needs.ids, issuer: address, domain: Self.authority, now: desk.needs.now, changed: {})
        self.desk = desk
    }

    /// The directory's administrator says that somebody has left.
    func dismiss(_ name: String) async throws {
        try await registrar.dismiss(try theHandle("\(name)@\(Self.authority)"))
    }

    /// How long the organisation's log is.
    func length() async throws -> Int64 {
        try await desk.store.read { try $0.registerHead(RegisterEntry.organisation)?.position ?? 0 }
    }

    /// The directory's database becomes what it was when the log was so long. `newcomer`: was not there then. `leaver`: had
    /// not left.
    func bringBack(to length: Int64, without newcomer: ObjectURI, with leaver: ObjectURI) async throws {
        try await desk.store.write { transaction in
            try transaction.run("DELETE FROM register_entry WHERE position > $1", [.int(length)])
            try transaction.run("DELETE FROM register_handle WHERE actor = $1", [.uri(newcomer)])
            try transaction.run("UPDATE register_handle SET has_left = 0 WHERE actor = $1", [.uri(leaver)])
            guard let actor = try transaction.actorID(leaver) else { return }
            try transaction.setState(.active, of: actor)
        }
    }

    /// It goes on beyond what it has lost.
    func resume() async throws { try await Resumption.resume(desk.store, at: desk.needs.now()) }

    /// Whether somebody has left, as the directory knows it; nil for whom it does not know.
    func hasLeft(_ actor: ObjectURI) async throws -> Bool? {
        try await desk.store.read { transaction in
            try transaction.registeredHandle(of: actor).map { _ in try transaction.hasLeft(actor) }
        }
    }

    /// One round of what an office has to do with the directory.
    func synchronise(_ node: TestNode) async throws {
        let invitation = try await registrar.invite()
        try await Membership(
            store: node.store, ids: node.needs.ids, addresses: node.needs.addresses, directory: address,
            enrolment: Membership.Enrolment(
                name: node.authority, entity: "organisation", invitation: invitation, ranges: []),
            seal: Seal { try await Errands(world: node.world).prove($0) },
            ask: { try await answer(to: node, $0, $1, $2) }, wait: {}, changed: {},
            consequences: Node.consequences(needs: node.needs), now: node.needs.now,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ).synchronise()
    }

    /// Every office is admitted, everyone is announced, and everyone is read.
    func found(_ nodes: [TestNode]) async throws {
        for _ in 0..<3 {
            for node in nodes { try await synchronise(node) }
        }
    }

    private func answer(
        to node: TestNode, _ method: String, _ url: ObjectURI, _ body: JSONValue?
    ) async throws -> (code: Int, body: JSONValue, date: Date?) {
        do {
            return (200, try await document(for: node, method, url, body ?? .null), nil)
        } catch is Refusal {
            return (403, .null, nil)
        }
    }

    private func document(
        for node: TestNode, _ method: String, _ url: ObjectURI, _ body: JSONValue
    ) async throws -> JSONValue {
        let path = url.pathAndQuery
        switch (method, path.prefix { $0 != "?" }) {
        case ("GET", "/actor"):
            let actor = try await desk.world.nodeActor()
            return try await Documents(world: desk.world, version: "test").actor(actor, for: .nobody)
        case ("POST", "/enrolment"):
            let actor = try await node.world.nodeActor()
            let keys = try await node.store.read { try $0.keys(of: actor.id) }
            guard let key = keys.first(where: { $0.kind == .ed25519 }) else { throw Refusal.notFound("Key") }
            let member = try await registrar.enrol(
                body, application: actor, key: Multikey.encode(try PublicKey(ed25519: key.publicKey)))
            return ["state": member.state == .admitted ? "admitted" : "asking"]
        case ("GET", "/nodes"): return try await registrar.nodeList()
        case ("GET", "/organisation"): return ["domain": .string(Self.authority)]
        case ("GET", _):
            let words = path.split(separator: "?").last?.split(separator: "&").map(String.init) ?? []
            let log = String((words.first ?? "").dropFirst("log=".count)).replacing("%20", with: " ")
            let after = Int64((words.last ?? "").dropFirst("after=".count)) ?? 0
            return try await registrar.entries(of: log, after: after, for: member(node))
        default:
            try await registrar.submit(
                body["record"] ?? .null, log: body["log"]?.string ?? "", by: member(node))
            return ["state": "taken"]
        }
    }

    private func member(_ node: TestNode) async throws -> Member {
        guard let member = try await desk.store.read({ try $0.member(node.authority) }) else {
            throw Refusal.notFound("Node")
        }
        return member
    }
}
