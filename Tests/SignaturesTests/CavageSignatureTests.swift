import Foundation
import JSON
import Signatures
import Support
import Testing

@Suite("CavageSignature")
struct CavageSignatureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var json: JSONValue
        var testDescription: String { json["name"]?.string ?? "" }
    }

    static func cases() throws -> [Case] {
        (try Vectors.json("cavage/cases.json")["cases"]?.array ?? []).map(Case.init)
    }

    @Test("each of the 18 vectors is judged as it says", arguments: try cases())
    func vector(vector: Case) throws {
        let json = vector.json
        let key = try PublicKey(
            pem: try #require(try Vectors.json("cavage/cases.json")["public_pem"]?.string))
        let fields = (json["headers"]?.object?.members ?? []).map {
            (name: $0.name, value: $0.value.string ?? "")
        }
        let now = try #require(
            json["now"].flatMap { value in
                value.int.map { Date(timeIntervalSince1970: Double($0)) } ?? HTTPDate.date(value.string ?? "")
                    ?? (try? Date(value.string ?? "", strategy: .iso8601))
            })
        let message = HTTPMessage(
            method: json["method"]?.string ?? "", scheme: "https", authority: "b.example",
            pathAndQuery: json["path"]?.string ?? "", fields: fields,
            body: Array((json["body"]?.string ?? "").utf8)
        )
        // "host with port" is addressed to the node under that very name.
        let isValid = json["valid"]?.bool == true
        let authority = isValid ? message.field("host") ?? "" : "b.example"
        func judge() throws {
            try CavageSignature(field: message.field("signature") ?? "")
                .verify(message, by: key, authority: authority, now: now)
        }
        if isValid { try judge() } else { #expect(throws: SignatureFault.self) { try judge() } }
    }

    @Test("there are 18 vectors")
    func count() throws { #expect(try Self.cases().count == 18) }

    @Test("what we sign, we verify; a second digest that is wrong spoils it (N7)")
    func roundTrip() throws {
        let key = try PrivateKey.makeRSA()
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        var message = HTTPMessage(
            method: "POST", scheme: "https", authority: "b.example", pathAndQuery: "/inbox",
            fields: [("content-type", "application/activity+json")], body: Array("{}".utf8)
        )
        message.fields += try CavageSignature.sign(message, keyID: "https://a.example/k", key: key, now: now)
        message.fields.append(("host", "b.example"))
        let signature = try CavageSignature(field: message.field("signature") ?? "")
        try signature.verify(message, by: key.publicKey(), authority: "b.example", now: now)
        var two = message
        two.fields.append(("digest", "SHA-512=AAAA"))
        #expect(throws: SignatureFault.self) {
            try signature.verify(two, by: key.publicKey(), authority: "b.example", now: now)
        }
        for algorithm in ["hmac-sha256", "none"] {
            let other = try CavageSignature(
                field: (message.field("signature") ?? "").replacing("rsa-sha256", with: algorithm))
            #expect(throws: SignatureFault.unsupportedAlgorithm(algorithm), "N17") {
                try other.verify(message, by: key.publicKey(), authority: "b.example", now: now)
            }
        }
    }
}
