import Directory
import Domain
import Federation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Signatures
import Social
import Storage
import Surface

/// All that a directory answers over HTTP, in one place: what serves it, and what the tests ask.
struct DirectoryRoutes {
    let world: World
    let verifier: Verifier
    let registrar: Registrar
    let domain: String
    let name: String
    let documents: Documents
    let worker: DeliveryWorker
    var trustedProxies: [AddressRange] = []
    var limitsRates = false
    /// Faults that make the directory not ready, in words.
    var faults: @Sendable () async -> [String] = { [] }

    func router() -> Router<HallwayContext> {
        let router = Router(context: HallwayContext.self)
        router.add(
            middleware: ProblemMiddleware(logger: world.logger, counters: world.counters) { _, _, _ in nil })
        router.add(middleware: VisitorMiddleware(trusted: trustedProxies))
        router.add(middleware: CrowdMiddleware(counters: world.counters))
        if limitsRates {
            router.add(
                middleware: RateMiddleware(
                    now: world.needs.now, logger: world.logger, counters: world.counters))
        }
        let intake = Intake(
            world: world, verifier: verifier, bell: Bell(), throttles: nil, heard: { _ in })
        let federation = FederationRoutes(
            world: world, verifier: verifier, intake: intake, documents: documents,
            webFinger: WebFinger(world: world), nodeName: name, acceptsRegistrations: false)
        federation.addDiscovery(to: router)
        federation.addNode(to: router)
        addRegister(to: router)
        OperationsRoutes(world: world, worker: worker, faults: faults).add(to: router)
        router.get("/") { [name] _, _ in Response(text: "\(name): the directory of this organisation\n") }
        return router
    }

    /// What nodes ask. Every request is signed by a node's own actor.
    private func addRegister(to router: Router<HallwayContext>) {
        router.post("enrolment") { request, context in
            let (signer, body) = try await read(request, context)
            let key = try await multikey(of: signer)
            let member = try await registrar.enrol(body, application: signer, key: key)
            return Response(json: [
                "state": member.state == .admitted ? "admitted" : "asking",
                "fingerprint": .string(Fingerprint.of(key)),
            ])
        }
        router.get("nodes") { request, context in
            _ = try await member(request, context)
            return Response(json: try await registrar.nodeList())
        }
        router.get("organisation") { request, context in
            _ = try await member(request, context)
            return Response(json: ["domain": .string(domain)])
        }
        router.get("register") { request, context in
            let (member, _) = try await member(request, context)
            let log = request.uri.queryParameters["log"].map(String.init) ?? RegisterEntry.organisation
            let after = request.uri.queryParameters["after"].flatMap { Int64($0) } ?? 0
            return Response(json: try await registrar.entries(of: log, after: after, for: member))
        }
        router.post("register") { request, context in
            let (member, body) = try await member(request, context)
            try await registrar.submit(
                body["record"] ?? .null, log: body["log"]?.string ?? RegisterEntry.organisation, by: member)
            return Response(json: ["state": "taken"])
        }
    }

    private func read(
        _ request: Request, _ context: HallwayContext
    ) async throws -> (signer: Actor, body: JSONValue) {
        try await SignedReading.read(
            request, context, verifier: verifier, addresses: world.needs.addresses)
    }

    /// The node that asks, if it belongs; to all others there is nothing here (N115).
    private func member(
        _ request: Request, _ context: HallwayContext
    ) async throws -> (Member, JSONValue) {
        let (signer, body) = try await read(request, context)
        guard let member = try await world.needs.store.read({ try $0.member(signer.uri.authority) }),
            member.state == .admitted, member.application == signer.uri
        else { throw Refusal.notFound("Record") }
        return (member, body)
    }

    private func multikey(of actor: Actor) async throws -> String {
        let keys = try await world.needs.store.read { try $0.keys(of: actor.id) }
        guard let key = keys.first(where: { $0.kind == .ed25519 }) else {
            throw Refusal.malformed(because: "the node shows no Ed25519 key")
        }
        return Multikey.encode(try PublicKey(ed25519: key.publicKey))
    }
}

/// By which the directory tells a node that there is news.
struct NoticeRoutes {
    let verifier: Verifier
    let directory: ObjectURI?
    let bell: Bell

    func add(to router: Router<HallwayContext>) {
        guard let directory else { return }
        router.post("directory/notice") { request, context in
            let (signer, _) = try await SignedReading.read(
                request, context, verifier: verifier, addresses: verifier.addresses)
            guard signer.uri.origin == directory.origin else {
                throw Refusal.notAllowed(because: "only the directory gives notice")
            }
            bell.ring()
            return Response(status: .accepted)
        }
    }
}
