public import Domain
public import Social
public import Storage

/// A page of posts with everything that showing them needs, read with a handful of queries.
public struct PostPage: Sendable {
    /// What the posts of the page pass on, as far as the viewer may see it.
    public let originals: [PostID: Post]
    /// Who wrote the posts, the originals, and what they answer.
    public let authors: [ActorID: Actor]
    /// The polls among them.
    public let polls: [PostID: PollSight]
    /// What the posts quote, and what those quote.
    public let quotes: [PostID: QuoteSight]
    private let quoteCounts: [PostID: Int]
    private let quoteAnswers: [PostID: QuotePolicy.Answer]
    /// Those of them that stand in the knowledge base.
    public let articles: [PostID: Knowledge]
    private let marks: [PostID: Marks]
    private let tallies: [PostID: [Reaction.Tally]]

    public init(_ posts: [Post], for viewer: Viewer, in transaction: Transaction) throws {
        var originals: [PostID: Post] = [:]
        for original in try transaction.posts(posts.compactMap(\.body.announced))
        where try transaction.maySee(original, viewer) {
            originals[original.id] = original
        }
        let quoting = posts + originals.values
        var quotes = try QuoteSight.read(quoting, for: viewer, in: transaction)
        let quoted = quotes.values.compactMap(\.post)
        quotes.merge(try QuoteSight.read(quoted, for: viewer, in: transaction)) { first, _ in first }
        self.quotes = quotes
        let all = quoting + quoted
        quoteCounts = try transaction.countQuotes(of: all.map(\.id))
        quoteAnswers = Dictionary(
            try all.map { post in
                (
                    post.id,
                    try post.quoteTerms.answer(to: viewer.actor) {
                        try transaction.isFollowing($0, post.author)
                    }
                )
            }
        ) { first, _ in first }
        self.originals = originals
        authors = Dictionary(
            try transaction.actors(Array(Set(all.map(\.author) + all.compactMap { $0.reply?.author })))
                .map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        tallies = try transaction.reactions(of: all.map(\.id), for: viewer.actor)
        articles = try transaction.knowledge(of: all.map(\.id))
        let polls = all.filter { if case .poll = $0.body { true } else { false } }.map(\.id)
        self.polls = try PollSight.read(polls, for: viewer, in: transaction)
        if case .person(let person) = viewer {
            marks = try transaction.marks(of: person, on: all.map(\.id))
        } else {
            marks = [:]
        }
    }

    /// How many quote a post.
    public func countQuotes(of post: PostID) -> Int { quoteCounts[post] ?? 0 }

    /// Whether the viewer may quote a post.
    public func mayQuote(_ post: PostID) -> QuotePolicy.Answer { quoteAnswers[post] ?? .no }

    /// The emoji that a post was given.
    public func reactions(to post: PostID) -> [Reaction.Tally] { tallies[post] ?? [] }

    /// What the viewer did with a post.
    public func marks(on post: PostID) -> Marks { marks[post] ?? Marks() }
}
