import COpenSSL

/// Hashes, by the system's libcrypto.
public enum Digest {
    public static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] { hash(Array(bytes), EVP_sha256()) }

    public static func sha512(_ bytes: some Sequence<UInt8>) -> [UInt8] { hash(Array(bytes), EVP_sha512()) }

    /// HMAC-SHA-256 (RFC 2104).
    public static func hmac(_ bytes: [UInt8], secret: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        _ = HMAC(EVP_sha256(), secret, Int32(secret.count), bytes, bytes.count, &out, nil)
        return out
    }

    /// Compares without telling by the time taken where the difference is.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    private static func hash(_ bytes: [UInt8], _ kind: OpaquePointer?) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = EVP_Digest(bytes, bytes.count, &out, &length, kind, nil)
        return Array(out.prefix(Int(length)))
    }
}
