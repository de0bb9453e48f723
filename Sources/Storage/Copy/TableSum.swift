/// How many rows a table has, and a sum over all of them that does not depend on their order.
public struct TableSum: Sendable, Equatable {
    public var rows = 0
    public var sum: UInt64 = 0

    public init(rows: Int = 0, sum: UInt64 = 0) {
        self.rows = rows
        self.sum = sum
    }

    mutating func add(_ row: [SQLValue]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        func mix(_ number: UInt64) {
            for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        for value in row {
            switch value {
            case .null: mix(0 as UInt8)
            case .int(let number):
                mix(1 as UInt8)
                mix(UInt64(bitPattern: number))
            case .real(let number):
                mix(2 as UInt8)
                mix(number.bitPattern)
            case .text(let text):
                mix(3 as UInt8)
                for byte in text.utf8 { mix(byte) }
                mix(UInt64(text.utf8.count))
            case .blob(let bytes):
                mix(4 as UInt8)
                for byte in bytes { mix(byte) }
                mix(UInt64(bytes.count))
            }
        }
        rows += 1
        sum &+= hash
    }
}
