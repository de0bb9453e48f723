public import FoundationEssentials
import Synchronization

/// Hands out ids that sort by time and never repeat within a node.
///
/// Two processes on one database differ by `salt`; a clock that steps back does not repeat ids. The first of a millisecond
/// is drawn by lot, so that a node which was restored from a backup, and passes the same moments again by a clock that is
/// slow, gives nothing a name that it gave before. What is handled in the order of ids is so whatever the clock says, since a
/// process goes on after those that are there.
public final class IDSource: Sendable {
    /// 2024-01-01T00:00:00Z in milliseconds since 1970.
    private static let epoch: Int64 = 1_704_067_200_000
    private static let counterBits: Int64 = 22

    private let last = Mutex<Int64>(0)
    private let salt: Int64
    private let now: @Sendable () -> Date
    private let lot: @Sendable () -> Int64

    /// - Parameters:
    ///   - salt: 0…15, distinct for each process that writes to one database.
    ///   - now: the clock.
    ///   - lot: 0…131071, where a millisecond's numbers begin.
    public init(
        salt: Int = 0, now: @escaping @Sendable () -> Date,
        lot: @escaping @Sendable () -> Int64 = { Int64.random(in: 0..<(1 << 17)) }
    ) {
        self.salt = Int64(salt & 15)
        self.now = now
        self.lot = lot
    }

    /// The next id of any kind.
    public func next<Kind>() -> ID<Kind> {
        let base = Self.firstRaw(at: now())
        let raw = last.withLock { last in
            // The salt sits in the low four bits, so a step is 16; half of a millisecond's numbers are left to follow on.
            last = max(last + 16, base | lot() << 4 | salt)
            return last
        }
        return ID(raw)
    }

    /// Goes on after an id that was given before: by an earlier process, or by one whose clock is ahead of this one's.
    public func goOn(after raw: Int64) {
        // By lot again, and not right after it: that may have been given, and lost with what was not restored.
        let start = ((raw >> Self.counterBits) + 1) << Self.counterBits | lot() << 4 | salt
        last.withLock { last in if last < raw { last = start } }
    }

    /// The smallest id of a moment: the bound for "since" and "until" questions.
    public static func firstRaw(at date: Date) -> Int64 {
        (Int64(date.timeIntervalSince1970 * 1000) - epoch) << counterBits
    }

    /// The moment, to the millisecond, at which an id was made.
    public static func date<Kind>(of id: ID<Kind>) -> Date {
        Date(timeIntervalSince1970: Double((id.raw >> counterBits) + epoch) / 1000)
    }
}
