public import Domain

/// Whether something in the inbox ends the process each time it is handled (N87).
///
/// Only what was being handled alone when the process ended is suspected: waiting through a crash is no fault.
extension Transaction {
    /// Deaths while one and the same activity was handled alone, after which it is set aside.
    private static let deaths = 5
    private static let starts = "inbox starts"
    private static let trying = "inbox trying"

    /// Counts a start, and sets aside what was being handled alone at several deaths in a row.
    ///
    /// - Returns: how many starts there were since the inbox last moved, and whether something was being handled alone when
    ///   the process ended.
    public func countStart() throws -> (starts: Int, wasAlone: Bool) {
        let starts = (try words(Self.starts).first ?? 0) + 1
        try setNodeState(Self.starts, to: Array(String(starts).utf8))
        let tried = try words(Self.trying)
        if tried.count == 2 {
            let died = tried[1] + 1
            if died >= Self.deaths {
                try setAside(
                    ReceivedID(tried[0]), because: "the process ended each time while this was handled")
                try setTrying(nil)
            } else {
                try setNodeState(Self.trying, to: Array("\(tried[0]) \(died)".utf8))
            }
        }
        return (Int(starts), tried.count == 2)
    }

    /// Says that the inbox has moved: whatever ended the process before, it was not this.
    public func forgetStarts() throws {
        try setNodeState(Self.starts, to: Array("0".utf8))
        try setTrying(nil)
    }

    /// Notes what is about to be handled alone; nil when that went well.
    public func setTrying(_ received: ReceivedID?) throws {
        guard let received else { return try setNodeState(Self.trying, to: []) }
        let tried = try words(Self.trying)
        let deaths = tried.count == 2 && tried[0] == received.raw ? tried[1] : 0
        try setNodeState(Self.trying, to: Array("\(received) \(deaths)".utf8))
    }

    private func words(_ name: String) throws -> [Int64] {
        String(decoding: try nodeState(name) ?? [], as: UTF8.self).split(separator: " ").compactMap {
            Int64($0)
        }
    }
}
