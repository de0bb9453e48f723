import FoundationEssentials

extension Sequence<UInt8> {
    /// RFC 4648 §4.
    public var base64: String { Data(self).base64EncodedString() }

    /// RFC 4648 §5 without padding.
    public var base64URL: String {
        String(
            base64.compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    /// Lower-case hexadecimal.
    public var hex: String {
        map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

/// Reads RFC 4648 §4; nil when it is anything else.
public func bytes(base64 text: some StringProtocol) -> [UInt8]? {
    Data(base64Encoded: String(text)).map(Array.init)
}

/// base58btc, as multibase uses it under the letter `z`.
public enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    /// Longer texts are no keys or signatures; decoding is quadratic.
    private static let limit = 256

    public static func encode(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.count
        let letters =
            Array(repeating: alphabet[0], count: zeros) + digits.reversed().map { alphabet[Int($0)] }
        return String(decoding: letters, as: UTF8.self)
    }

    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count <= limit else { return nil }
        var bytes: [UInt8] = []
        for letter in letters {
            guard var carry = alphabet.firstIndex(of: letter) else { return nil }
            for index in bytes.indices {
                carry += Int(bytes[index]) * 58
                bytes[index] = UInt8(carry & 255)
                carry >>= 8
            }
            while carry > 0 {
                bytes.append(UInt8(carry & 255))
                carry >>= 8
            }
        }
        return Array(repeating: 0, count: letters.prefix { $0 == alphabet[0] }.count) + bytes.reversed()
    }
}
