import COpenSSL

/// Random bytes for keys, secrets and tokens.
public enum RandomBytes {
    /// `count`: how many bytes.
    public static func make(_ count: Int) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count)
        // libcrypto fails only without any source of entropy; the standard generator is then the same kernel's.
        if RAND_bytes(&out, Int32(count)) != 1 {
            var generator = SystemRandomNumberGenerator()
            for index in out.indices { out[index] = generator.next() }
        }
        return out
    }

    /// An unguessable word for tokens and codes: 256 bits in base64url.
    public static func word() -> String { make(32).base64URL }
}
