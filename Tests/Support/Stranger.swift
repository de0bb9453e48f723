import ActivityStreams
public import Foundation
public import JSON
public import Signatures

/// An actor of other software, honest or not, with keys of its own and documents on the fake network.
public struct Stranger: Sendable {
    public let uri: String
    public let key: PrivateKey
    public let proofKey: PrivateKey
    public let network: FakeNetwork
    public let clock: TestClock

    public var keyID: String { "\(uri)#main-key" }
    public var origin: String { uri.split(separator: "/").prefix(2).joined(separator: "//") }

    public init(_ uri: String, on network: FakeNetwork, clock: TestClock) throws {
        self.uri = uri
        self.network = network
        self.clock = clock
        key = try PrivateKey.makeRSA()
        proofKey = try PrivateKey.makeEd25519()
        try serve()
    }

    /// Publishes the actor's document.
    public func serve(_ changes: [(String, JSONValue)] = []) throws {
        var json = JSONObject([
            ("@context", "https://www.w3.org/ns/activitystreams"), ("id", .string(uri)), ("type", "Person"),
            ("preferredUsername", .string(String(uri.split(separator: "/").last ?? "x"))),
            ("inbox", .string("\(uri)/inbox")), ("followers", .string("\(uri)/followers")),
            (
                "publicKey",
                [
                    "id": .string(keyID), "owner": .string(uri),
                    "publicKeyPem": .string(try key.publicKey().pem),
                ]
            ),
            (
                "assertionMethod",
                [
                    [
                        "id": .string("\(uri)#proof"), "type": "Multikey", "controller": .string(uri),
                        "publicKeyMultibase": .string(Multikey.encode(try proofKey.publicKey())),
                    ]
                ]
            ),
        ])
        for (name, value) in changes { json[name] = value }
        network.serve(uri, .object(json))
    }

    /// An activity of this actor.
    public func activity(
        _ type: String, _ object: JSONValue, id: String = UUID().uuidString, more: [(String, JSONValue)] = []
    ) -> JSONValue {
        var json = JSONObject([
            ("@context", "https://www.w3.org/ns/activitystreams"),
            ("id", .string("\(origin)/activities/\(id)")),
            ("type", .string(type)), ("actor", .string(uri)), ("object", object),
        ])
        for (name, value) in more { json[name] = value }
        return .object(json)
    }

    /// A note of this actor, for everyone unless it says otherwise.
    public func note(
        _ id: String, _ content: String, to: JSONValue = "https://www.w3.org/ns/activitystreams#Public",
        more: [(String, JSONValue)] = []
    ) -> JSONValue {
        var json = JSONObject([
            ("@context", "https://www.w3.org/ns/activitystreams"), ("id", .string("\(origin)/notes/\(id)")),
            ("type", "Note"), ("attributedTo", .string(uri)), ("content", .string(content)), ("to", to),
            ("published", .string(clock.now.ISO8601Format())),
        ])
        for (name, value) in more { json[name] = value }
        return .object(json)
    }

    /// A request to a node's shared inbox, signed by draft-cavage.
    public func request(_ json: JSONValue, to node: TestNode, as keyID: String? = nil) throws -> HTTPMessage {
        var message = HTTPMessage(
            method: "POST", scheme: "https", authority: node.authority, pathAndQuery: "/inbox",
            fields: [("content-type", "application/activity+json")], body: json.bytes)
        message.fields += try CavageSignature.sign(
            message, keyID: keyID ?? self.keyID, key: key, now: clock.now)
        message.fields.append(("host", node.authority))
        return message
    }

    /// Sends an activity and lets the node handle it.
    public func send(_ json: JSONValue, to node: TestNode) async throws {
        try await node.receive(request(json, to: node))
        try await node.handleInbox()
        try await node.fanOut()
    }
}
