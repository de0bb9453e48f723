/// The `Digest` (RFC 3230) and `Content-Digest` (RFC 9530) fields, against the body they stand for.
public enum BodyDigest {
    /// `SHA-256=…`.
    public static func digest(of body: [UInt8]) -> String { "SHA-256=\(Digest.sha256(body).base64)" }

    /// `sha-256=:…:`.
    public static func contentDigest(of body: [UInt8]) -> String { "sha-256=:\(Digest.sha256(body).base64):" }

    /// Checks a `Digest` field: every algorithm that we know must agree, and there must be one (N3, N6, N7).
    public static func check(digest field: String, of body: [UInt8]) throws(SignatureFault) {
        var known = 0
        for item in field.split(separator: ",") {
            let pair = item.trimmingSpace.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { throw .malformed("digest") }
            guard let expected = hash(String(pair[0]), of: body) else { continue }
            known += 1
            guard bytes(base64: pair[1]) == expected else { throw .digestMismatch }
        }
        guard known > 0 else { throw .digestMissing }
    }

    /// Checks a `Content-Digest` field in the same way.
    public static func check(contentDigest field: String, of body: [UInt8]) throws(SignatureFault) {
        var known = 0
        for item in field.split(separator: ",") {
            let pair = item.trimmingSpace.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[1].hasPrefix(":"), pair[1].hasSuffix(":"), pair[1].count > 2 else {
                throw .malformed("content-digest")
            }
            guard let expected = hash(String(pair[0]), of: body) else { continue }
            known += 1
            guard bytes(base64: pair[1].dropFirst().dropLast()) == expected else { throw .digestMismatch }
        }
        guard known > 0 else { throw .digestMissing }
    }

    private static func hash(_ name: String, of body: [UInt8]) -> [UInt8]? {
        switch name.lowercased() {
        case "sha-256": Digest.sha256(body)
        case "sha-512": Digest.sha512(body)
        default: nil
        }
    }
}
