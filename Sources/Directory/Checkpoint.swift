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
        self.hash = stride(from: 0, to: hash.utf8.count - 1, by: 2).compactMap { index in
            let start = hash.index(hash.startIndex, offsetBy: index)
            return UInt8(hash[start..<hash.index(start, offsetBy: 2)], radix: 16)
        }
    }
}
