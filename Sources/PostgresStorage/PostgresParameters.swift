import CPostgres
import Storage

/// The values of a statement in libpq's binary form, in one piece of memory.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    /// Where each value begins in `bytes`; nil for a null.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    /// The type of each; 0, for the server to infer, for a null.
    private(set) var types: [UInt32] = []

    init(_ values: [SQLValue]) {
        for value in values {
            let start = bytes.count
            switch value {
            case .null: break
            case .int(let number): append(UInt64(bitPattern: number))
            case .real(let number): append(number.bitPattern)
            // The one character that the server does not take becomes the one that stands for such.
            case .text(let text):
                if text.utf8.contains(0) {
                    bytes.append(contentsOf: text.replacing("\0", with: "\u{fffd}").utf8)
                } else {
                    bytes.append(contentsOf: text.utf8)
                }
            case .blob(let blob): bytes.append(contentsOf: blob)
            }
            starts.append(value == .null ? nil : start)
            lengths.append(Int32(clamping: bytes.count - start))
            types.append(Self.type(of: value))
        }
        // An empty value has an address too.
        bytes.append(0)
    }

    /// Calls `body` with the number of values and libpq's lists: values, lengths, formats.
    func with<Value>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Value
    ) -> Value {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.bindMemory(to: CChar.self).baseAddress
            let pointers = starts.map { start in start.flatMap { start in base.map { $0 + start } } }
            let formats = [Int32](repeating: 1, count: starts.count)
            return body(Int32(starts.count), pointers, lengths, formats)
        }
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func type(of value: SQLValue) -> UInt32 {
        switch value {
        case .null: 0
        case .int: PostgresType.int8.rawValue
        case .real: PostgresType.float8.rawValue
        case .text: PostgresType.text.rawValue
        case .blob: PostgresType.bytea.rawValue
        }
    }
}
