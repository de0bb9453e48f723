import ActivityStreams
public import Domain
import Foundation
import FoundationEssentials
public import JSON
import Markup
import Signatures
import Social
import Storage

/// What proves and counts recognitions: credentials (Open Badges 3.0), signed objects, and books to compare.
public struct RecognitionDocuments: Sendable {
    let world: World

    public init(world: World) { self.world = world }

    /// The credential by which someone shows elsewhere that they were thanked: this node's own, or asked for at the
    /// giver's node and verified.
    public func credential(of post: PostID, for recipient: ActorID, viewer: Viewer) async throws -> JSONValue
    {
        let found = try await world.needs.store.read { transaction -> (Post, Actor, Actor) in
            let post = try transaction.visiblePost(post, to: viewer)
            guard case .recognition(let recognition) = post.body, recognition.recipients.contains(recipient),
                let giver = try transaction.actor(post.author), let person = try transaction.actor(recipient)
            else { throw Refusal.notFound("Record") }
            return (post, giver, person)
        }
        let (post, giver, person) = found
        guard !giver.isLocal else { return try await issue(post, from: giver, to: person) }
        guard let address = Self.address(of: post.uri, for: person.uri), let viewer = viewer.actor,
            let reader = try await world.needs.store.read({ try $0.actor(viewer) }), reader.isLocal
        else { throw Refusal.notFound("Record") }
        do {
            let json = try await fetch(address, as: reader)
            try await verify(json, from: giver)
            return json
        } catch let fault as ExchangeFault {
            throw Refusal.unavailable(because: "The giver's office does not answer just now (\(fault))")
        }
    }

    /// The same for another node, whose viewer names the recipient by URI.
    public func credential(of post: PostID, for recipient: String?, viewer: Viewer) async throws -> JSONValue
    {
        let uri = recipient.flatMap { $0.removingPercentEncoding }.flatMap { ObjectURI($0) }
        guard let uri, let person = try await world.needs.store.read({ try $0.actorID(uri) }),
            let author = try await world.needs.store.read({ try $0.post(post)?.author }),
            try await world.needs.store.read({ try $0.actor(author)?.isLocal }) == true
        else { throw Refusal.notFound("Record") }
        return try await credential(of: post, for: person, viewer: viewer)
    }

    /// The object as its giver signed it, and the giver's key: enough to verify it without asking anyone.
    public func proof(of id: PostID, viewer: Viewer) async throws -> JSONValue {
        let found = try await world.needs.store.read { transaction -> (Post, Actor, Actor?, [UInt8]?) in
            let post = try transaction.visiblePost(id, to: viewer)
            guard case .recognition = post.body, let giver = try transaction.actor(post.author) else {
                throw Refusal.notFound("Record")
            }
            let group = try post.group.flatMap { try transaction.actor($0) }
            return (post, giver, group, try transaction.recognitionDocument(of: post.id))
        }
        let (post, giver, group, kept) = found
        let document: JSONValue
        if giver.isLocal {
            let object = PostOut(addresses: world.needs.addresses, group: group?.uri)
                .write(post, by: giver, context: true)
            document = try await RecognitionOut.prove(object, of: post, by: giver, world: world)
        } else if let kept {
            document = try JSONParser.parse(kept)
        } else {
            throw Refusal.notFound("Record")
        }
        let method = ObjectProof.method(of: document).flatMap { ObjectURI($0) }
        let key = try await world.needs.store.read { transaction in
            try method.flatMap { try transaction.actorKey($0) }
        }
        return [
            "document": document,
            "publicKeyMultibase": JSONValue(key.map { Multikey.encode(raw: $0.publicKey) }),
        ]
    }

    /// This node's books about the asking node: it hears of itself alone.
    public func ledger(for viewer: Viewer) async throws -> JSONValue {
        guard case .node(let authority, true) = viewer else { throw Refusal.notFound("Record") }
        let lines = try await world.needs.store.read { try $0.recognitionLedger() }
        return Self.write(lines.first { $0.node == authority } ?? RecognitionLedger(node: authority))
    }

    /// What another node's books say about this one; nil when it does not answer.
    public func ask(_ node: String) async -> RecognitionLedger? {
        let scheme = world.needs.addresses.base.scheme
        guard let url = ObjectURI("\(scheme)://\(node)/recognitions/ledger"),
            let json = try? await Fetch(world: world).json(url, accept: "application/json"),
            let given = Self.tally(json["given"]), let received = Self.tally(json["received"])
        else { return nil }
        var ledger = RecognitionLedger(node: world.needs.addresses.authority)
        ledger.given = given
        ledger.received = received
        return ledger
    }

    // MARK: What they need

    /// Signed by the node, whose key anyone may read: the giver's own signature is on what is given as evidence.
    private func issue(_ post: Post, from giver: Actor, to person: Actor) async throws -> JSONValue {
        guard case .recognition(let recognition) = post.body else { throw Refusal.notFound("Record") }
        let node = try await world.nodeActor()
        let base = world.needs.addresses.base.origin
        let text = SafeHTML.plainText(post.content)
        var subject = JSONObject([
            ("id", .string(person.uri.string)), ("type", ["AchievementSubject"]),
            (
                "achievement",
                [
                    "id": .string("\(base)/thanks?value=\(Self.escape(recognition.value))"),
                    "type": ["Achievement"], "achievementType": "CommunityService",
                    "name": .string(recognition.value),
                    "description": .string("A colleague's thanks for: \(recognition.value)"),
                    "criteria": ["narrative": "A colleague thanked the holder in public."],
                ]
            ),
            ("source", Self.profile(giver)), ("narrative", .string(text)),
        ])
        if recognition.points > 0 { subject["creditsEarned"] = JSONValue(recognition.points) }
        let json: JSONValue = [
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "id": .string(Self.address(of: post.uri, for: person.uri)?.string ?? post.uri.string),
            "type": ["VerifiableCredential", "AchievementCredential"],
            "name": .string(recognition.value), "issuer": Self.profile(node),
            "validFrom": .string(post.createdAt.ISO8601Format()), "credentialSubject": .object(subject),
            "evidence": [
                [
                    "id": .string(post.uri.string), "type": ["Evidence"], "name": "Recognition",
                    "narrative": .string(text),
                ]
            ],
        ]
        let (id, key) = try await world.keys.signingKey(.ed25519, of: node)
        return try ObjectProof.add(
            to: json, key: key, method: id.string, created: post.editedAt ?? post.createdAt)
    }

    /// Asks in the name of the reader: what was for few is shown to those few alone.
    private func fetch(_ address: ObjectURI, as reader: Actor) async throws -> JSONValue {
        guard world.isForeign(address), try await world.standing(of: address.authority) != .refused else {
            throw ExchangeFault.forbidden("not a node we deal with")
        }
        let request = OutgoingRequest(
            method: "GET", url: address, fields: [("accept", "application/vc, application/json")],
            limitBytes: 64 * 1024)
        let answer = try await SignedRequests(world: world).send(request, as: reader)
        guard answer.code == 200 else { throw ExchangeFault.answered(answer.code) }
        guard let json = try? JSONParser.parse(answer.body, depth: Limits.jsonDepth, nodes: Limits.jsonNodes)
        else {
            throw ExchangeFault.unusable("no JSON")
        }
        return json
    }

    /// A credential of another node bears that node's own signature.
    private func verify(_ json: JSONValue, from giver: Actor) async throws {
        guard let method = ObjectProof.method(of: json).flatMap({ ObjectURI($0) }),
            method.origin == giver.uri.origin
        else { throw ExchangeFault.unusable("the credential is not its node's own") }
        let issuer = method.withoutFragment
        guard json["issuer"]?["id"]?.string == issuer.string else {
            throw ExchangeFault.unusable("the credential names another issuer")
        }
        _ = try await Verifier(world: world).prover(of: json, claimed: issuer)
    }

    private static func profile(_ actor: Actor) -> JSONValue {
        [
            "id": .string(actor.uri.string), "type": ["Profile"],
            "name": .string(actor.displayName.isEmpty ? actor.name : actor.displayName),
            "url": .string(actor.url),
        ]
    }

    private static func address(of post: ObjectURI, for recipient: ObjectURI) -> ObjectURI? {
        ObjectURI("\(post)/credential?recipient=\(escape(recipient.string))")
    }

    private static func escape(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + digits
        }.joined()
    }

    private static func write(_ ledger: RecognitionLedger) -> JSONValue {
        func tally(_ tally: RecognitionTally) -> JSONValue {
            ["count": JSONValue(tally.count), "points": JSONValue(tally.points)]
        }
        return [
            "node": .string(ledger.node), "given": tally(ledger.given), "received": tally(ledger.received),
        ]
    }

    private static func tally(_ json: JSONValue?) -> RecognitionTally? {
        guard let count = json?["count"]?.int, let points = json?["points"]?.int else { return nil }
        return RecognitionTally(count: Int(clamping: count), points: Int(clamping: points))
    }
}
