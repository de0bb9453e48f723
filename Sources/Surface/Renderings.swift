public import Domain
public import FoundationEssentials
import Synchronization

/// Posts as they were written for clients lately: within a second many people read the same ones.
///
/// Who may see a post, and what a reader did with it, is never kept here.
public final class Renderings: Sendable {
    private static let memory: Double = 1
    private static let limit = 5000
    private let kept = Mutex<[PostID: (bytes: [UInt8], until: Date)]>([:])

    public init() {}

    /// Those of the posts that are at hand.
    public func find(_ posts: [PostID], at now: Date) -> [PostID: [UInt8]] {
        kept.withLock { kept in
            var found: [PostID: [UInt8]] = [:]
            for post in posts {
                if let rendering = kept[post], rendering.until.holds(at: now, atMost: Self.memory) {
                    found[post] = rendering.bytes
                }
            }
            return found
        }
    }

    public func keep(_ renderings: [PostID: [UInt8]], at now: Date) {
        kept.withLock { kept in
            if kept.count + renderings.count > Self.limit { kept.removeAll() }
            for (post, bytes) in renderings { kept[post] = (bytes, now + Self.memory) }
        }
    }

    /// Forgets a post that was just changed here, so that whoever changed it sees that.
    public func forget(_ post: PostID) { kept.withLock { $0[post] = nil } }
}
