public import Domain
public import FoundationEssentials
public import JSON
import Signatures
import Social

/// What a node sends and signs in its own name: to the directory, and from it.
public struct Errands: Sendable {
    private let world: World

    public init(world: World) { self.world = world }

    /// Sends a signed request with or without a JSON body.
    ///
    /// - Returns: the code, the body as far as it is JSON, and the other's clock.
    public func send(
        _ method: String, _ url: ObjectURI, _ body: JSONValue?
    ) async throws -> (code: Int, body: JSONValue, date: Date?) {
        var request = OutgoingRequest(
            method: method, url: url, fields: [("accept", "application/activity+json, application/json")],
            limitBytes: 8 * 1024 * 1024)
        if let body {
            request.body = body.bytes
            request.fields.append(("content-type", "application/activity+json"))
        }
        let answer = try await SignedRequests(world: world).send(request, as: try await world.nodeActor())
        let json = (try? JSONParser.parse(answer.body, nodes: 2_000_000)) ?? .null
        return (answer.code, json, answer.field("date").flatMap(HTTPDate.date))
    }

    /// Adds a proof by the node's own key (FEP-8b32).
    public func prove(_ document: JSONValue) async throws -> JSONValue {
        let (id, key) = try await world.keys.signingKey(.ed25519, of: try await world.nodeActor())
        return try ObjectProof.add(to: document, key: key, method: id.string, created: world.needs.now())
    }
}
