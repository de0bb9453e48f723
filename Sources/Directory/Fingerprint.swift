import Signatures

/// A key as two people compare it over the telephone.
public enum Fingerprint {
    /// Eight groups of four hexadecimal digits of the key's SHA-256; empty for what is no key.
    public static func of(_ multikey: String) -> String {
        guard let key = try? Multikey.decode(multikey) else { return "" }
        let hex = Array(Digest.sha256(key.raw).hex.prefix(32))
        return stride(from: 0, to: hex.count, by: 4).map { String(hex[$0..<($0 + 4)]) }.joined(separator: " ")
    }
}
