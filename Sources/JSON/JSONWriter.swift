extension JSONValue {
    /// The shortest JSON text of this value, members in their order.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(1024)
        write(into: &out)
        return out
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private func write(into out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let value): out.append(contentsOf: String(value).utf8)
        case .double(let value): out.append(contentsOf: value.ecmaScript.utf8)
        case .string(let value): value.writeJSON(into: &out)
        case .array(let values):
            out.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                value.write(into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                member.name.writeJSON(into: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}

extension String {
    /// Only what must be escaped is (RFC 8785 §3.2.2.2), so the canonical form uses this as well.
    func writeJSON(into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        var text = self
        text.withUTF8 { bytes in
            // Whole stretches are copied; what must be escaped is rare.
            var start = 0
            for (index, byte) in bytes.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                out.append(contentsOf: bytes[start..<index])
                start = index + 1
                Self.escape(byte, into: &out)
            }
            out.append(contentsOf: bytes[start...])
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, into out: inout [UInt8]) {
        switch byte {
        case 0x08: out.append(contentsOf: "\\b".utf8)
        case 0x09: out.append(contentsOf: "\\t".utf8)
        case 0x0a: out.append(contentsOf: "\\n".utf8)
        case 0x0c: out.append(contentsOf: "\\f".utf8)
        case 0x0d: out.append(contentsOf: "\\r".utf8)
        case 0..<0x20:
            let hex = String(byte, radix: 16)
            out.append(contentsOf: "\\u00\(hex.count == 1 ? "0" : "")\(hex)".utf8)
        default:
            out.append(UInt8(ascii: "\\"))
            out.append(byte)
        }
    }
}
