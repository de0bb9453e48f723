import COpenSSL

/// A parsed public key. Parsing costs twenty times a verification, so keep it (DESIGN §9).
///
/// Unchecked because libcrypto's handle is not known to be Sendable: it is never changed after `init`, and
/// OpenSSL 3 allows concurrent reading of an EVP_PKEY.
public final class PublicKey: @unchecked Sendable {
    let handle: OpaquePointer
    /// What signatures by it are made with when the message does not say.
    public let algorithm: SignatureAlgorithm

    /// Reads a PEM or DER public key: RSA of 2048 to 8192 bits (N18), ECDSA P-256, or Ed25519.
    ///
    /// - Throws: ``SignatureFault/badKey``.
    public init(encoded: [UInt8]) throws(SignatureFault) {
        guard encoded.count <= 16_384 else { throw .badKey }
        var key: OpaquePointer?
        let decoder = OSSL_DECODER_CTX_new_for_pkey(
            &key, nil, nil, nil, EVP_PKEY_PUBLIC_KEY_SELECTION, nil, nil)
        defer { OSSL_DECODER_CTX_free(decoder) }
        let isRead = encoded.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            var length = buffer.count
            return OSSL_DECODER_from_data(decoder, &start, &length) == 1
        }
        ERR_clear_error()
        guard isRead, let key else { throw .badKey }
        handle = key
        guard let algorithm = SignatureAlgorithm.forKey(key) else {
            EVP_PKEY_free(key)
            throw .badKey
        }
        self.algorithm = algorithm
    }

    public convenience init(pem: String) throws(SignatureFault) { try self.init(encoded: Array(pem.utf8)) }

    /// Reads the 32 bytes of an Ed25519 key; those of small order, which verify anything, are refused (N19).
    public init(ed25519 raw: [UInt8]) throws(SignatureFault) {
        guard raw.count == 32, !Self.isSmallOrder(raw),
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count)
        else { throw .badKey }
        handle = key
        algorithm = .ed25519
    }

    deinit { EVP_PKEY_free(handle) }

    /// DER SubjectPublicKeyInfo.
    public var der: [UInt8] {
        var out: UnsafeMutablePointer<UInt8>?
        let length = i2d_PUBKEY(handle, &out)
        defer { CRYPTO_free(out, #file, #line) }
        return Array(UnsafeBufferPointer(start: out, count: max(0, Int(length))))
    }

    /// PEM SubjectPublicKeyInfo, the form of `publicKeyPem`.
    public var pem: String { Self.pem(der: der) }

    /// The same of a key's DER, which need not be parsed for that.
    public static func pem(der: [UInt8]) -> String {
        let body = der.base64
        var lines: [Substring] = []
        var rest = Substring(body)
        while !rest.isEmpty {
            lines.append(rest.prefix(64))
            rest = rest.dropFirst(64)
        }
        return "-----BEGIN PUBLIC KEY-----\n\(lines.joined(separator: "\n"))\n-----END PUBLIC KEY-----\n"
    }

    /// The 32 bytes of an Ed25519 key; empty for other kinds.
    public var raw: [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        var length = 32
        return EVP_PKEY_get_raw_public_key(handle, &out, &length) == 1 ? Array(out.prefix(length)) : []
    }

    /// Every encoding of the points whose order divides eight, sign bit cleared.
    private static func isSmallOrder(_ raw: [UInt8]) -> Bool {
        var masked = raw
        masked[31] &= 0x7f
        if masked[1..<31].allSatisfy({ $0 == 0 }), masked[0] <= 1, masked[31] == 0 { return true }
        if masked[1..<31].allSatisfy({ $0 == 0xff }), masked[0] >= 0xec, masked[31] == 0x7f { return true }
        return smallOrder.contains(masked.hex)
    }

    private static let smallOrder: Set<String> = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]
}

/// `OSSL_KEYMGMT_SELECT_PUBLIC_KEY` with domain parameters: the macro is not seen by Swift.
private let EVP_PKEY_PUBLIC_KEY_SELECTION: Int32 = 0x02 | 0x04
