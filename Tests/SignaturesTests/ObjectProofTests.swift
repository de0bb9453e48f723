import Foundation
import JSON
import Signatures
import Support
import Testing

@Suite("ObjectProof")
struct ObjectProofTests {
    @Test("the values of VC-DI-EDDSA are made and verified")
    func verifiableCredential() throws {
        let keys = try Vectors.json("vc-di-eddsa/keyPair.json")
        let publicKey = try Multikey.decode(try #require(keys["publicKeyMultibase"]?.string))
        let signed = try Vectors.json("vc-di-eddsa/eddsa-jcs-2022/signedJCS.json")
        try ObjectProof.verify(signed, by: publicKey, now: Date(timeIntervalSince1970: 1_700_000_000))
        let document = try Vectors.json("vc-di-eddsa/unsigned.json")
        let canonical = try Vectors.text("vc-di-eddsa/eddsa-jcs-2022/canonDocJCS.txt").trimmed
        #expect(String(decoding: document.canonical, as: UTF8.self) == canonical)
        #expect(
            Digest.sha256(document.canonical).hex
                == (try Vectors.text("vc-di-eddsa/eddsa-jcs-2022/docHashJCS.txt").trimmed))
    }

    @Test("the activity of FEP-8b32 gets the very proof it shows, and verifies")
    func fep8b32() throws {
        let feature = try Vectors.text("fep-8b32/fep-8b32.feature")
        let documents = feature.components(separatedBy: "\"\"\"").enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        let unsigned = try JSONParser.parse(documents[0])
        let signed = try JSONParser.parse(documents[1])
        let actor = try JSONParser.parse(try #require(documents.last))
        let secret = try Multikey.decodeSecret("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
        let made = try ObjectProof.add(
            to: unsigned, key: secret, method: "https://server.example/users/alice#ed25519-key",
            created: try Date("2023-02-24T23:36:38Z", strategy: .iso8601))
        #expect(made == signed)
        let multibase = actor["assertionMethod"]?.array?.first?["publicKeyMultibase"]?.string
        try ObjectProof.verify(signed, by: Multikey.decode(try #require(multibase)), now: .now)
    }

    @Test("a changed document, purpose, suite or date is refused (N34)")
    func refused() throws {
        let key = try PrivateKey.makeEd25519()
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let document: JSONValue = [
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.example/1",
        ]
        let signed = try ObjectProof.add(to: document, key: key, method: "https://a.example/k", created: now)
        try ObjectProof.verify(signed, by: key.publicKey(), now: now)
        for (name, value) in [
            ("proofPurpose", "authentication"), ("cryptosuite", "eddsa-rdfc-2022"),
            ("expires", "2020-01-01T00:00:00Z"), ("created", "2020-01-01T00:00:00Z"),
        ] {
            guard case .object(var object) = signed, case .object(var proof)? = object["proof"] else {
                return
            }
            proof[name] = .string(value)
            object["proof"] = .object(proof)
            #expect(throws: SignatureFault.self) {
                try ObjectProof.verify(.object(object), by: key.publicKey(), now: now)
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
