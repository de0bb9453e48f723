/// A strict reader of RFC 8259 that hostile input cannot exhaust: depth and number of values are bounded,
/// names are unique, text is valid UTF-8 without NUL (N79, N86).
public struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var nodesLeft: Int
    private let depthLimit: Int

    /// Reads one value that fills the whole text. `bytes`: the text; whoever received it has bounded its
    /// size. `depth`: the deepest nesting that is taken. `nodes`: the most values and members that are taken.
    public static func parse(_ bytes: [UInt8], depth: Int = 64, nodes: Int = 100_000) throws(JSONError)
        -> JSONValue
    {
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, JSONError> in
            var parser = JSONParser(bytes: buffer, nodesLeft: nodes, depthLimit: depth)
            do throws(JSONError) {
                let value = try parser.value(depth: 0)
                parser.skipSpace()
                guard parser.at == buffer.count else { throw .malformed(at: parser.at) }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    public static func parse(_ text: String) throws(JSONError) -> JSONValue { try parse(Array(text.utf8)) }

    private init(bytes: UnsafeBufferPointer<UInt8>, nodesLeft: Int, depthLimit: Int) {
        self.bytes = bytes
        self.nodesLeft = nodesLeft
        self.depthLimit = depthLimit
    }

    private mutating func skipSpace() {
        while at < bytes.count,
            bytes[at] == 0x20 || bytes[at] == 0x0a || bytes[at] == 0x0d || bytes[at] == 0x09
        {
            at += 1
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard at < bytes.count else { throw .malformed(at: at) }
        return bytes[at]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw .malformed(at: at) }
        at += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        nodesLeft -= 1
        guard depth < depthLimit, nodesLeft >= 0 else { throw .tooMuch(at: at) }
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index]) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        at += 1
        var object = JSONObject()
        var seen: Set<String> = []
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            at += 1
            return .object(object)
        }
        while true {
            skipSpace()
            let start = at
            guard try peek() == UInt8(ascii: "\"") else { throw .malformed(at: at) }
            let name = try text()
            // A short object is searched, a long one hashed: most have fewer than a dozen members.
            let isNew: Bool
            if object.members.count < 16 {
                isNew = object[name] == nil
            } else {
                if seen.isEmpty { seen = Set(object.names) }
                isNew = seen.insert(name).inserted
            }
            guard isNew else { throw .duplicateName(at: start) }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            object.append(name, try value(depth: depth + 1))
            skipSpace()
            if try peek() == UInt8(ascii: "}") { break }
            try expect(UInt8(ascii: ","))
        }
        at += 1
        return .object(object)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        at += 1
        var values: [JSONValue] = []
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            at += 1
            return .array(values)
        }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if try peek() == UInt8(ascii: "]") { break }
            try expect(UInt8(ascii: ","))
        }
        at += 1
        return .array(values)
    }

    private mutating func digits() throws(JSONError) {
        let start = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        guard at > start else { throw .malformed(at: at) }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        var isWhole = true
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let first = at
        try digits()
        guard at == first + 1 || bytes[first] != UInt8(ascii: "0") else { throw .malformed(at: first) }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            isWhole = false
            try digits()
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            isWhole = false
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        // No number that means anything is longer; a longer one would only cost time.
        guard at - start <= 64 else { throw .tooMuch(at: start) }
        let literal = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, let whole = Int64(literal) { return .int(whole) }
        guard let double = Double(literal), double.isFinite else { throw .malformed(at: start) }
        return .double(double)
    }

    /// Line feeds, returns and tabs may stand bare in a string, as in examples of the W3C's own: RFC 8259 §9 lets
    /// a reader take more than the grammar, and it changes nothing that is signed (Spec/decisions/0002).
    private static func isLineSpace(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d || byte == 0x09 }

    private mutating func text() throws(JSONError) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                defer { at += 1 }
                guard let text = String(validating: bytes[start..<at], as: UTF8.self) else {
                    throw .badText(at: start)
                }
                return text
            case UInt8(ascii: "\\"): return try escapedText(from: start)
            case 0..<0x20 where !Self.isLineSpace(bytes[at]): throw .malformed(at: at)
            default: at += 1
            }
        }
        throw .malformed(at: at)
    }

    private mutating func escapedText(from start: Int) throws(JSONError) -> String {
        var out = Array(bytes[start..<at])
        while true {
            let byte = try peek()
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: out, as: UTF8.self) else { throw .badText(at: start) }
                return text
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20 where !Self.isLineSpace(byte): throw .malformed(at: at)
            default: out.append(byte)
            }
        }
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        let byte = try peek()
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0c)
        case UInt8(ascii: "n"): out.append(0x0a)
        case UInt8(ascii: "r"): out.append(0x0d)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hex()
            if (0xd800..<0xdc00).contains(code) {
                try expect(UInt8(ascii: "\\"))
                try expect(UInt8(ascii: "u"))
                let low = try hex()
                guard (0xdc00..<0xe000).contains(low) else { throw .badText(at: at) }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard code != 0, let scalar = Unicode.Scalar(code) else { throw .badText(at: at) }
            out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw .malformed(at: at)
        }
    }

    private mutating func hex() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw .malformed(at: at)
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }
}
