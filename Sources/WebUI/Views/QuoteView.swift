import Domain
import Social
import Storage
import Surface

/// What a card shows of the post that it quotes, and who may quote.
struct QuoteView {
    let desk: Desk
    let seal: String
    let back: String

    func values(_ post: Post, _ page: PostPage, for person: ActorID) -> [String: Any] {
        var values: [String: Any] = [:]
        if page.mayQuote(post.id) != .no { values["mayQuote"] = true }
        let count = page.countQuotes(of: post.id)
        if count > 0 { values["quoteCount"] = count }
        guard let sight = page.quotes[post.id] else { return values }
        var quote: [String: Any] = ["seal": seal, "back": back, "quotingID": post.id.description]
        if let quoted = sight.post, let author = page.authors[quoted.author] {
            quote["shown"] = shown(quoted, by: author)
            if quoted.author == person, post.author != person {
                quote["mayWithdraw"] = true
                quote["quotedID"] = quoted.id.description
            }
        } else {
            quote["because"] = Self.words(sight.state)
        }
        values["quote"] = quote
        return values
    }

    func shown(_ quoted: Post, by author: Actor) -> [String: Any] {
        let people = PersonView(desk: desk)
        var values = people.values(author)
        values["quotedPath"] = "\(people.path(author))/\(quoted.id)"
        values["quotedText"] = quoted.content
        values["quotedWhen"] = Moments.words(quoted.createdAt, now: desk.needs.now())
        if let title = quoted.body.title { values["quotedTitle"] = title }
        if !quoted.summary.isEmpty { values["quotedWarning"] = quoted.summary }
        return values
    }

    /// The choices of who may quote.
    static func policies(chosen: QuotePolicy) -> [[String: Any]] {
        choices.map { ["value": $0, "label": $1, "isChosen": $2 == chosen] }
    }

    /// - Throws: ``Refusal`` for a word that is not in the list.
    static func policy(_ word: String?) throws(Refusal) -> QuotePolicy? {
        guard let word, !word.isEmpty else { return nil }
        guard let choice = choices.first(where: { $0.0 == word }) else {
            throw .invalid(field: "Who may quote it", because: "is not in the list")
        }
        return choice.2
    }

    private static let choices: [(String, String, QuotePolicy)] = [
        ("everyone", "Everyone who can read it", .everyone), ("followers", "My followers", .followers),
        ("nobody", "Nobody but me", .nobody),
    ]

    private static func words(_ state: QuoteSight.State) -> String {
        switch state {
        case .asked: "Quotes a post whose author has not agreed yet"
        case .refused: "Its author did not agree to be quoted"
        case .withdrawn: "The author of the quoted post has taken it out"
        case .deleted: "The quoted post was deleted"
        case .shown, .unavailable: "The quoted post is not available"
        }
    }
}
