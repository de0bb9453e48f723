/// Ed25519 keys as FEP-521a writes them: multibase over multicodec.
public enum Multikey {
    /// `z6Mk…` of a public key.
    public static func encode(_ key: PublicKey) -> String { encode(raw: key.raw) }

    /// The same of the 32 bytes of a key.
    public static func encode(raw: [UInt8]) -> String { "z" + Base58.encode([0xed, 0x01] + raw) }

    /// Reads `z6Mk…`.
    ///
    /// - Throws: ``SignatureFault/badKey`` for another base, another codec, or a key of small order.
    public static func decode(_ text: String) throws(SignatureFault) -> PublicKey {
        guard text.hasPrefix("z"), let bytes = Base58.decode(text.dropFirst()), bytes.count == 34,
            bytes.starts(with: [0xed, 0x01])
        else { throw .badKey }
        return try PublicKey(ed25519: Array(bytes[2...]))
    }

    /// Reads `z3u2…`, a secret key, as test vectors and key files carry it.
    public static func decodeSecret(_ text: String) throws(SignatureFault) -> PrivateKey {
        guard text.hasPrefix("z"), let bytes = Base58.decode(text.dropFirst()), bytes.count == 34,
            bytes.starts(with: [0x80, 0x26])
        else { throw .badKey }
        return try PrivateKey(ed25519: Array(bytes[2...]))
    }
}
