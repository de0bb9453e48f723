import ActivityStreams
import Domain
import Federation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Signatures
import Social
import Storage
import Surface

/// What other nodes read and write.
struct FederationRoutes {
    let world: World
    let verifier: Verifier
    let intake: Intake
    let documents: Documents
    let webFinger: WebFinger
    let nodeName: String
    let acceptsRegistrations: Bool

    func add(to router: Router<HallwayContext>) {
        addDiscovery(to: router)
        for path: RouterPath in ["inbox", "actor/inbox", "actors/:actor/inbox"] {
            router.post(path) { request, context in try await receive(request, context) }
        }
        addNode(to: router)
        addActors(to: router)
        router.get("posts/:post") { request, context in
            try await read(request, context, page: { try await postPage(context) }) { viewer in
                try await documents.post(try id(context, "post"), for: viewer)
            }
        }
        router.get("posts/:post/credential") { request, context in
            try await read(request, context) {
                try await RecognitionDocuments(world: world).credential(
                    of: id(context, "post"), for: request.uri.queryParameters["recipient"].map(String.init),
                    viewer: $0)
            }
        }
        router.get("recognitions/ledger") { request, context in
            try await read(request, context) { try await RecognitionDocuments(world: world).ledger(for: $0) }
        }
        router.get("standings") { request, context in
            try await read(request, context) {
                try await LeaderboardDocuments(world: world).standings(for: $0)
            }
        }
        router.get("posts/:post/replies") { request, context in
            try await read(request, context) { try await documents.replies(to: id(context, "post"), for: $0) }
        }
        router.get("consents/:consent") { request, context in
            try await read(request, context) { try await documents.consent(id(context, "consent"), for: $0) }
        }
        router.get("threads/:thread") { request, context in
            try await read(request, context) { try await documents.thread(id(context, "thread"), for: $0) }
        }
        router.get("activities/:activity") { request, context in
            try await read(request, context) { viewer in
                let id: ActivityID = try id(context, "activity")
                return try await documents.activity(world.needs.addresses.activity(id), for: viewer)
            }
        }
    }

    func addDiscovery(to router: Router<HallwayContext>) {
        router.get(".well-known/webfinger") { request, _ in
            guard let resource = request.uri.queryParameters["resource"], resource.count <= 2048 else {
                throw Refusal.malformed(because: "The resource is missing")
            }
            let json = try await webFinger.answer(String(resource))
            var response = Response(json: json, type: "application/jrd+json; charset=utf-8")
            response.headers.set("Access-Control-Allow-Origin", to: "*")
            return response
        }
        router.get(".well-known/host-meta") { _, _ in
            let template = "\(world.needs.addresses.base.origin)/.well-known/webfinger?resource={uri}"
            return Response(
                text: """
                    <?xml version="1.0" encoding="UTF-8"?>
                    <XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
                      <Link rel="lrdd" template="\(template)"/>
                    </XRD>
                    """, type: "application/xrd+xml; charset=utf-8")
        }
        router.get(".well-known/nodeinfo") { _, _ in Response(json: documents.nodeInfoLinks()) }
        router.get("nodeinfo/2.1") { _, _ in
            Response(
                json: documents.nodeInfo(name: nodeName, acceptsRegistrations: acceptsRegistrations),
                type: "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"")
        }
    }

    private func addActors(to router: Router<HallwayContext>) {
        router.get("actors/:actor") { request, context in
            try await read(
                request, context, page: { try await actorPage(context) }
            ) {
                viewer in
                let actor = try await actor(context)
                guard actor.state != .gone, actor.state != .left else {
                    return [
                        "@context": Vocabulary.plainContext, "id": .string(actor.uri.string),
                        "type": "Tombstone",
                    ]
                }
                return try await documents.actor(actor, for: viewer)
            }
        }
        router.get("actors/:actor/outbox") { request, context in
            try await read(request, context) { viewer in
                let before = request.uri.queryParameters["before"].map(String.init)
                return try await documents.outbox(
                    of: actor(context), for: viewer, before: before == "last" ? String(Int64.max) : before)
            }
        }
        router.get("actors/:actor/followers") { request, context in
            try await read(request, context) { viewer in
                try await documents.followers(
                    of: actor(context), for: viewer,
                    after: request.uri.queryParameters["after"].map(String.init))
            }
        }
        router.get("actors/:actor/followers_synchronization") { request, context in
            try await read(request, context) {
                try await documents.followersPart(of: actor(context), for: $0)
            }
        }
        router.get("actors/:actor/following") { request, context in
            try await read(request, context) { viewer in
                try await documents.following(
                    of: actor(context), for: viewer,
                    after: request.uri.queryParameters["after"].map(String.init))
            }
        }
        router.get("actors/:actor/members") { request, context in
            try await read(request, context) { viewer in
                try await documents.members(
                    of: actor(context), for: viewer,
                    after: request.uri.queryParameters["after"].map(String.init))
            }
        }
        router.get("actors/:actor/history") { request, context in
            try await read(request, context) { viewer in
                try await documents.history(
                    of: actor(context), for: viewer,
                    after: request.uri.queryParameters["after"].map(String.init))
            }
        }
        router.get("actors/:actor/roster") { request, context in
            try await read(request, context) { viewer in
                try await documents.roster(
                    of: actor(context), for: viewer,
                    after: request.uri.queryParameters["after"].map(String.init))
            }
        }
        router.get("actors/:actor/moderators") { request, context in
            try await read(request, context) { try await documents.moderators(of: actor(context), for: $0) }
        }
        router.get("actors/:actor/featured") { request, context in
            try await read(request, context) { try await documents.featured(of: actor(context), for: $0) }
        }
    }

    /// The node's own actor, which anyone may read: signatures are checked by it.
    func addNode(to router: Router<HallwayContext>) {
        router.get("actor") { _, _ in
            try await document(documents.actor(world.nodeActor(), for: .nobody))
        }
        for collection in ["outbox", "followers", "following", "featured"] {
            router.get("actor/\(collection)") { _, _ in
                try await document(
                    Collections.whole(id: "\(world.needs.addresses.node)/\(collection)", items: []))
            }
        }
    }

    /// An inbox delivery: bounded, then checked, then durable, then acknowledged.
    @concurrent
    private func receive(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let limit = Limits.inboxBody
        do {
            let body = try await request.wholeBody(limit: limit, what: "The activity", in: context)
            let receipt = try await intake.receive(
                SignedReading.message(
                    request, body: body, addresses: world.needs.addresses))
            world.counters.answered(.inbox, 202)
            return receipt.body.map { Response(json: $0, status: .accepted) } ?? Response(status: .accepted)
        } catch let refusal as Refusal {
            let status = Problem(refusal).status
            world.counters.answered(.inbox, status.code)
            if case .tooLarge = refusal { hangUp(context) }
            guard case .unavailable(let reason) = refusal else { throw refusal }
            return waits(reason, status)
        }
    }

    /// The answer by which its sender puts off this one activity, and goes on with others.
    private func waits(_ reason: String, _ status: HTTPResponse.Status) -> Response {
        var response = Response(
            json: [
                "type": .string(ActivityWaits.problemType), "status": .int(Int64(status.code)),
                "detail": .string(reason),
            ],
            status: status, type: "application/problem+json")
        for (name, value) in ActivityWaits.fields { response.headers.set(name, to: value) }
        return response
    }

    /// Who sends more than is taken would otherwise be read to the end before the connection is used again.
    private func hangUp(_ context: HallwayContext) {
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    /// A document for a signed reader, or the page for a person with a browser.
    private func read(
        _ request: Request, _ context: HallwayContext,
        page: (@Sendable () async throws -> String)? = nil,
        _ make: @Sendable (Viewer) async throws -> JSONValue
    ) async throws -> Response {
        if let page, !MediaType.prefersActivityStreams(accept: request.headers[.accept]) {
            // Whether there is such a thing is told only to those who have signed in.
            let isKnown = context.session?.token.person != nil
            return .redirect(to: isKnown ? try await page() : "/auth/sign_in", type: .normal)
        }
        let (signer, _) = try await SignedReading.read(
            request, context, verifier: verifier, addresses: world.needs.addresses)
        return try await document(make(world.viewer(signer)))
    }

    private func document(_ json: JSONValue) async throws -> Response {
        let isTombstone = json["type"]?.string == "Tombstone"
        return Response(json: json, status: isTombstone ? .gone : .ok, type: Vocabulary.mediaType)
    }

    private func actor(_ context: HallwayContext) async throws -> Actor {
        let id: ActorID = try id(context, "actor")
        guard let actor = try await world.needs.store.read({ try $0.actor(id) }), actor.isLocal,
            actor.kind != .application
        else { throw Refusal.notFound("Record") }
        return actor
    }

    private func actorPage(_ context: HallwayContext) async throws -> String {
        let actor = try await actor(context)
        let viewer = context.viewer
        guard try await world.needs.store.read({ try $0.mayKnow(actor.id, viewer) }) else {
            throw Refusal.notFound("Record")
        }
        return world.needs.addresses.page(person: actor.name)
    }

    private func postPage(_ context: HallwayContext) async throws -> String {
        let id: PostID = try id(context, "post")
        let viewer = context.viewer
        return try await world.needs.store.read { transaction in
            guard let post = try transaction.post(id), try transaction.maySee(post, viewer),
                try transaction.actor(post.author)?.isLocal == true
            else { throw Refusal.notFound("Record") }
            return post.url
        }
    }

    private func id<Kind>(_ context: HallwayContext, _ name: String) throws(Refusal) -> ID<Kind> {
        guard let id = context.parameters.get(name).flatMap({ ID<Kind>(decimal: $0) }) else {
            throw .notFound("Record")
        }
        return id
    }
}
