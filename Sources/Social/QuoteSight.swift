public import Domain
public import Storage

/// What one reader is shown of what a post quotes: the quoted post where its author agreed and the reader may see it, or else
/// the reason.
public struct QuoteSight: Sendable {
    public let state: State
    /// The quoted post, where it is shown.
    public let post: Post?

    /// How it stands with a quote, for one reader.
    public enum State: Sendable {
        case asked, shown, refused, withdrawn, deleted
        /// Not here, or not for this reader: the one looks like the other.
        case unavailable
    }

    /// For those of the posts that quote something.
    public static func read(
        _ posts: [Post], for viewer: Viewer, in transaction: Transaction
    ) throws -> [PostID: QuoteSight] {
        let quoting = posts.filter { $0.quote != nil }
        guard !quoting.isEmpty else { return [:] }
        let found = try transaction.posts(Array(Set(quoting.compactMap(\.quote?.post))))
        let quoted = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
        var sights: [PostID: QuoteSight] = [:]
        for post in quoting {
            guard let quote = post.quote else { continue }
            sights[post.id] = try read(
                quote, quote.post.flatMap { quoted[$0] }, for: viewer, in: transaction)
        }
        return sights
    }

    private static func read(
        _ quote: Quote, _ quoted: Post?, for viewer: Viewer, in transaction: Transaction
    ) throws -> QuoteSight {
        switch quote.state {
        case .asked: return QuoteSight(state: .asked, post: nil)
        case .refused: return QuoteSight(state: .refused, post: nil)
        case .withdrawn: return QuoteSight(state: .withdrawn, post: nil)
        case .accepted: break
        }
        guard let quoted else { return QuoteSight(state: .unavailable, post: nil) }
        if quoted.deletedAt != nil {
            let mightKnow = quoted.audience == .anyone || quoted.isQuotable && viewer.isOfOrganisation
            return QuoteSight(state: mightKnow ? .deleted : .unavailable, post: nil)
        }
        guard try transaction.maySee(quoted, viewer),
            try viewer.actor.map({ try !transaction.isBlocked(quoted.author, by: $0) }) ?? true
        else { return QuoteSight(state: .unavailable, post: nil) }
        return QuoteSight(state: .shown, post: quoted)
    }
}
