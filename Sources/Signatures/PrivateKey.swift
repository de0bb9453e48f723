import COpenSSL

/// A parsed private key.
///
/// Unchecked for the reason given at ``PublicKey``.
public final class PrivateKey: @unchecked Sendable {
    let handle: OpaquePointer
    public let algorithm: SignatureAlgorithm

    private init(handle: OpaquePointer, algorithm: SignatureAlgorithm) {
        self.handle = handle
        self.algorithm = algorithm
    }

    deinit { EVP_PKEY_free(handle) }

    /// Makes an RSA key of 2048 bits, for the outside world.
    public static func makeRSA() throws(SignatureFault) -> PrivateKey {
        guard let handle = EVP_PKEY_Q_keygen_rsa(2048) else { throw .badKey }
        return PrivateKey(handle: handle, algorithm: .rsaSHA256)
    }

    /// Makes an Ed25519 key.
    public static func makeEd25519() throws(SignatureFault) -> PrivateKey {
        try PrivateKey(ed25519: RandomBytes.make(32))
    }

    /// The key of a 32-byte seed (RFC 8032).
    public convenience init(ed25519 seed: [UInt8]) throws(SignatureFault) {
        guard seed.count == 32, let handle = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, 32)
        else { throw .badKey }
        self.init(handle: handle, algorithm: .ed25519)
    }

    /// Reads a PEM or DER private key.
    public convenience init(encoded: [UInt8]) throws(SignatureFault) {
        var key: OpaquePointer?
        // 0x87: key pair and parameters, as OSSL_DECODER wants it for a private key.
        let decoder = OSSL_DECODER_CTX_new_for_pkey(&key, nil, nil, nil, 0x87, nil, nil)
        defer { OSSL_DECODER_CTX_free(decoder) }
        let isRead = encoded.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            var length = buffer.count
            return OSSL_DECODER_from_data(decoder, &start, &length) == 1
        }
        ERR_clear_error()
        guard isRead, let key, let algorithm = SignatureAlgorithm.forKey(key) else { throw .badKey }
        self.init(handle: key, algorithm: algorithm)
    }

    /// DER PKCS#8, to be sealed before it is stored.
    public var der: [UInt8] {
        var out: UnsafeMutablePointer<UInt8>?
        let info = EVP_PKEY2PKCS8(handle)
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        let length = i2d_PKCS8_PRIV_KEY_INFO(info, &out)
        defer { CRYPTO_clear_free(out, max(0, Int(length)), #file, #line) }
        return Array(UnsafeBufferPointer(start: out, count: max(0, Int(length))))
    }

    /// The other half.
    public func publicKey() throws(SignatureFault) -> PublicKey {
        var out: UnsafeMutablePointer<UInt8>?
        let length = i2d_PUBKEY(handle, &out)
        defer { CRYPTO_free(out, #file, #line) }
        return try PublicKey(encoded: Array(UnsafeBufferPointer(start: out, count: max(0, Int(length)))))
    }
}

/// `EVP_RSA_gen` is a macro over a variadic function, neither of which Swift can call.
private func EVP_PKEY_Q_keygen_rsa(_ bits: Int32) -> OpaquePointer? {
    let context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1,
        EVP_PKEY_generate(context, &key) == 1
    else { return nil }
    return key
}
