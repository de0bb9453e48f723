public import FoundationEssentials

/// HTTP Signatures as the fediverse grew up with them: draft-cavage-http-signatures-12.
public struct CavageSignature: Sendable {
    public let keyID: String
    let algorithm: String?
    let covered: [String]
    let signature: [UInt8]
    let created: Int64?
    let expires: Int64?

    /// Reads a `Signature` field (§2.1, §4.1).
    public init(field: String) throws(SignatureFault) {
        let parameters = try Self.parameters(field)
        guard let keyID = parameters["keyId"], let text = parameters["signature"],
            let signature = bytes(base64: text)
        else { throw .malformed("signature") }
        self.keyID = keyID
        self.signature = signature
        algorithm = parameters["algorithm"]
        covered = (parameters["headers"] ?? "date").lowercased().split(separator: " ").map(String.init)
        created = try Self.seconds(parameters["created"])
        expires = try Self.seconds(parameters["expires"])
        guard covered.count <= 32, Set(covered).count == covered.count else { throw .malformed("headers") }
    }

    /// Checks what is covered, the clock, the digest and then the signature. `message`: the request as
    /// received, its body whole. `authority`: our own public name; a signature for another is refused (N10).
    public func verify(
        _ message: HTTPMessage, by key: PublicKey, authority: String, now: Date
    ) throws(SignatureFault) {
        guard algorithm == nil || algorithm == "rsa-sha256" || algorithm == "hs2019",
            SignatureAlgorithm.federated.contains(key.algorithm)
        else { throw .unsupportedAlgorithm(algorithm ?? key.algorithm.rawValue) }
        for name in ["(request-target)", "host"] where !covered.contains(name) { throw .notCovered(name) }
        guard message.field("host")?.lowercased() == authority else { throw .otherAuthority }
        try checkClock(message, now: now)
        if message.method == "POST" || !message.body.isEmpty {
            guard let digest = message.field("digest") else { throw .digestMissing }
            guard covered.contains("digest") else { throw .notCovered("digest") }
            try BodyDigest.check(digest: digest, of: message.body)
        }
        let base = try signingString(message)
        guard key.algorithm.verify(signature, over: Array(base.utf8), by: key) else { throw .wrongSignature }
    }

    /// The fields to add to a request, with its `Date` and, for one with a body, its `Digest`.
    public static func sign(
        _ message: HTTPMessage, keyID: String, key: PrivateKey, now: Date
    ) throws(SignatureFault) -> [(name: String, value: String)] {
        var signed = message
        var added: [(name: String, value: String)] = [("date", HTTPDate.text(now))]
        var covered = ["(request-target)", "host", "date"]
        if message.method == "POST" {
            added.append(("digest", BodyDigest.digest(of: message.body)))
            covered.append("digest")
            if message.field("content-type") != nil { covered.append("content-type") }
        }
        if message.field(Self.synchronization) != nil { covered.append(Self.synchronization) }
        signed.fields = message.fields + added + [("host", message.authority)]
        let base = try signingString(signed, covered: covered, created: nil, expires: nil)
        let signature = try key.algorithm.sign(Array(base.utf8), by: key)
        added.append(
            (
                "signature",
                #"keyId="\#(keyID)",algorithm="rsa-sha256",headers="\#(covered.joined(separator: " "))","#
                    + #"signature="\#(signature.base64)""#
            ))
        return added
    }

    /// FEP-8fcf wants its field signed.
    static let synchronization = "collection-synchronization"

    /// Whether the signature covers a field.
    public func covers(_ name: String) -> Bool { covered.contains(name) }

    /// What is there must be readable: a limit that is not understood is not no limit (N13).
    private static func seconds(_ text: String?) throws(SignatureFault) -> Int64? {
        guard let text else { return nil }
        guard let seconds = Int64(text.prefix { $0 != "." }) else { throw .malformed("created or expires") }
        return seconds
    }

    private func checkClock(_ message: HTTPMessage, now: Date) throws(SignatureFault) {
        if let expires, Date(timeIntervalSince1970: Double(expires)) < now { throw .outsideWindow }
        if covered.contains("(created)"), let created {
            return try SignatureWindow.created.check(Date(timeIntervalSince1970: Double(created)), now: now)
        }
        guard covered.contains("date") else { throw .notCovered("date") }
        guard let date = message.field("date").flatMap(HTTPDate.date) else { throw .malformed("date") }
        try SignatureWindow.date.check(date, now: now)
    }

    private func signingString(_ message: HTTPMessage) throws(SignatureFault) -> String {
        try Self.signingString(message, covered: covered, created: created, expires: expires)
    }

    /// §2.3.
    static func signingString(
        _ message: HTTPMessage, covered: [String], created: Int64?, expires: Int64?
    ) throws(SignatureFault) -> String {
        var lines: [String] = []
        for name in covered {
            switch name {
            case "(request-target)":
                lines.append("(request-target): \(message.method.lowercased()) \(message.pathAndQuery)")
            case "(created)":
                guard let created else { throw .malformed("created") }
                lines.append("(created): \(created)")
            case "(expires)":
                guard let expires else { throw .malformed("expires") }
                lines.append("(expires): \(expires)")
            default:
                guard let value = message.field(name) else { throw .notCovered(name) }
                lines.append("\(name): \(value)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// `name="value",name=123`: every name once.
    private static func parameters(_ field: String) throws(SignatureFault) -> [String: String] {
        let (quote, comma, space) = (UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: " "))
        var rest = field.trimmingSpace.utf8[...]
        if rest.starts(with: "Signature ".utf8) { rest = rest.dropFirst(10) }
        guard rest.count <= 8192 else { throw .malformed("signature") }
        var result: [String: String] = [:]
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { throw .malformed("signature") }
            let name = Substring(rest[..<equals]).trimmingSpace
            rest = rest[rest.index(after: equals)...]
            let value: Substring.UTF8View
            if rest.first == quote {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: quote) else { throw .malformed("signature") }
                value = rest[..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                value = rest.prefix { $0 != comma }
                rest = rest[value.endIndex...]
            }
            guard result.updateValue(String(Substring(value)), forKey: name) == nil else {
                throw .malformed(name)
            }
            rest = rest.drop { $0 == space }
            guard rest.isEmpty || rest.first == comma else { throw .malformed("signature") }
            rest = rest.dropFirst().drop { $0 == space }
        }
        return result
    }
}
