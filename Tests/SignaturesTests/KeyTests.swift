import Signatures
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("a key survives being written and read")
    func roundTrip() throws {
        for key in [try PrivateKey.makeRSA(), try PrivateKey.makeEd25519()] {
            let again = try PrivateKey(encoded: key.der)
            let signature = try key.algorithm.sign([1, 2, 3], by: again)
            let publicKey = try PublicKey(pem: key.publicKey().pem)
            #expect(key.algorithm.verify(signature, over: [1, 2, 3], by: publicKey))
        }
    }

    @Test(
        "keys of small order are refused (N19)",
        arguments: [
            [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31),
            [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
            [0xee] + [UInt8](repeating: 0xff, count: 31),
        ])
    func smallOrder(raw: [UInt8]) {
        #expect(throws: SignatureFault.badKey) { try PublicKey(ed25519: raw) }
    }

    @Test("short RSA keys are refused (N18)")
    func shortKey() {
        let pem = """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdlatRjRjogo3WojgGHFHYLugdUWAY9iR3fy4arWNA1KoS8kVw33cJibXr8bvwUAUparCwlvdbH6dvEOfou0/gCFQsHUfQrSDv+MuSUMAe8jzKE4qW+jK+xQU9a03GUnKHkkle+Q0pX/g6jXZ7r1/xAK5Do2kQ+X5xK9cipRgEKwIDAQAB
            -----END PUBLIC KEY-----
            """
        #expect(throws: SignatureFault.badKey) { try PublicKey(pem: pem) }
    }

    @Test("a Multikey is the FEP's own example (FEP-521a)")
    func multikey() throws {
        let key = try Multikey.decode("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
        #expect(key.raw.hex == "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
        #expect(Multikey.encode(key) == "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    }

    @Test("what is sealed opens only with its key and for its purpose")
    func sealing() throws {
        let seal = try #require(Sealing(key: RandomBytes.make(32)))
        let other = try #require(Sealing(key: RandomBytes.make(32)))
        let sealed = try seal.seal([1, 2, 3], for: "a")
        #expect(try seal.open(sealed, for: "a") == [1, 2, 3])
        #expect(throws: SignatureFault.badKey) { try seal.open(sealed, for: "b") }
        #expect(throws: SignatureFault.badKey) { try other.open(sealed, for: "a") }
    }

    @Test("a password verifies against its own hash only")
    func password() {
        let hash = Password.hash("correct horse")
        #expect(Password.verify("correct horse", against: hash))
        #expect(!Password.verify("correct horsf", against: hash))
        #expect(!Password.verify("", against: "nonsense"))
    }
}
