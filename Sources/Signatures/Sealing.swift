import COpenSSL

/// Encrypts private keys at rest with the node's master key (AES-256-GCM).
public struct Sealing: Sendable {
    private let key: [UInt8]

    /// - Parameter key: 32 bytes, kept outside the database.
    public init?(key: [UInt8]) {
        guard key.count == 32 else { return nil }
        self.key = key
    }

    /// `plain`: what to hide. `purpose`: bound to the result, so that a sealed value cannot be moved to
    /// another row. Throws ``SignatureFault/badKey`` when libcrypto refuses, which it has no reason to.
    public func seal(_ plain: [UInt8], for purpose: String) throws(SignatureFault) -> [UInt8] {
        let nonce = RandomBytes.make(12)
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: plain.count + 16)
        var tag = [UInt8](repeating: 0, count: 16)
        var length: Int32 = 0
        let aad = Array(purpose.utf8)
        guard EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, nil, &length, aad, Int32(aad.count)) == 1,
            EVP_EncryptUpdate(context, &out, &length, plain, Int32(plain.count)) == 1
        else { throw .badKey }
        let written = Int(length)
        guard EVP_EncryptFinal_ex(context, nil, &length) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, &tag) == 1
        else { throw .badKey }
        return nonce + out.prefix(written) + tag
    }

    /// - Throws: ``SignatureFault/badKey`` when the master key or the purpose is another, or a byte was changed.
    public func open(_ sealed: [UInt8], for purpose: String) throws(SignatureFault) -> [UInt8] {
        guard sealed.count >= 28 else { throw .badKey }
        let nonce = Array(sealed[..<12])
        let body = Array(sealed[12..<(sealed.count - 16)])
        var tag = Array(sealed[(sealed.count - 16)...])
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: body.count + 16)
        var length: Int32 = 0
        let aad = Array(purpose.utf8)
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(context, nil, &length, aad, Int32(aad.count)) == 1,
            EVP_DecryptUpdate(context, &out, &length, body, Int32(body.count)) == 1
        else { throw .badKey }
        let written = Int(length)
        guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, &tag) == 1,
            EVP_DecryptFinal_ex(context, nil, &length) == 1
        else { throw .badKey }
        return Array(out.prefix(written))
    }
}
