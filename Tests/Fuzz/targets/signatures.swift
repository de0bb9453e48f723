import Foundation
import Signatures

/// Signature fields, digests and keys of strangers are read or refused; what is read can be checked and written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = bytes(start, count)
    let text = String(decoding: input, as: UTF8.self)
    let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let (first, second) = (lines[0], lines.count > 1 ? lines[1] : "")
    let message = HTTPMessage(
        method: "POST", scheme: "https", authority: "oslo.example", pathAndQuery: "/inbox?a=\(first)",
        fields: [
            ("host", "oslo.example"), ("date", second), ("digest", first), ("content-digest", second),
        ], body: Array(second.utf8))
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    if let cavage = try? CavageSignature(field: text), let key = known {
        try? cavage.verify(message, by: key, authority: "oslo.example", now: now)
    }
    for signature in (try? MessageSignature.read(input: first, signature: second)) ?? [] {
        _ = try? signature.base(of: message)
        guard let key = known else { continue }
        try? signature.verify(message, by: key, authority: "oslo.example", now: now)
    }
    try? BodyDigest.check(digest: text, of: input)
    try? BodyDigest.check(contentDigest: text, of: input)
    if let key = try? Multikey.decode(text) { claim(Multikey.encode(key) == text, "a key has two names") }
    _ = try? Multikey.decodeSecret(text)
    if let raw = Base58.decode(text) { claim(Base58.encode(raw) == text, "base58 differs") }
    if let key = (try? PublicKey(pem: text)) ?? (try? PublicKey(encoded: input)) {
        claim((try? PublicKey(pem: key.pem))?.der == key.der, "a key is not read as it was written")
        _ = key.algorithm.verify(input, over: input, by: key)
        _ = key.raw
    }
    return 0
}

private let known = try? Multikey.decode("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
