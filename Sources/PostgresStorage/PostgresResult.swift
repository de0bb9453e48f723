import CPostgres
import Storage

/// An answer of libpq, given back when nobody needs it any more.
final class PostgresResult {
    /// Null when libpq had no memory or no connection for one.
    let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) { self.handle = handle }

    deinit { PQclear(handle) }

    var rowCount: Int32 { PQntuples(handle) }

    /// How many rows a statement changed.
    var changeCount: Int {
        guard let text = PQcmdTuples(handle) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The tag of the command that was answered: `COMMIT`, say.
    var command: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }
}

/// One row of an answer in binary format.
struct PostgresRow: SQLRow {
    let result: PostgresResult
    let row: Int32

    func value(_ index: Int) -> SQLValue {
        let column = Int32(index)
        guard PQgetisnull(result.handle, row, column) == 0, let start = PQgetvalue(result.handle, row, column)
        else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result.handle, row, column)))
        return switch PostgresType(rawValue: PQftype(result.handle, column)) {
        case .int8: .int(bytes.bigEndian(Int64.self))
        case .int4: .int(Int64(bytes.bigEndian(Int32.self)))
        case .int2: .int(Int64(bytes.bigEndian(Int16.self)))
        case .bool: .int(bytes.first == 1 ? 1 : 0)
        case .float8: .real(Double(bitPattern: bytes.bigEndian(UInt64.self)))
        case .float4: .real(Double(Float(bitPattern: bytes.bigEndian(UInt32.self))))
        case .bytea: .blob(Array(bytes))
        case .text, nil: .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    func optionalInt(_ index: Int) -> Int64? {
        if case .int(let number) = value(index) { number } else { nil }
    }

    func optionalText(_ index: Int) -> String? {
        if case .text(let text) = value(index) { text } else { nil }
    }

    func optionalBytes(_ index: Int) -> [UInt8]? {
        if case .blob(let bytes) = value(index) { bytes } else { nil }
    }
}

/// The types whose binary form is understood, by their object ids; all others are read as text.
enum PostgresType: UInt32 {
    case bool = 16
    case bytea = 17
    case int8 = 20
    case int2 = 21
    case int4 = 23
    case text = 25
    case float4 = 700
    case float8 = 701
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        guard count >= MemoryLayout<Number>.size else { return 0 }
        return Number(bigEndian: loadUnaligned(as: type))
    }
}
