public import FoundationEssentials
public import JSON

/// FEP-8b32 object integrity proofs by the cryptosuite `eddsa-jcs-2022`.
public enum ObjectProof {
    /// Adds a proof. `document`: without a proof. `method`: the key's id, listed in its actor's
    /// `assertionMethod`. `created`: the moment, to the second. Throws ``SignatureFault/badKey`` unless the
    /// key is Ed25519.
    public static func add(
        to document: JSONValue, key: PrivateKey, method: String, created: Date
    ) throws(SignatureFault) -> JSONValue {
        guard case .object(var object) = document, key.algorithm == .ed25519 else { throw .badKey }
        var proof = JSONObject()
        if let context = object["@context"] { proof["@context"] = context }
        proof["type"] = "DataIntegrityProof"
        proof["cryptosuite"] = "eddsa-jcs-2022"
        proof["verificationMethod"] = .string(method)
        proof["proofPurpose"] = "assertionMethod"
        proof["created"] = .string(created.ISO8601Format())
        let signature = try SignatureAlgorithm.ed25519.sign(hash(of: object, proof: proof), by: key)
        proof["proofValue"] = .string("z" + Base58.encode(signature))
        object["proof"] = .object(proof)
        return .object(object)
    }

    /// The key that a document's proof names; nil when it carries none.
    public static func method(of document: JSONValue) -> String? {
        document["proof"]?["verificationMethod"]?.string
    }

    /// Checks the proof of a document (N34). Whose key it is, the caller has checked before (N32).
    public static func verify(_ document: JSONValue, by key: PublicKey, now: Date) throws(SignatureFault) {
        guard case .object(var object) = document, case .object(var proof)? = object["proof"] else {
            throw .missing
        }
        guard proof["type"]?.string == "DataIntegrityProof", proof["cryptosuite"]?.string == "eddsa-jcs-2022",
            key.algorithm == .ed25519
        else { throw .unsupportedAlgorithm(proof["cryptosuite"]?.string ?? "") }
        guard proof["proofPurpose"]?.string == "assertionMethod" else { throw .malformed("proofPurpose") }
        guard let text = proof["proofValue"]?.string, text.hasPrefix("z"),
            let signature = Base58.decode(text.dropFirst()), signature.count == 64
        else { throw .malformed("proofValue") }
        if let expires = proof["expires"] {
            guard let date = expires.string.flatMap({ try? Date($0, strategy: .iso8601) }), date >= now else {
                throw .outsideWindow
            }
        }
        // VC-DI-EDDSA §3.3.2: the document's contexts begin with those the proof was made under.
        if let context = proof["@context"] {
            guard let own = object["@context"]?.list, own.starts(with: context.list) else {
                throw .malformed("@context")
            }
            object["@context"] = context
        }
        proof["proofValue"] = nil
        object["proof"] = nil
        // An LD signature is no part of what was signed, and is never looked at (N35).
        object["signature"] = nil
        guard SignatureAlgorithm.ed25519.verify(signature, over: hash(of: object, proof: proof), by: key)
        else {
            throw .wrongSignature
        }
    }

    private static func hash(of object: JSONObject, proof: JSONObject) -> [UInt8] {
        Digest.sha256(JSONValue.object(proof).canonical) + Digest.sha256(JSONValue.object(object).canonical)
    }
}
