public import Domain
public import FoundationEssentials
import Synchronization

/// Posts as they were written for clients lately: within a second many people read the same ones.
///
/// Who may see a post, and what a reader did with it, is never kept here.
public final class Renderings: Sendable {
    /// A post for everyone, as bytes that lack their last brace.
    public struct Rendering: Sendable {
        public var bytes: [UInt8]
        /// Whether each reader's own view of a poll goes with it.
        public var hasPoll: Bool
        /// Whether it is to be had in languages that readers may prefer.
        public var hasVariants: Bool
        /// Whether it is counted whom it was shown to.
        public var isAnnouncement: Bool
        /// Whether it quotes something, of which each reader may see more or less.
        public var isQuoting: Bool
        public var quoteTerms: QuoteTerms

        public init(_ post: Post, bytes: [UInt8]) {
            self.bytes = bytes
            hasPoll = if case .poll = post.body { true } else { false }
            hasVariants = !post.variants.isEmpty
            isAnnouncement = if case .announcement = post.body { true } else { false }
            isQuoting = post.quote != nil
            quoteTerms = post.quoteTerms
        }
    }

    private static let memory: Double = 1
    private static let limit = 5000
    private let kept = Mutex<[PostID: (rendering: Rendering, until: Date)]>([:])

    public init() {}

    /// Those of the posts that are at hand.
    public func find(_ posts: [PostID], at now: Date) -> [PostID: Rendering] {
        kept.withLock { kept in
            var found: [PostID: Rendering] = [:]
            for post in posts {
                if let known = kept[post], known.until.holds(at: now, atMost: Self.memory) {
                    found[post] = known.rendering
                }
            }
            return found
        }
    }

    public func keep(_ renderings: [PostID: Rendering], at now: Date) {
        kept.withLock { kept in
            if kept.count + renderings.count > Self.limit { kept.removeAll() }
            for (post, rendering) in renderings { kept[post] = (rendering, now + Self.memory) }
        }
    }

    /// Forgets a post that was just changed here, so that whoever changed it sees that.
    public func forget(_ post: PostID) { kept.withLock { $0[post] = nil } }
}
