extension JSONValue {
    /// The canonical form of RFC 8785 (JCS), which proofs and hash chains are made over.
    public var canonical: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(1024)
        writeCanonical(into: &out)
        return out
    }

    private func writeCanonical(into out: inout [UInt8]) {
        switch self {
        case .null, .bool, .string: out.append(contentsOf: bytes)
        case .int(let value): out.append(contentsOf: Double(value).ecmaScript.utf8)
        case .double(let value): out.append(contentsOf: value.ecmaScript.utf8)
        case .array(let values):
            out.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                value.writeCanonical(into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            // RFC 8785 §3.2.3: by UTF-16 code units.
            let sorted = object.members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                member.name.writeJSON(into: &out)
                out.append(UInt8(ascii: ":"))
                member.value.writeCanonical(into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}

extension Double {
    /// The number as ECMAScript writes it (RFC 8785 §3.2.2.3): Swift finds the same shortest digits,
    /// only the layout differs.
    var ecmaScript: String {
        if self == 0 { return "0" }
        let sign = self < 0 ? "-" : ""
        let (digits, exponent) = magnitude.shortestDigits
        let count = digits.count
        // `exponent` is where the decimal point stands, counted from before the first digit.
        switch exponent {
        case count...21 where count <= 21:
            return sign + digits + String(repeating: "0", count: exponent - count)
        case 1...21:
            let point = digits.index(digits.startIndex, offsetBy: exponent)
            return sign + digits[..<point] + "." + digits[point...]
        case -5...0:
            return sign + "0." + String(repeating: "0", count: -exponent) + digits
        default:
            let scientific = exponent - 1
            let mantissa = count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
            return "\(sign)\(mantissa)e\(scientific < 0 ? "-" : "+")\(abs(scientific))"
        }
    }

    private var shortestDigits: (digits: String, exponent: Int) {
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.hasSuffix("0") { digits.removeLast() }
        return (digits, whole.count - leading + power)
    }
}
