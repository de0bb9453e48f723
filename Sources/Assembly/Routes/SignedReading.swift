import Domain
import Federation
import Hummingbird
import JSON
import Signatures
import Surface

/// Requests as signatures see them.
enum SignedReading {
    static func message(_ request: Request, body: [UInt8], addresses: Addresses) -> HTTPMessage {
        let authority = (request.head.authority ?? "").lowercased()
        var fields = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        if !authority.isEmpty { fields.append((name: "host", value: authority)) }
        return HTTPMessage(
            method: request.method.rawValue, scheme: addresses.base.scheme, authority: authority,
            pathAndQuery: request.head.path ?? "/", fields: fields, body: body)
    }

    /// The actor that signed a request, and the JSON it sent, if any.
    ///
    /// - Throws: ``Refusal``.
    static func read(
        _ request: Request, _ context: HallwayContext, verifier: Verifier, addresses: Addresses
    ) async throws -> (signer: Actor, body: JSONValue) {
        let bytes = try await request.wholeBody(limit: 256 * 1024, in: context)
        let signer: Actor
        do {
            signer = try await verifier.signer(of: message(request, body: bytes, addresses: addresses))
        } catch is ExchangeFault {
            throw Refusal.notAuthenticated(because: "the key cannot be had")
        }
        guard !bytes.isEmpty else { return (signer, .null) }
        do {
            return (signer, try JSONParser.parse(bytes))
        } catch {
            throw Refusal.malformed(because: "the body is not JSON")
        }
    }
}
