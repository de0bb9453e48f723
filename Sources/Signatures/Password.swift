import COpenSSL

/// Password hashes by scrypt (RFC 7914): `scrypt$15$8$1$salt$hash`.
public enum Password {
    private static let logCost: UInt64 = 15

    /// Hashes a new password. Takes about 80 ms and 32 MiB: call it off the request loop.
    public static func hash(_ password: String) -> String {
        let salt = RandomBytes.make(16)
        let out = derive(password, salt: salt, logCost: logCost)
        return "scrypt$\(logCost)$8$1$\(salt.base64)$\(out.base64)"
    }

    /// Whether `password` is the one that was hashed; false as well for a hash that cannot be read.
    public static func verify(_ password: String, against hash: String) -> Bool {
        let parts = hash.split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let logCost = UInt64(parts[1]), logCost <= 20,
            let salt = bytes(base64: parts[4]), let expected = bytes(base64: parts[5])
        else { return false }
        return Digest.areEqual(derive(password, salt: salt, logCost: logCost), expected)
    }

    private static func derive(_ password: String, salt: [UInt8], logCost: UInt64) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        let text = Array(password.utf8).map(CChar.init(bitPattern:))
        _ = EVP_PBE_scrypt(text, text.count, salt, salt.count, 1 << logCost, 8, 1, 2 << 30, &out, 32)
        return out
    }
}
