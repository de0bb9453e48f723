import Foundation
import JSON
import Signatures
import Support
import Testing

@Suite("MessageSignature")
struct MessageSignatureTests {
    @Test("the six cases of RFC 9421 appendix B verify", arguments: 0..<6)
    func appendixB(index: Int) throws {
        let file = try Vectors.json("rfc9421/appendix-b.json")
        let vector = try #require(file["cases"]?.array)[index]
        let message = try Self.message(
            try #require(file["messages"]?[vector["message"]?.string ?? ""]?.string),
            isResponse: vector["message"]?.string == "response", base: vector["signature_base"]?.string ?? ""
        )
        let signature = try #require(
            try MessageSignature.read(
                input: vector["signature_input"]?.string ?? "", signature: vector["signature"]?.string ?? ""
            ).first)
        let base = try signature.base(of: message)
        #expect(base == vector["signature_base"]?.string)
        let key = try #require(file["keys"]?[vector["keyid"]?.string ?? ""])
        if let secret = key["base64"]?.string {
            #expect(
                Digest.hmac(Array(base.utf8), secret: try #require(bytes(base64: secret))) == signature.value)
        } else {
            let algorithm = try #require(SignatureAlgorithm(rawValue: vector["alg"]?.string ?? ""))
            let publicKey = try PublicKey(pem: try #require(key["public_pem"]?.string))
            #expect(algorithm.verify(signature.value, over: Array(base.utf8), by: publicKey))
            #expect(!algorithm.verify(signature.value, over: Array((base + " ").utf8), by: publicKey))
        }
    }

    @Test("what we sign, we verify, and nothing else")
    func roundTrip() throws {
        let key = try PrivateKey.makeEd25519()
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        var message = HTTPMessage(
            method: "POST", scheme: "https", authority: "b.example", pathAndQuery: "/inbox?x=1",
            body: Array("{}".utf8)
        )
        message.fields += try MessageSignature.sign(message, keyID: "https://a.example/k", key: key, now: now)
        func judge(_ message: HTTPMessage, at date: Date, authority: String = "b.example") throws {
            let read = try MessageSignature.read(
                input: message.field("signature-input") ?? "", signature: message.field("signature") ?? "")
            try #require(read.first).verify(message, by: key.publicKey(), authority: authority, now: date)
        }
        try judge(message, at: now)
        var changed = message
        changed.body = Array("[]".utf8)
        #expect(throws: SignatureFault.digestMismatch, "N3") { try judge(changed, at: now) }
        changed = message
        changed.pathAndQuery = "/inbox?x=2"
        #expect(throws: SignatureFault.wrongSignature, "N12") { try judge(changed, at: now) }
        changed = message
        changed.fields.removeAll { $0.name == "content-digest" }
        #expect(throws: SignatureFault.digestMissing, "N5") { try judge(changed, at: now) }
        #expect(throws: SignatureFault.otherAuthority, "N10") {
            try judge(message, at: now, authority: "c.example")
        }
        #expect(throws: SignatureFault.outsideWindow, "N13") { try judge(message, at: now + 13 * 3600) }
        #expect(throws: SignatureFault.outsideWindow, "N13") { try judge(message, at: now - 400) }
    }

    /// A message as the RFC prints it. One case signs a `content-digest` of its own section (see the file's note).
    private static func message(_ text: String, isResponse: Bool, base: String) throws -> HTTPMessage {
        let parts = text.split(separator: "\n\n", maxSplits: 1)
        var lines = parts[0].split(separator: "\n").map(String.init)
        let first = lines.removeFirst().split(separator: " ")
        var fields = lines.map { line -> (name: String, value: String) in
            let pair = line.split(separator: ":", maxSplits: 1)
            return (pair[0].lowercased(), pair[1].trimmingCharacters(in: .whitespaces))
        }
        if let signed = base.split(separator: "\n").first(where: { $0.hasPrefix("\"content-digest\": ") }) {
            fields.removeAll { $0.name == "content-digest" }
            fields.append(("content-digest", String(signed.dropFirst("\"content-digest\": ".count))))
        }
        return HTTPMessage(
            method: isResponse ? "" : String(first[0]), scheme: "https", authority: "example.com",
            pathAndQuery: isResponse ? "" : String(first[1]), fields: fields,
            status: isResponse ? Int(first[1]) : nil
        )
    }
}
