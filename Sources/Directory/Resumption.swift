import Domain
public import FoundationEssentials
import JSON
public import Storage

/// How a directory goes on that was brought back from a copy (Spec/features/directory.md §9).
///
/// What it said after the copy was made is lost to it, but not to the nodes, which refuse a log that is shorter than what
/// they have seen. So each log continues at a number that none can have seen, with an entry that says after which one
/// it does. What nodes heard in between keeps its effect there.
public enum Resumption {
    private static let mark = "register base"

    /// Whether the database is a directory's, on which nodes rely.
    public static func isDirectory(_ transaction: Transaction) throws -> Bool {
        try transaction.nodeState("directory key") == nil && !transaction.members().isEmpty
    }

    /// Has the list, and each log as soon as it is asked for, go on. Invitations are void: one that was used up after
    /// the copy would be good again.
    ///
    /// - Throws: ``Refusal`` for what is no directory, and for a clock that is behind what is in the logs.
    public static func resume(_ store: any Store, at date: Date) async throws {
        // Milliseconds pass faster than entries are written, so a second resumption is beyond what followed the first.
        let base = Int64(date.timeIntervalSince1970 * 1000)
        try await store.write { transaction in
            guard try isDirectory(transaction) else {
                throw Refusal.notAllowed(because: "this is a node's database, and no directory's")
            }
            let heads = try transaction.registerLogs().compactMap {
                try transaction.registerHead($0)?.position
            }
            let last = try max(heads.max() ?? 0, Registrar.version(in: transaction))
            guard base > last else {
                throw Refusal.notAllowed(because: "the clock is behind what the directory has said")
            }
            try transaction.setNodeState("list version", to: Array(String(base).utf8))
            try transaction.setNodeState(mark, to: Array(String(base).utf8))
            try transaction.endInvitations(at: date)
        }
    }

    /// Where a log goes on that has not come so far yet; nought for a directory that was never brought back.
    static func base(in transaction: Transaction) throws -> Int64 {
        try transaction.nodeState(mark).flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    /// What says that a log goes on after an entry, and that others which followed it are lost.
    static func record(after position: Int64) -> JSONValue {
        ["type": "Resumption", "after": .int(position)]
    }

    /// After which entry a log goes on with this one; nil for any other entry.
    static func origin(of document: JSONValue) -> Int64? {
        guard let record = document["record"], record["type"]?.string == "Resumption" else { return nil }
        return record["after"]?.int
    }
}
