import ActivityStreams
@testable import Assembly
import Domain
import Federation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import Logging
import NIOCore
import NIOEmbedded
import Signatures
import Social
import Storage
import Support
import Surface
import Synchronization

/// A test's node behind the router of a running one: everything that it answers, asked as it is asked over HTTP.
struct FrontDoor: Sendable {
    /// Who asks.
    enum Caller: Sendable {
        case nobody
        /// Somebody of this node, by the word of their token: as a client of the interface, and as a browser of pages.
        case person(String)
        /// An actor of another node, who signs.
        case actor(TestNode, Actor)
        case stranger(Stranger)
    }

    /// What came back, all of it.
    struct Reply: Sendable, Equatable {
        var code: Int
        var head: String
        var body: String
        var isGood: Bool { (200..<300).contains(code) }

        /// Without the word by which a form is known that is sent twice: it is another on every page.
        var withoutOnce: Reply {
            Reply(code: code, head: head, body: body.replacing(#/name="once" value="[^"]*"/#, with: ""))
        }
    }

    let node: TestNode
    let desk: Desk
    /// `GET /api/v1/statuses/{id}`, for every route there is.
    let routes: [String]
    private let responder: RouterResponder<HallwayContext>
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ node: TestNode) throws {
        self.node = node
        let world = node.world
        let actors = RemoteActors(world: world)
        let threads = Threads(world: world)
        let recognitions = RecognitionDocuments(world: world)
        var desk = Desk(
            needs: node.needs,
            signIn: SignIn(store: node.store, isLimited: false, now: node.needs.now),
            grants: Grants(needs: node.needs), hub: node.hub, nodeName: node.authority,
            contactEmail: "office@\(node.authority)", version: "test", acceptsRegistrations: true,
            people: node.people, find: node.find, findPost: { await threads.find($0) },
            findActor: { try? await actors.actor($0) }, backfill: { await threads.backfill($0) })
        desk.recognitionCredential = { try await recognitions.credential(of: $0, for: $1, viewer: $2) }
        desk.recognitionProof = { try await recognitions.proof(of: $0, viewer: $1) }
        desk.recognitionLedger = { await recognitions.ask($0) }
        self.desk = desk
        let worker = DeliveryWorker(world: world, bell: Bell())
        let router = NodeRoutes(
            world: world, desk: desk, verifier: node.verifier,
            intake: Intake(
                world: world, verifier: node.verifier, bell: Bell(), throttles: nil, heard: { _ in },
                compare: { _, _ in }),
            documents: Documents(world: world, version: "test"), worker: worker
        ).router()
        routes = router.routes.map { "\($0.method) \($0.path)" }
        responder = router.buildResponder()
    }

    /// A word by which somebody of this node is known. `scopes`: what it is good for.
    func signIn(_ person: Actor, scopes: String = "read write follow profile push") async throws -> Caller {
        .person(
            try await desk.signIn.issue(
                Token(
                    person: person.id, application: nil, scopes: Scopes(scopes),
                    createdAt: node.needs.now())))
    }

    /// Asks once and waits for the whole answer. `form`: what a form of the caller's own browser would send. `key`: by which
    /// a client says that it asks again.
    func ask(
        _ path: String, _ method: String = "GET", as caller: Caller, form: String? = nil, key: String? = nil
    ) async throws -> Reply {
        let writer = Collector()
        let response = try await respond(path, method, as: caller, form: form, key: key)
        let names = ["location", "link", "content-disposition"]
        let head = response.headers.filter { names.contains($0.name.canonicalName) }
            .map { "\($0.name.canonicalName): \($0.value)" }.joined(separator: "\n")
        try await response.body.write(writer)
        return Reply(code: response.status.code, head: head, body: writer.text)
    }

    /// Hands in an activity as another node does, and waits for the head of the answer.
    func deliver(_ message: HTTPMessage) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in message.fields where name != "host" { fields.set(name, to: value) }
        fields[.contentLength] = "\(message.body.count)"
        let head = HTTPRequest(
            method: .post, scheme: message.scheme, authority: message.authority, path: message.pathAndQuery,
            headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: message.body)))
        let response = try await responder.respond(to: request, context: context())
        return Answer(
            code: response.status.code, fields: response.headers.map { ($0.name.canonicalName, $0.value) },
            body: [])
    }

    /// Everything that streams say to those who listen while something happens, in their order.
    func listen<Outcome: Sendable>(
        _ streams: [(path: String, caller: Caller)], during happening: @Sendable () async throws -> Outcome
    ) async throws -> (said: [String], outcome: Outcome) {
        var heads: [HTTPRequest] = []
        for (path, caller) in streams { heads.append(try await head(path, "GET", as: caller)) }
        let (hub, asked, texts) = (node.hub, heads, Texts())
        let (answers, begin) = AsyncStream.makeStream(of: Void.self)
        let responder = Begun(responder: responder, begin: begin)
        return try await Application(responder: responder, logger: logger).test(.router) { client in
            let outcome = try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, head) in asked.enumerated() {
                    group.addTask {
                        do {
                            let reply = try await client.executeRequest(
                                uri: head.path ?? "/", method: .get, headers: head.headerFields, body: nil)
                            guard reply.status == .ok else { return }
                            texts.said.withLock { $0[index] = String(buffer: reply.body) }
                        } catch {
                            // It would be waited for otherwise.
                            begin.finish()
                            throw error
                        }
                    }
                }
                var begun = answers.makeAsyncIterator()
                for _ in asked { await begun.next() }
                let outcome = try await happening()
                // What was told before the end is written before it.
                hub.close()
                try await group.waitForAll()
                return outcome
            }
            return (texts.said.withLock { said in asked.indices.map { said[$0] ?? "" } }, outcome)
        }
    }

    private func respond(
        _ path: String, _ method: String, as caller: Caller, form: String?, key: String?
    ) async throws -> Response {
        var text = form
        if case .person(let word) = caller, !path.hasPrefix("/api/"), method != "GET",
            let session = try await session(word)
        {
            text = "seal=\(FormSeal.word(for: session))&\(form ?? "")"
        }
        var head = try await head(path, method, as: caller)
        if let key { head.headerFields.set("Idempotency-Key", to: key) }
        if let text {
            head.headerFields[.contentType] = "application/x-www-form-urlencoded"
            head.headerFields[.contentLength] = "\(text.utf8.count)"
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: text ?? "")))
        return try await responder.respond(to: request, context: context())
    }

    private func context() -> HallwayContext {
        HallwayContext(
            source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
    }

    private func head(_ path: String, _ method: String, as caller: Caller) async throws -> HTTPRequest {
        var fields = HTTPFields()
        let isForPrograms = path.hasPrefix("/api/")
        fields[.accept] = isForPrograms ? "application/json" : "text/html"
        switch caller {
        case .nobody: break
        case .person(let word) where isForPrograms: fields[.authorization] = "Bearer \(word)"
        case .person(let word): fields[.cookie] = "\(AccessMiddleware.cookie)=\(word)"
        case .actor, .stranger:
            fields[.accept] = Vocabulary.mediaType
            for (name, value) in try await signature(path, caller) { fields.set(name, to: value) }
        }
        return HTTPRequest(
            method: HTTPRequest.Method(rawValue: method) ?? .get, scheme: "https", authority: node.authority,
            path: path, headerFields: fields)
    }

    private func session(_ word: String) async throws -> Session? {
        let hash = Digest.sha256(word.utf8)
        return try await node.store.read { try $0.token(hash: hash) }.map {
            Session(token: $0, hash: hash, isBrowser: true)
        }
    }

    private func signature(_ path: String, _ caller: Caller) async throws -> [(name: String, value: String)] {
        let message = HTTPMessage(
            method: "GET", scheme: "https", authority: node.authority, pathAndQuery: path,
            fields: [], body: [])
        let now = node.needs.now()
        switch caller {
        case .nobody, .person: return []
        case .actor(let home, let actor):
            let (id, key) = try await home.keys.signingKey(.rsa, of: actor)
            return try CavageSignature.sign(message, keyID: id.string, key: key, now: now)
        case .stranger(let stranger):
            return try CavageSignature.sign(message, keyID: stranger.keyID, key: stranger.key, now: now)
        }
    }
}

/// Tells of each answer that begins: a stream listens before its answer does.
private struct Begun: HTTPResponder {
    let responder: RouterResponder<HallwayContext>
    let begin: AsyncStream<Void>.Continuation

    func respond(to request: Request, context: HallwayContext) async throws -> Response {
        defer { begin.yield() }
        return try await responder.respond(to: request, context: context)
    }
}

/// What streams said, by their number.
private final class Texts: Sendable {
    let said = Mutex<[Int: String]>([:])
}

/// Keeps what is written to a connection.
final class Collector: ResponseBodyWriter, Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(_ buffer: ByteBuffer) async throws {
        bytes.withLock { $0 += buffer.readableBytesView }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
