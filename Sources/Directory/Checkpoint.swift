public import FoundationEssentials
public import JSON
import Signatures

/// How long a log is and what its last entry hashes to, signed: what two readers compare.
public struct Checkpoint: Sendable, Equatable {
    public var log: String
    public var size: Int64
    public var hash: [UInt8]

    public static func document(log: String, size: Int64, hash: [UInt8], now: Date) -> JSONValue {
        [
            "type": "Checkpoint", "log": .string(log), "size": .int(size), "hash": .string(hash.hex),
            "at": .string(now.ISO8601Format()),
        ]
    }

    /// - Throws: ``DirectoryFault`` unless it is the directory's and about that log.
    public init(_ document: JSONValue, log: String, key: String, now: Date) throws(DirectoryFault) {
        try Seal.check(document, by: key, now: now)
        guard document["type"]?.string == "Checkpoint", document["log"]?.string == log,
            let size = document["size"]?.int, let hash = document["hash"]?.string
        else { throw .malformed("checkpoint") }
        self.log = log
        self.size = size
        self.hash = Self.bytes(hash)
    }

    /// What a hash in hexadecimal digits says.
    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }
}
