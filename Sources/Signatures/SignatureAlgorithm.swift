import COpenSSL

/// The asymmetric algorithms of RFC 9421 §3.3. Between servers only two are accepted (see ``federated``).
public enum SignatureAlgorithm: String, Sendable {
    case rsaSHA256 = "rsa-v1_5-sha256"
    case rsaPSSSHA512 = "rsa-pss-sha512"
    case ecdsaP256 = "ecdsa-p256-sha256"
    case ed25519 = "ed25519"

    /// What actors' keys may use.
    public static let federated: Set<SignatureAlgorithm> = [.rsaSHA256, .ed25519]

    static func forKey(_ key: OpaquePointer) -> SignatureAlgorithm? {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: (2048...8192).contains(EVP_PKEY_get_bits(key)) ? .rsaSHA256 : nil
        case EVP_PKEY_RSA_PSS: (2048...8192).contains(EVP_PKEY_get_bits(key)) ? .rsaPSSSHA512 : nil
        case EVP_PKEY_EC: EVP_PKEY_get_bits(key) == 256 ? .ecdsaP256 : nil
        case EVP_PKEY_ED25519: .ed25519
        default: nil
        }
    }

    /// Whether `signature` over `message` was made by the holder of `key`.
    public func verify(_ signature: [UInt8], over message: [UInt8], by key: PublicKey) -> Bool {
        let context = EVP_MD_CTX_new()
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var inner: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &inner, hash, nil, key.handle) == 1, usePadding(inner) else {
            return false
        }
        let encoded = self == .ecdsaP256 ? Self.derSignature(signature) : signature
        return EVP_DigestVerify(context, encoded, encoded.count, message, message.count) == 1
    }

    /// Signs `message`.
    ///
    /// - Throws: ``SignatureFault/badKey`` when the key is of another kind.
    public func sign(_ message: [UInt8], by key: PrivateKey) throws(SignatureFault) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var inner: OpaquePointer?
        var length = 1024
        var out = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSignInit(context, &inner, hash, nil, key.handle) == 1, usePadding(inner),
            EVP_DigestSign(context, &out, &length, message, message.count) == 1
        else { throw .badKey }
        return Array(out.prefix(length))
    }

    private var hash: OpaquePointer? {
        switch self {
        case .rsaSHA256, .ecdsaP256: EVP_sha256()
        case .rsaPSSSHA512: EVP_sha512()
        case .ed25519: nil
        }
    }

    private func usePadding(_ context: OpaquePointer?) -> Bool {
        switch self {
        case .rsaSHA256: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .rsaPSSSHA512:
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 64) == 1
        case .ecdsaP256, .ed25519: true
        }
    }

    /// RFC 9421 §3.3.4 writes r and s side by side; libcrypto reads ASN.1.
    private static func derSignature(_ raw: [UInt8]) -> [UInt8] {
        guard raw.count == 64 else { return [] }
        let signature = ECDSA_SIG_new()
        defer { ECDSA_SIG_free(signature) }
        guard ECDSA_SIG_set0(signature, BN_bin2bn(raw, 32, nil), BN_bin2bn(Array(raw[32...]), 32, nil)) == 1
        else {
            return []
        }
        var out: UnsafeMutablePointer<UInt8>?
        let length = i2d_ECDSA_SIG(signature, &out)
        defer { CRYPTO_free(out, #file, #line) }
        return Array(UnsafeBufferPointer(start: out, count: max(0, Int(length))))
    }
}
